#ifndef LAMELLA_OBJECTS_H
#define LAMELLA_OBJECTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Values as the machine holds them: a 16-byte cell with a tag. Numbers, booleans and `none` stand in the cell; everything
// else is a pointer to a counted object. A tag with LM_REFERENCE set owns one count of the object it points to.

enum {
  LM_NONE = 0,
  LM_BOOL = 1,
  LM_INT = 2,
  LM_FLOAT = 3,
  LM_UNBOUND = 4,  // a name without a value, an argument left out
  LM_REFERENCE = 8,
  LM_STRING = 8,
  LM_TUPLE = 9,
  LM_RECORD = 10,
  LM_MAP = 11,
  LM_TENSOR = 12,
  LM_FUNCTION = 13,
  LM_RANGE = 14,
  LM_BOX = 15,  // an object of the host: complex, module, builtin, figure
};

typedef struct lm_object {
  uint32_t references;
  uint32_t kind;  // the tag
} lm_object;

typedef struct lm_cell {
  uint64_t tag;
  union {
    int64_t i;
    double f;
    uint64_t bits;
    lm_object *object;
    struct lm_string *string;
    struct lm_tuple *tuple;
    struct lm_record *record;
    struct lm_map *map;
    struct lm_tensor *tensor;
    struct lm_function *function;
    struct lm_range *range;
    struct lm_box *box;
  };
} lm_cell;

typedef struct lm_string {
  lm_object header;
  int64_t length;      // bytes
  int64_t capacity;    // bytes that fit
  int64_t characters;  // Unicode scalars; equal to length when all are ASCII
  uint64_t hash;       // 0: not computed yet
  char bytes[];
} lm_string;

typedef struct lm_tuple {
  lm_object header;
  int64_t count;
  int64_t capacity;
  lm_cell items[];
} lm_tuple;

// The names of a record, shared by all records of one form. Never freed.
typedef struct lm_shape {
  int32_t count;
  uint32_t symbols[];
} lm_shape;

typedef struct lm_record {
  lm_object header;
  const lm_shape *shape;
  lm_cell items[];
} lm_record;

typedef struct lm_entry {
  uint64_t hash;
  lm_cell key;  // LM_UNBOUND: removed
  lm_cell value;
} lm_entry;

// Insertion-ordered hash map: a dense array of entries and an open-addressed index into it.
typedef struct lm_map {
  lm_object header;
  int64_t count;     // live entries
  int64_t used;      // entries, removed ones included
  int64_t capacity;  // entries that fit; the index has twice as many places, a power of two
  int32_t *index;    // -1: free
  lm_entry *entries;
} lm_map;

enum { LM_MAX_RANK = 8 };

// A tensor: storage (an object of the host, counted there) and the view's description.
typedef struct lm_tensor {
  lm_object header;
  void *storage;
  char *data;  // the first element
  int64_t offset;
  uint8_t dtype;
  uint8_t rank;
  // The storage has no other holder, so a holder of the only count may write in place. Cleared when the host takes the storage.
  uint8_t owned;
  int64_t shape[LM_MAX_RANK];
  int64_t strides[LM_MAX_RANK];  // in elements
} lm_tensor;

typedef struct lm_range {
  lm_object header;
  int64_t start, end, step;
} lm_range;

typedef struct lm_box {
  lm_object header;
  void *object;  // counted by the host
} lm_box;

struct lm_prototype;

typedef struct lm_function {
  lm_object header;
  const struct lm_prototype *prototype;
  int64_t capture_count;
  lm_cell captures[];
} lm_function;

// MARK: Counting

// Whether more threads than one may touch objects: counts are then changed atomically. A process that keeps to one thread
// says so before it makes any.
extern bool lm_is_shared;
void lm_share_objects(bool shared);
// How many sets of machines run the same code at once (+1 when a set begins, -1 when it ends): while there are any, code is
// not written to, not even its caches.
extern int32_t lm_code_sharers;
void lm_share_code(int32_t change);
// Called for the storage of a tensor and the object of a box when their holder dies. Set once at start.
void lm_set_host_release(void (*release)(void *));
void lm_destroy(lm_object *object);

static inline void lm_retain_object(lm_object *object) {
  if (__builtin_expect(lm_is_shared, 0)) __atomic_fetch_add(&object->references, 1, __ATOMIC_RELAXED);
  else object->references++;
}
static inline void lm_release_object(lm_object *object) {
  if (__builtin_expect(lm_is_shared, 0)) {
    if (__atomic_fetch_sub(&object->references, 1, __ATOMIC_ACQ_REL) == 1) lm_destroy(object);
  } else if (--object->references == 0) lm_destroy(object);
}
static inline void lm_retain(lm_cell cell) {
  if (cell.tag & LM_REFERENCE) lm_retain_object(cell.object);
}
static inline void lm_release(lm_cell cell) {
  if (cell.tag & LM_REFERENCE) lm_release_object(cell.object);
}
static inline bool lm_is_unique(const lm_object *object) { return object->references == 1; }

// MARK: Making. NULL when the memory limit would be passed.

// Bytes that strings, tuples, records, maps and functions may take together; over it, making one returns NULL.
void lm_set_memory_limit(int64_t bytes);
int64_t lm_memory_in_use(void);
bool lm_is_memory_exhausted(void);
// While lenient, objects are made past the limit too: the host makes what it needs and checks afterwards.
void lm_set_lenient(bool lenient);

lm_string *lm_string_make(const char *bytes, int64_t length);
// Uninitialised bytes for the caller to fill; then lm_string_seal.
lm_string *lm_string_reserve(int64_t length);
void lm_string_seal(lm_string *string);
lm_string *lm_string_concat(const lm_string *a, const lm_string *b);
// `a` must be unique; it may move.
lm_string *lm_string_append(lm_string *a, const lm_string *b);
// The byte offset of character `index` (0 ... characters).
int64_t lm_string_offset(const lm_string *string, int64_t index);
bool lm_string_equal(const lm_string *a, const lm_string *b);
// The shared one-character string of an ASCII code.
lm_string *lm_string_ascii(int code);

// The strings of a tuple with `separator` between them; NULL when one is no string, when together they have more than
// `limit` bytes, or when memory is short.
lm_string *lm_string_join(const lm_tuple *parts, const lm_string *separator, int64_t limit);
// The parts of a string between separators, which are not empty, at most `limit` cuts; NULL when memory is short.
lm_tuple *lm_string_split(const lm_string *string, const lm_string *separator, int64_t limit);

lm_tuple *lm_tuple_make(int64_t count);      // items are none
lm_tuple *lm_tuple_make_raw(int64_t count);  // items are for the caller to fill at once
// `tuple` must be unique; it may move. Takes over `item`'s count. NULL leaves both as they were.
lm_tuple *lm_tuple_push(lm_tuple *tuple, lm_cell item);
lm_tuple *lm_tuple_copy(const lm_tuple *tuple, int64_t extra_capacity);

lm_record *lm_record_make(const lm_shape *shape);      // items are none
lm_record *lm_record_make_raw(const lm_shape *shape);  // items are for the caller to fill at once
lm_record *lm_record_copy(const lm_record *record);
// The position of a field, or -1.
static inline int32_t lm_shape_find(const lm_shape *shape, uint32_t symbol) {
  for (int32_t i = 0; i < shape->count; i++) if (shape->symbols[i] == symbol) return i;
  return -1;
}

lm_range *lm_range_make(int64_t start, int64_t end, int64_t step);
lm_tensor *lm_tensor_make(void);
lm_box *lm_box_make(void *object);
lm_function *lm_function_make(const struct lm_prototype *prototype, int64_t capture_count);

lm_map *lm_map_make(int64_t capacity);
lm_map *lm_map_copy(const lm_map *map);
// Whether a cell may be a key: Str, Int, Bool, or a tuple of such.
bool lm_is_hashable(lm_cell key);
// The value's place, or NULL. `key` must be hashable.
lm_cell *lm_map_find(const lm_map *map, lm_cell key);
// `map` must be unique. Takes over the counts of key and value. False: no memory (counts stay the caller's).
bool lm_map_set(lm_map *map, lm_cell key, lm_cell value);
bool lm_map_remove(lm_map *map, lm_cell key);

#endif
