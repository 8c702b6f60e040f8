// Counted objects: making, copying, and freeing without recursion.
#include "internal.h"
#include <stdlib.h>
#include <string.h>

bool lm_is_shared = true;
void lm_share_objects(bool shared) { __atomic_store_n(&lm_is_shared, shared, __ATOMIC_RELAXED); }
int32_t lm_code_sharers;
void lm_share_code(int32_t change) { __atomic_fetch_add(&lm_code_sharers, change, __ATOMIC_RELAXED); }
static void (*host_release)(void *);
static int64_t memory_limit = INT64_MAX;
static int64_t memory_in_use;

void lm_set_host_release(void (*release)(void *)) { host_release = release; }
void lm_set_memory_limit(int64_t bytes) { memory_limit = bytes; }
static _Thread_local bool is_lenient;
void lm_set_lenient(bool lenient) { is_lenient = lenient; }
bool lm_is_memory_exhausted(void) { return lm_memory_in_use() > memory_limit; }
int64_t lm_memory_in_use(void) { return __atomic_load_n(&memory_in_use, __ATOMIC_RELAXED); }

static void account(int64_t bytes) {
  if (__builtin_expect(lm_is_shared, 0)) __atomic_fetch_add(&memory_in_use, bytes, __ATOMIC_RELAXED);
  else memory_in_use += bytes;
}

static bool is_over_limit(int64_t bytes) { return bytes > memory_limit - memory_in_use && !is_lenient; }

bool lm_reserve_memory(int64_t bytes) {
  if (is_over_limit(bytes)) return false;
  account(bytes);
  return true;
}

void lm_return_memory(int64_t bytes) { account(-bytes); }

static void *make(int64_t bytes, uint32_t kind) {
  if (is_over_limit(bytes)) return NULL;
  lm_object *object = lm_block_allocate(bytes);
  if (!object) return NULL;
  account(bytes);
  object->references = 1;
  object->kind = kind;
  return object;
}

static void *grow(void *block, int64_t old_bytes, int64_t new_bytes) {
  if (is_over_limit(new_bytes - old_bytes)) return NULL;
  void *moved = lm_block_grow(block, old_bytes, new_bytes);
  if (moved) account(new_bytes - old_bytes);
  return moved;
}

static int64_t tuple_bytes(int64_t capacity) {
  return (int64_t)sizeof(lm_tuple) + capacity * (int64_t)sizeof(lm_cell);
}
static int64_t record_bytes(const lm_shape *shape) {
  return (int64_t)sizeof(lm_record) + shape->count * (int64_t)sizeof(lm_cell);
}
static int64_t function_bytes(int64_t captures) {
  return (int64_t)sizeof(lm_function) + captures * (int64_t)sizeof(lm_cell);
}
// MARK: Freeing
// A chain of a million nested tuples must not recurse a million deep: the dead wait in a list of our own.

typedef struct dead_list {
  lm_object **items;
  int64_t count, capacity;
  lm_object *first[64];
} dead_list;

static void drop(dead_list *dead, lm_cell cell) {
  if (!(cell.tag & LM_REFERENCE)) return;
  lm_object *object = cell.object;
  if (__builtin_expect(lm_is_shared, 0)) {
    if (__atomic_fetch_sub(&object->references, 1, __ATOMIC_ACQ_REL) != 1) return;
  } else if (--object->references) return;
  if (dead->count == dead->capacity) {
    int64_t capacity = dead->capacity * 2;
    lm_object **items = dead->items == dead->first ? malloc((size_t)capacity * sizeof *items)
                                                   : realloc(dead->items, (size_t)capacity * sizeof *items);
    if (!items) return;  // out of memory while freeing: the object is lost, nothing breaks
    if (dead->items == dead->first) memcpy(items, dead->first, sizeof dead->first);
    dead->items = items;
    dead->capacity = capacity;
  }
  dead->items[dead->count++] = object;
}

static void drop_all(dead_list *dead, const lm_cell *cells, int64_t count) {
  for (int64_t i = 0; i < count; i++) drop(dead, cells[i]);
}

static void destroy_one(dead_list *dead, lm_object *object) {
  int64_t bytes = 0;
  switch (object->kind) {
    case LM_STRING: bytes = (int64_t)sizeof(lm_string) + ((lm_string *)object)->capacity; break;
    case LM_TUPLE: {
      lm_tuple *tuple = (lm_tuple *)object;
      drop_all(dead, tuple->items, tuple->count);
      bytes = tuple_bytes(tuple->capacity);
      break;
    }
    case LM_RECORD: {
      lm_record *record = (lm_record *)object;
      drop_all(dead, record->items, record->shape->count);
      bytes = record_bytes(record->shape);
      break;
    }
    case LM_FUNCTION: {
      lm_function *function = (lm_function *)object;
      drop_all(dead, function->captures, function->capture_count);
      bytes = function_bytes(function->capture_count);
      break;
    }
    case LM_MAP: {
      lm_map *map = (lm_map *)object;
      for (int64_t i = 0; i < map->used; i++) {
        drop(dead, map->entries[i].key);
        drop(dead, map->entries[i].value);
      }
      lm_map_free_entries(map);
      bytes = sizeof(lm_map);
      break;
    }
    case LM_TENSOR:
      if (((lm_tensor *)object)->storage) host_release(((lm_tensor *)object)->storage);
      bytes = sizeof(lm_tensor);
      break;
    case LM_BOX: host_release(((lm_box *)object)->object); bytes = sizeof(lm_box); break;
    case LM_RANGE: bytes = sizeof(lm_range); break;
  }
  account(-bytes);
  lm_block_free(object, bytes);
}

void lm_destroy(lm_object *object) {
  dead_list dead = {.count = 0, .capacity = 64};
  dead.items = dead.first;
  destroy_one(&dead, object);
  while (dead.count) destroy_one(&dead, dead.items[--dead.count]);
  if (dead.items != dead.first) free(dead.items);
}

// MARK: Strings

static bool is_scalar_start(char byte) { return ((unsigned char)byte & 0xC0) != 0x80; }

static int64_t count_characters(const char *bytes, int64_t length) {
  int64_t count = 0;
  for (int64_t i = 0; i < length; i++) count += is_scalar_start(bytes[i]);
  return count;
}

lm_string *lm_string_reserve(int64_t length) {
  if (length < 0 || length > INT64_MAX / 2) return NULL;
  lm_string *string = make((int64_t)sizeof(lm_string) + length, LM_STRING);
  if (!string) return NULL;
  string->length = string->capacity = length;
  string->characters = length;
  string->hash = 0;
  return string;
}

void lm_string_seal(lm_string *string) {
  string->characters = count_characters(string->bytes, string->length);
}

lm_string *lm_string_make(const char *bytes, int64_t length) {
  lm_string *string = lm_string_reserve(length);
  if (!string) return NULL;
  if (length) memcpy(string->bytes, bytes, (size_t)length);
  lm_string_seal(string);
  return string;
}

lm_string *lm_string_concat(const lm_string *a, const lm_string *b) {
  lm_string *string = lm_string_reserve(a->length + b->length);
  if (!string) return NULL;
  memcpy(string->bytes, a->bytes, (size_t)a->length);
  memcpy(string->bytes + a->length, b->bytes, (size_t)b->length);
  string->characters = a->characters + b->characters;
  return string;
}

lm_string *lm_string_append(lm_string *a, const lm_string *b) {
  int64_t added = b->length, added_characters = b->characters;
  int64_t length = a->length + added;
  bool same = a == b;
  if (length > a->capacity) {
    int64_t capacity = length + length / 2 + 32;
    a = grow(a, (int64_t)sizeof(lm_string) + a->capacity, (int64_t)sizeof(lm_string) + capacity);
    if (!a) return NULL;
    a->capacity = capacity;
  }
  memcpy(a->bytes + a->length, same ? a->bytes : b->bytes, (size_t)added);
  a->length = length;
  a->characters += added_characters;
  a->hash = 0;
  return a;
}

int64_t lm_string_offset(const lm_string *string, int64_t index) {
  if (string->characters == string->length) return index;
  int64_t offset = 0;
  while (offset < string->length) {
    if (is_scalar_start(string->bytes[offset]) && index-- == 0) return offset;
    offset++;
  }
  return string->length;
}

bool lm_string_equal(const lm_string *a, const lm_string *b) {
  return a == b || (a->length == b->length && !memcmp(a->bytes, b->bytes, (size_t)a->length));
}

lm_string *lm_string_ascii(int code) {
  // Immortal: the count starts so high that no program brings it to 0. Filled on first use; every writer writes the same.
  enum { place = 64 };
  _Static_assert(sizeof(lm_string) + 1 <= place, "a one-character string fits its place");
  static _Alignas(64) char table[128][place];
  lm_string *string = (lm_string *)(void *)table[code & 127];
  if (!string->header.kind) {
    string->length = string->capacity = string->characters = 1;
    string->bytes[0] = (char)code;
    string->header.references = 1u << 30;
    string->header.kind = LM_STRING;
  }
  return string;
}

// MARK: Tuples, records, ranges and the rest

lm_tuple *lm_tuple_make_raw(int64_t count) {
  lm_tuple *tuple = make(tuple_bytes(count), LM_TUPLE);
  if (tuple) tuple->count = tuple->capacity = count;
  return tuple;
}

lm_tuple *lm_tuple_make(int64_t count) {
  if (count < 0 || count > INT64_MAX / 64) return NULL;
  lm_tuple *tuple = lm_tuple_make_raw(count);
  if (tuple) memset(tuple->items, 0, (size_t)count * sizeof(lm_cell));
  return tuple;
}

lm_tuple *lm_tuple_push(lm_tuple *tuple, lm_cell item) {
  if (tuple->count == tuple->capacity) {
    int64_t capacity = tuple->capacity + tuple->capacity / 2 + 4;
    tuple = grow(tuple, tuple_bytes(tuple->capacity), tuple_bytes(capacity));
    if (!tuple) return NULL;
    tuple->capacity = capacity;
  }
  tuple->items[tuple->count++] = item;
  return tuple;
}

lm_tuple *lm_tuple_copy(const lm_tuple *tuple, int64_t extra_capacity) {
  int64_t capacity = tuple->count + extra_capacity;
  lm_tuple *copy = make(tuple_bytes(capacity), LM_TUPLE);
  if (!copy) return NULL;
  copy->count = tuple->count;
  copy->capacity = capacity;
  for (int64_t i = 0; i < tuple->count; i++) {
    copy->items[i] = tuple->items[i];
    lm_retain(tuple->items[i]);
  }
  return copy;
}

lm_record *lm_record_make_raw(const lm_shape *shape) {
  lm_record *record = make(record_bytes(shape), LM_RECORD);
  if (record) record->shape = shape;
  return record;
}

lm_record *lm_record_make(const lm_shape *shape) {
  lm_record *record = lm_record_make_raw(shape);
  if (record) memset(record->items, 0, (size_t)shape->count * sizeof(lm_cell));
  return record;
}

lm_record *lm_record_copy(const lm_record *record) {
  lm_record *copy = lm_record_make_raw(record->shape);
  if (!copy) return NULL;
  for (int32_t i = 0; i < record->shape->count; i++) {
    copy->items[i] = record->items[i];
    lm_retain(record->items[i]);
  }
  return copy;
}

lm_range *lm_range_make(int64_t start, int64_t end, int64_t step) {
  lm_range *range = make(sizeof(lm_range), LM_RANGE);
  if (!range) return NULL;
  range->start = start;
  range->end = end;
  range->step = step;
  return range;
}

lm_map *lm_map_make_empty(void) {
  lm_map *map = make(sizeof(lm_map), LM_MAP);
  if (!map) return NULL;
  map->count = map->used = map->capacity = 0;
  map->entries = NULL;
  map->index = NULL;
  return map;
}

lm_tensor *lm_tensor_make(void) {
  lm_tensor *tensor = make(sizeof(lm_tensor), LM_TENSOR);
  if (tensor) {
    tensor->storage = NULL;
    tensor->owned = 0;
  }
  return tensor;
}

lm_box *lm_box_make(void *object) {
  lm_box *box = make(sizeof(lm_box), LM_BOX);
  if (box) box->object = object;
  return box;
}

lm_function *lm_function_make(const struct lm_prototype *prototype, int64_t capture_count) {
  lm_function *function = make(function_bytes(capture_count), LM_FUNCTION);
  if (!function) return NULL;
  function->prototype = prototype;
  function->capture_count = capture_count;
  for (int64_t i = 0; i < capture_count; i++) function->captures[i].tag = LM_NONE;
  return function;
}
