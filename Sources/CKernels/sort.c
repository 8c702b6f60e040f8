// Sorting by keys: each element becomes an unsigned integer of the same order, and rows of keys are sorted by insertion
// when short and by radix, least significant byte first, when long. Bytes that all keys share cost no pass.
#include "include/sort.h"

#include <string.h>

enum { SHORT = 48, LOOK = 1 << 20 };

// MARK: - Keys

// Floats: the sign flips all bits of negatives and the top bit of others. Every NaN becomes the largest key; in descending
// order the others are complemented and stay below it, since no finite number or infinity maps to 0.
static inline uint32_t key_of_f32(uint32_t bits, bool descending, bool merges_zeros) {
  if ((bits & 0x7fffffffu) > 0x7f800000u) return UINT32_MAX;
  if (merges_zeros && bits == 0x80000000u) bits = 0;
  uint32_t key = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
  return descending ? ~key : key;
}

static inline uint64_t key_of_f64(uint64_t bits, bool descending, bool merges_zeros) {
  if ((bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u) return UINT64_MAX;
  if (merges_zeros && bits == 0x8000000000000000u) bits = 0;
  uint64_t key = bits & 0x8000000000000000u ? ~bits : bits | 0x8000000000000000u;
  return descending ? ~key : key;
}

static inline bool is_wide(int32_t type) { return type == CK_I64 || type == CK_F64; }

static void keys32(
  int32_t type, const void *source, ck_int count, bool descending, bool merges_zeros, uint32_t *keys) {
  uint32_t flip = descending ? UINT32_MAX : 0;
  switch (type) {
    case CK_BOOL:
      for (ck_int i = 0; i < count; i++) keys[i] = (((const uint8_t *)source)[i] != 0) ^ flip;
      break;
    case CK_U8:
      for (ck_int i = 0; i < count; i++) keys[i] = ((const uint8_t *)source)[i] ^ flip;
      break;
    case CK_I8:
      for (ck_int i = 0; i < count; i++) keys[i] = (uint32_t)(((const int8_t *)source)[i] + 128) ^ flip;
      break;
    case CK_I32:
      for (ck_int i = 0; i < count; i++) keys[i] = ((const uint32_t *)source)[i] ^ 0x80000000u ^ flip;
      break;
    default:
      for (ck_int i = 0; i < count; i++)
        keys[i] = key_of_f32(((const uint32_t *)source)[i], descending, merges_zeros);
      break;
  }
}

static void keys64(
  int32_t type, const void *source, ck_int count, bool descending, bool merges_zeros, uint64_t *keys) {
  const uint64_t *bits = source;
  uint64_t flip = descending ? UINT64_MAX : 0;
  if (type == CK_I64) {
    for (ck_int i = 0; i < count; i++) keys[i] = bits[i] ^ 0x8000000000000000u ^ flip;
  } else {
    for (ck_int i = 0; i < count; i++) keys[i] = key_of_f64(bits[i], descending, merges_zeros);
  }
}

static void values32(int32_t type, const uint32_t *keys, ck_int count, bool descending, void *target) {
  uint32_t flip = descending ? UINT32_MAX : 0;
  switch (type) {
    case CK_BOOL:
    case CK_U8:
      for (ck_int i = 0; i < count; i++) ((uint8_t *)target)[i] = (uint8_t)(keys[i] ^ flip);
      break;
    case CK_I8:
      for (ck_int i = 0; i < count; i++) ((int8_t *)target)[i] = (int8_t)((int32_t)(keys[i] ^ flip) - 128);
      break;
    case CK_I32:
      for (ck_int i = 0; i < count; i++) ((uint32_t *)target)[i] = keys[i] ^ flip ^ 0x80000000u;
      break;
    default:
      for (ck_int i = 0; i < count; i++) {
        uint32_t key = keys[i] == UINT32_MAX ? UINT32_MAX : keys[i] ^ flip;
        ((uint32_t *)target)[i] = key == UINT32_MAX ? 0x7fc00000u : key & 0x80000000u ? key & 0x7fffffffu : ~key;
      }
      break;
  }
}

static void values64(int32_t type, const uint64_t *keys, ck_int count, bool descending, void *target) {
  uint64_t flip = descending ? UINT64_MAX : 0, *values = target;
  if (type == CK_I64) {
    for (ck_int i = 0; i < count; i++) values[i] = keys[i] ^ flip ^ 0x8000000000000000u;
    return;
  }
  for (ck_int i = 0; i < count; i++) {
    uint64_t key = keys[i] == UINT64_MAX ? UINT64_MAX : keys[i] ^ flip;
    values[i] = key == UINT64_MAX             ? 0x7ff8000000000000u
                : key & 0x8000000000000000u ? key & 0x7fffffffffffffffu
                                              : ~key;
  }
}

// MARK: - Sorting keys

// Defines `sort_<name>`: sorts keys, and with them positions when given. Results are in `keys` and `positions`; `spare` holds
// as much again. Returns false when the user asked to stop.
#define DEFINE_SORT(name, KEY)                                                                          \
  static bool sort_##name(KEY *keys, int64_t *positions, KEY *spare, int64_t *spare_positions, ck_int count) { \
    if (count <= SHORT) {                                                                               \
      for (ck_int i = 1; i < count; i++) {                                                              \
        KEY key = keys[i];                                                                              \
        int64_t position = positions ? positions[i] : 0;                                                \
        ck_int j = i;                                                                                   \
        for (; j > 0 && keys[j - 1] > key; j--) {                                                       \
          keys[j] = keys[j - 1];                                                                        \
          if (positions) positions[j] = positions[j - 1];                                               \
        }                                                                                               \
        keys[j] = key;                                                                                  \
        if (positions) positions[j] = position;                                                         \
      }                                                                                                 \
      return true;                                                                                      \
    }                                                                                                   \
    ck_int counts[sizeof(KEY)][256];                                                                    \
    memset(counts, 0, sizeof counts);                                                                   \
    bool is_sorted = true;                                                                              \
    for (ck_int i = 0; i < count; i++) {                                                                \
      is_sorted &= i == 0 || keys[i - 1] <= keys[i];                                                    \
      for (size_t byte = 0; byte < sizeof(KEY); byte++) counts[byte][keys[i] >> (8 * byte) & 255]++;    \
    }                                                                                                   \
    if (is_sorted) return true;                                                                         \
    KEY *from = keys, *to = spare;                                                                      \
    int64_t *from_positions = positions, *to_positions = spare_positions;                               \
    for (size_t byte = 0; byte < sizeof(KEY); byte++) {                                                 \
      if (counts[byte][keys[0] >> (8 * byte) & 255] == count) continue;                                 \
      ck_int next[256], sum = 0;                                                                        \
      for (int digit = 0; digit < 256; digit++) {                                                       \
        next[digit] = sum;                                                                              \
        sum += counts[byte][digit];                                                                     \
      }                                                                                                 \
      for (ck_int start = 0; start < count; start += LOOK) {                                            \
        if (ck_interrupted()) return false;                                                             \
        ck_int end = count - start < LOOK ? count : start + LOOK;                                       \
        if (positions) {                                                                                \
          for (ck_int i = start; i < end; i++) {                                                        \
            ck_int place = next[from[i] >> (8 * byte) & 255]++;                                         \
            to[place] = from[i];                                                                        \
            to_positions[place] = from_positions[i];                                                    \
          }                                                                                             \
        } else {                                                                                        \
          for (ck_int i = start; i < end; i++) to[next[from[i] >> (8 * byte) & 255]++] = from[i];       \
        }                                                                                               \
      }                                                                                                 \
      KEY *swap = from;                                                                                 \
      from = to;                                                                                        \
      to = swap;                                                                                        \
      int64_t *swap_positions = from_positions;                                                         \
      from_positions = to_positions;                                                                    \
      to_positions = swap_positions;                                                                    \
    }                                                                                                   \
    if (from != keys) {                                                                                 \
      memcpy(keys, from, (size_t)count * sizeof(KEY));                                                  \
      if (positions) memcpy(positions, from_positions, (size_t)count * sizeof(int64_t));                \
    }                                                                                                   \
    return true;                                                                                        \
  }

DEFINE_SORT(u32, uint32_t)
DEFINE_SORT(u64, uint64_t)

// Defines `first_<name>`: the positions of the k smallest keys, ties to the lower position, in order. A heap with the largest
// on top holds the candidates.
#define DEFINE_FIRST(name, KEY)                                                                   \
  static inline bool after_##name(const KEY *keys, int64_t a, int64_t b) {                        \
    return keys[a] > keys[b] || (keys[a] == keys[b] && a > b);                                    \
  }                                                                                               \
  static void sink_##name(const KEY *keys, int64_t *heap, ck_int size, ck_int at) {               \
    for (;;) {                                                                                    \
      ck_int child = 2 * at + 1;                                                                  \
      if (child >= size) return;                                                                  \
      if (child + 1 < size && after_##name(keys, heap[child + 1], heap[child])) child++;          \
      if (!after_##name(keys, heap[child], heap[at])) return;                                     \
      int64_t swap = heap[at];                                                                    \
      heap[at] = heap[child];                                                                     \
      heap[child] = swap;                                                                         \
      at = child;                                                                                 \
    }                                                                                             \
  }                                                                                               \
  static bool first_##name(const KEY *keys, ck_int count, int64_t *heap, ck_int k) {              \
    for (ck_int i = 0; i < k; i++) heap[i] = i;                                                   \
    for (ck_int i = k / 2; i-- > 0;) sink_##name(keys, heap, k, i);                               \
    for (ck_int i = k; i < count; i++) {                                                          \
      if ((i & (LOOK - 1)) == 0 && ck_interrupted()) return false;                                \
      if (keys[i] >= keys[heap[0]]) continue;                                                     \
      heap[0] = i;                                                                                \
      sink_##name(keys, heap, k, 0);                                                              \
    }                                                                                             \
    for (ck_int size = k; size > 1; size--) {                                                     \
      int64_t last = heap[0];                                                                     \
      heap[0] = heap[size - 1];                                                                   \
      heap[size - 1] = last;                                                                      \
      sink_##name(keys, heap, size - 1, 0);                                                       \
    }                                                                                             \
    return true;                                                                                  \
  }

DEFINE_FIRST(u32, uint32_t)
DEFINE_FIRST(u64, uint64_t)

// MARK: - Rows

typedef struct {
  int32_t type;
  const char *source;
  ck_int source_size, target_size, length, k;
  char *target;
  bool descending, wants_positions;
  // Set to a failure by whichever part meets one.
  _Atomic int status;
} rows_task;

static void sort_rows(void *context, ck_int low, ck_int high) {
  rows_task *task = context;
  ck_int length = task->length;
  ck_int key_size = is_wide(task->type) ? 8 : 4;
  ck_int bytes = length * (2 * key_size + (task->wants_positions && task->k == 0 ? 8 : 0));
  char *memory = ck_pool_allocate(bytes);
  if (!memory) {
    task->status = CK_NO_MEMORY;
    return;
  }
  char *spare = memory + length * key_size;
  int64_t *spare_positions = (int64_t *)(void *)(memory + 2 * length * key_size);
  bool is_complete = true;
  for (ck_int row = low; row < high && is_complete && task->status == CK_OK; row++) {
    const void *source = task->source + row * length * task->source_size;
    void *target = task->target + row * (task->k ? task->k : length) * task->target_size;
    bool wants = task->wants_positions;
    if (wants && !task->k)
      for (ck_int i = 0; i < length; i++) ((int64_t *)target)[i] = i;
    if (key_size == 8) {
      uint64_t *keys = (uint64_t *)(void *)memory;
      keys64(task->type, source, length, task->descending, wants, keys);
      is_complete = task->k ? first_u64(keys, length, target, task->k)
                            : sort_u64(keys, wants ? target : NULL, (uint64_t *)(void *)spare, spare_positions, length);
      if (!wants) values64(task->type, keys, length, task->descending, target);
    } else {
      uint32_t *keys = (uint32_t *)(void *)memory;
      keys32(task->type, source, length, task->descending, wants, keys);
      is_complete = task->k ? first_u32(keys, length, target, task->k)
                            : sort_u32(keys, wants ? target : NULL, (uint32_t *)(void *)spare, spare_positions, length);
      if (!wants) values32(task->type, keys, length, task->descending, target);
    }
    is_complete = is_complete && !ck_interrupted();
  }
  if (!is_complete) task->status = CK_INTERRUPTED;
  ck_pool_free(memory, bytes);
}

static ck_int size_of(int32_t type) {
  return type == CK_I64 || type == CK_F64 ? 8 : type == CK_I32 || type == CK_F32 ? 4 : 1;
}

static ck_status run(rows_task *task, ck_int rows) {
  if (rows == 0 || task->length == 0) return CK_OK;
  task->source_size = size_of(task->type);
  task->target_size = task->wants_positions ? 8 : task->source_size;
  ck_int grain = 8192 / task->length;
  ck_parallel_for(rows, grain < 1 ? 1 : grain, sort_rows, task);
  return (ck_status)task->status;
}

ck_status ck_sort(int32_t type, const void *source, void *target, ck_int rows, ck_int length, bool descending) {
  rows_task task = {.type = type, .source = source, .target = target, .length = length, .descending = descending};
  return run(&task, rows);
}

ck_status ck_argsort(
  int32_t type, const void *source, int64_t *target, ck_int rows, ck_int length, bool descending) {
  rows_task task = {.type = type, .source = source, .target = (char *)target, .length = length,
                    .descending = descending, .wants_positions = true};
  return run(&task, rows);
}

ck_status ck_first_k(
  int32_t type, const void *source, int64_t *target, ck_int rows, ck_int length, ck_int k, bool descending) {
  rows_task task = {.type = type, .source = source, .target = (char *)target, .length = length, .k = k,
                    .descending = descending, .wants_positions = true};
  return run(&task, rows);
}
