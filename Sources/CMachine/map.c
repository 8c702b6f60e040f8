// The insertion-ordered hash map.
#include "internal.h"
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15u;
  x ^= x >> 29;
  x *= 0xBF58476D1CE4E5B9u;
  return x ^ (x >> 32);
}

static uint64_t hash_string(lm_string *string) {
  if (string->hash) return string->hash;
  uint64_t hash = 0xCBF29CE484222325u ^ (uint64_t)string->length;
  const char *bytes = string->bytes;
  int64_t left = string->length;
  for (; left >= 8; left -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    hash = mix(hash ^ word);
  }
  uint64_t tail = 0;
  memcpy(&tail, bytes, (size_t)left);
  hash = mix(hash ^ tail);
  string->hash = hash ? hash : 1;
  return string->hash;
}

// A key's tuples nest at most this deep and have at most this many parts in all, counted as often as they are met: tuples
// that share parts (`t = (t, t)` again and again) would take for ever to look through.
enum { key_depth_limit = 32, key_part_limit = 1 << 16 };

static bool is_hashable(lm_cell key, int depth, int64_t *parts) {
  if (key.tag == LM_STRING || key.tag == LM_INT || key.tag == LM_BOOL) return true;
  if (key.tag != LM_TUPLE || depth == 0) return false;
  *parts += key.tuple->count;
  if (*parts > key_part_limit) return false;
  for (int64_t i = 0; i < key.tuple->count; i++)
    if (!is_hashable(key.tuple->items[i], depth - 1, parts)) return false;
  return true;
}

bool lm_is_hashable(lm_cell key) {
  int64_t parts = 0;
  return is_hashable(key, key_depth_limit, &parts);
}

static uint64_t hash_cell(lm_cell key) {
  if (key.tag == LM_STRING) return hash_string(key.string);
  if (key.tag != LM_TUPLE) return mix(key.bits + key.tag * 0x51ED270B0B0B1F7Du);
  uint64_t hash = mix((uint64_t)key.tuple->count + 77);
  for (int64_t i = 0; i < key.tuple->count; i++) hash = mix(hash * 31 + hash_cell(key.tuple->items[i]));
  return hash;
}

static bool same_key(lm_cell a, lm_cell b) {
  if (a.tag != b.tag) return false;
  if (a.tag == LM_STRING) return lm_string_equal(a.string, b.string);
  if (a.tag != LM_TUPLE) return a.bits == b.bits;
  if (a.tuple->count != b.tuple->count) return false;
  for (int64_t i = 0; i < a.tuple->count; i++)
    if (!same_key(a.tuple->items[i], b.tuple->items[i])) return false;
  return true;
}

static int64_t entry_bytes(int64_t capacity) {
  return capacity * ((int64_t)sizeof(lm_entry) + 2 * (int64_t)sizeof(int32_t));
}

static bool allocate(lm_map *map, int64_t capacity) {
  if (!lm_reserve_memory(entry_bytes(capacity))) return false;
  lm_entry *entries = malloc((size_t)capacity * sizeof(lm_entry));
  int32_t *index = malloc((size_t)capacity * 2 * sizeof(int32_t));
  if (!entries || !index) {
    free(entries);
    free(index);
    lm_return_memory(entry_bytes(capacity));
    return false;
  }
  map->entries = entries;
  map->index = index;
  map->capacity = capacity;
  memset(index, 0xFF, (size_t)capacity * 2 * sizeof(int32_t));
  return true;
}

void lm_map_free_entries(lm_map *map) {
  free(map->entries);
  free(map->index);
  lm_return_memory(entry_bytes(map->capacity));
}

static void insert_index(lm_map *map, uint64_t hash, int32_t position) {
  uint64_t mask = (uint64_t)map->capacity * 2 - 1;
  uint64_t place = hash & mask;
  while (map->index[place] >= 0) place = (place + 1) & mask;
  map->index[place] = position;
}

lm_map *lm_map_make(int64_t wanted) {
  int64_t capacity = 8;
  while (capacity < wanted) capacity *= 2;
  if (capacity > INT32_MAX / 2) return NULL;
  lm_map *map = lm_map_make_empty();
  if (map && !allocate(map, capacity)) {
    lm_release_object(&map->header);
    return NULL;
  }
  return map;
}

lm_map *lm_map_copy(const lm_map *map) {
  lm_map *copy = lm_map_make(map->count + 1);
  if (!copy) return NULL;
  for (int64_t i = 0; i < map->used; i++) {
    lm_entry entry = map->entries[i];
    if (entry.key.tag == LM_UNBOUND) continue;
    lm_retain(entry.key);
    lm_retain(entry.value);
    insert_index(copy, entry.hash, (int32_t)copy->used);
    copy->entries[copy->used++] = entry;
    copy->count++;
  }
  return copy;
}

static int64_t find(const lm_map *map, lm_cell key, uint64_t hash) {
  uint64_t mask = (uint64_t)map->capacity * 2 - 1;
  for (uint64_t place = hash & mask; map->index[place] >= 0; place = (place + 1) & mask) {
    const lm_entry *entry = &map->entries[map->index[place]];
    if (entry->hash == hash && same_key(entry->key, key)) return map->index[place];
  }
  return -1;
}

lm_cell *lm_map_find(const lm_map *map, lm_cell key) {
  int64_t position = find(map, key, hash_cell(key));
  return position < 0 ? NULL : &map->entries[position].value;
}

// Makes room for one more entry: drops removed ones, or doubles.
static bool rebuild(lm_map *map) {
  lm_map fresh = *map;
  int64_t capacity = map->count * 2 > map->capacity ? map->capacity * 2 : map->capacity;
  if (capacity > INT32_MAX / 2 || !allocate(&fresh, capacity)) return false;
  fresh.used = 0;
  for (int64_t i = 0; i < map->used; i++) {
    if (map->entries[i].key.tag == LM_UNBOUND) continue;
    insert_index(&fresh, map->entries[i].hash, (int32_t)fresh.used);
    fresh.entries[fresh.used++] = map->entries[i];
  }
  lm_map_free_entries(map);
  *map = fresh;
  return true;
}

bool lm_map_set(lm_map *map, lm_cell key, lm_cell value) {
  uint64_t hash = hash_cell(key);
  int64_t position = find(map, key, hash);
  if (position >= 0) {
    lm_cell old = map->entries[position].value;
    map->entries[position].value = value;
    lm_release(old);
    lm_release(key);
    return true;
  }
  if (map->used == map->capacity && !rebuild(map)) return false;
  insert_index(map, hash, (int32_t)map->used);
  map->entries[map->used++] = (lm_entry){hash, key, value};
  map->count++;
  return true;
}

bool lm_map_remove(lm_map *map, lm_cell key) {
  int64_t position = find(map, key, hash_cell(key));
  if (position < 0) return false;
  lm_entry *entry = &map->entries[position];
  lm_cell old_key = entry->key, old_value = entry->value;
  entry->key = (lm_cell){.tag = LM_UNBOUND};
  entry->value = (lm_cell){.tag = LM_NONE};
  map->count--;
  lm_release(old_key);
  lm_release(old_value);
  return true;
}
