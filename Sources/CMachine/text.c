// Joining and splitting strings without leaving the machine's representation.
#define _GNU_SOURCE
#include "objects.h"
#include <string.h>

lm_string *lm_string_join(const lm_tuple *parts, const lm_string *separator, int64_t limit) {
  int64_t gaps = parts->count ? parts->count - 1 : 0;
  int64_t length = gaps * separator->length, characters = gaps * separator->characters;
  for (int64_t i = 0; i < parts->count; i++) {
    if (parts->items[i].tag != LM_STRING) return NULL;
    length += parts->items[i].string->length;
    characters += parts->items[i].string->characters;
  }
  if (length > limit) return NULL;
  lm_string *joined = lm_string_reserve(length);
  if (!joined) return NULL;
  char *end = joined->bytes;
  for (int64_t i = 0; i < parts->count; i++) {
    if (i) {
      memcpy(end, separator->bytes, (size_t)separator->length);
      end += separator->length;
    }
    const lm_string *part = parts->items[i].string;
    memcpy(end, part->bytes, (size_t)part->length);
    end += part->length;
  }
  joined->characters = characters;
  return joined;
}

lm_tuple *lm_string_split(const lm_string *string, const lm_string *separator, int64_t limit) {
  lm_tuple *parts = lm_tuple_make(0);
  const char *start = string->bytes, *end = string->bytes + string->length;
  while (parts) {
    const char *found =
      limit-- > 0 ? memmem(start, (size_t)(end - start), separator->bytes, (size_t)separator->length) : NULL;
    lm_string *part = lm_string_make(start, (found ? found : end) - start);
    lm_cell cell = {.tag = LM_STRING, .string = part};
    lm_tuple *grown = part ? lm_tuple_push(parts, cell) : NULL;
    if (!grown) {
      if (part) lm_release_object(&part->header);
      lm_release_object(&parts->header);
      return NULL;
    }
    parts = grown;
    if (!found) break;
    start = found + separator->length;
  }
  return parts;
}
