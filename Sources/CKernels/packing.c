// How many edges numbers are above; such codes packed into bytes, and distances of packed codes.
#include "include/coding.h"

#include <stdatomic.h>
#include <string.h>

enum { PART_BYTES = 1 << 14 };

static bool stops(atomic_int *status) {
  if (ck_interrupted()) atomic_store_explicit(status, CK_INTERRUPTED, memory_order_relaxed);
  return atomic_load_explicit(status, memory_order_relaxed) == CK_INTERRUPTED;
}

// MARK: - Buckets

typedef struct {
  const void *x, *edges;
  ck_int edge_count;
  int64_t *out;
  atomic_int status;
} bucket_job;

// Up to so many edges all are compared; of more, half each time.
enum { FEW_EDGES = 8 };

#define BUCKETS(F)                                                                                \
  static int64_t above_##F(F x, const F *edges, ck_int count) {                                   \
    ck_int low = 0, high = count;                                                                 \
    while (low < high) {                                                                          \
      ck_int middle = low + (high - low) / 2;                                                     \
      if (x > edges[middle]) {                                                                    \
        low = middle + 1;                                                                         \
      } else {                                                                                    \
        high = middle;                                                                            \
      }                                                                                           \
    }                                                                                             \
    return low;                                                                                   \
  }                                                                                               \
  static void bucketize_##F(void *context, ck_int low, ck_int high) {                             \
    bucket_job *work = context;                                                                   \
    if (stops(&work->status)) return;                                                             \
    const F *x = work->x, *edges = work->edges;                                                   \
    int64_t *out = work->out;                                                                     \
    for (ck_int i = low; i < high; i++) {                                                         \
      if (work->edge_count > FEW_EDGES) {                                                         \
        out[i] = above_##F(x[i], edges, work->edge_count);                                        \
        continue;                                                                                 \
      }                                                                                           \
      int64_t count = 0;                                                                          \
      for (ck_int j = 0; j < work->edge_count; j++) count += x[i] > edges[j];                     \
      out[i] = count;                                                                             \
    }                                                                                             \
  }
BUCKETS(float)
BUCKETS(double)

ck_status ck_bucketize(
  int32_t dtype, const void *x, ck_int count, const void *edges, ck_int edge_count, int64_t *out) {
  bucket_job work = { .x = x, .edges = edges, .edge_count = edge_count, .out = out };
  if (count > 0) {
    ck_parallel_for(
      count, PART_BYTES, dtype == CK_F32 ? bucketize_float : bucketize_double, &work);
  }
  return (ck_status)atomic_load(&work.status);
}

// MARK: - Packing

typedef struct {
  const uint8_t *from;
  uint8_t *to;
  ck_int width, bytes;
  int32_t bits;
  atomic_int status;
} job;

static ck_int grain_of(ck_int row) { return row < PART_BYTES ? PART_BYTES / (row + 1) + 1 : 1; }

static void pack(void *context, ck_int low, ck_int high) {
  job *work = context;
  if (stops(&work->status)) return;
  int32_t bits = work->bits;
  for (ck_int row = low; row < high; row++) {
    const uint8_t *codes = work->from + row * work->width;
    uint8_t *out = work->to + row * work->bytes;
    uint32_t waiting = 0, held = 0;
    for (ck_int i = 0; i < work->width; i++) {
      if (codes[i] >> bits) {
        atomic_store_explicit(&work->status, CK_OUT_OF_RANGE, memory_order_relaxed);
        return;
      }
      waiting |= (uint32_t)codes[i] << held;
      held += (uint32_t)bits;
      for (; held >= 8; held -= 8, waiting >>= 8) *out++ = (uint8_t)waiting;
    }
    if (held > 0) *out = (uint8_t)waiting;
  }
}

ck_status ck_pack_codes(
  const uint8_t *codes, ck_int rows, ck_int width, int32_t bits, uint8_t *out) {
  job work = { .from = codes, .to = out, .width = width, .bytes = (width * bits + 7) / 8, .bits = bits };
  if (rows > 0 && width > 0) ck_parallel_for(rows, grain_of(width), pack, &work);
  return (ck_status)atomic_load(&work.status);
}

// Code i of a row of packed codes.
static uint32_t code_at(const uint8_t *row, ck_int bytes, ck_int i, int32_t bits) {
  ck_int bit = i * bits, byte = bit >> 3;
  uint32_t word = row[byte];
  if (byte + 1 < bytes) word |= (uint32_t)row[byte + 1] << 8;
  return word >> (bit & 7) & ((1u << bits) - 1);
}

static void unpack(void *context, ck_int low, ck_int high) {
  job *work = context;
  if (stops(&work->status)) return;
  for (ck_int row = low; row < high; row++) {
    const uint8_t *packed = work->from + row * work->bytes;
    uint8_t *out = work->to + row * work->width;
    for (ck_int i = 0; i < work->width; i++) {
      out[i] = (uint8_t)code_at(packed, work->bytes, i, work->bits);
    }
  }
}

ck_status ck_unpack_codes(
  const uint8_t *packed, ck_int rows, ck_int bytes, int32_t bits, ck_int width, uint8_t *out) {
  job work = { .from = packed, .to = out, .width = width, .bytes = bytes, .bits = bits };
  if (rows > 0 && width > 0) ck_parallel_for(rows, grain_of(width), unpack, &work);
  return (ck_status)atomic_load(&work.status);
}

// MARK: - Distances

typedef struct {
  const ck_packed_rows *rows;
  const uint8_t *a, *b;
  int64_t *out;
  atomic_int status;
} distance_job;

static int64_t popcount(uint64_t word) { return __builtin_popcountll(word); }

// Of 32 codes of 2 bits at once: x1 and x0 mark where the high and the low bits differ. Both differ between 0 and 3 and between
// 1 and 2; of the latter pair the bits of either code differ from each other.
static int64_t word_distance(uint64_t a, uint64_t b, ck_distance_metric metric) {
  const uint64_t lows = 0x5555555555555555;
  uint64_t x = a ^ b, x0 = x & lows, x1 = x >> 1 & lows;
  uint64_t both = x0 & x1, near = both & (a ^ a >> 1);
  switch (metric) {
    case CK_DISTANCE_L1: return popcount(x0) + 2 * popcount(x1) - 2 * popcount(near);
    case CK_DISTANCE_L2:
      return popcount(x0) + 4 * (popcount(x1) + popcount(both & ~near) - popcount(near));
    case CK_DISTANCE_XOR: break;
  }
  return popcount(x0) + 2 * popcount(x1);
}

static int64_t two_bit_distance(
  const uint8_t *a, const uint8_t *b, ck_int bytes, ck_distance_metric metric) {
  int64_t total = 0;
  for (ck_int i = 0; i < bytes; i += 8) {
    uint64_t x = 0, y = 0;
    size_t size = bytes - i < 8 ? (size_t)(bytes - i) : 8;
    memcpy(&x, a + i, size);
    memcpy(&y, b + i, size);
    total += word_distance(x, y, metric);
  }
  return total;
}

static int64_t any_distance(
  const uint8_t *a, const uint8_t *b, ck_int bytes, int32_t bits, ck_distance_metric metric) {
  int64_t total = 0;
  ck_int count = bytes * 8 / bits;
  for (ck_int i = 0; i < count; i++) {
    int64_t x = code_at(a, bytes, i, bits), y = code_at(b, bytes, i, bits), d = x - y;
    switch (metric) {
      case CK_DISTANCE_L1: total += d < 0 ? -d : d; break;
      case CK_DISTANCE_L2: total += d * d; break;
      case CK_DISTANCE_XOR: total += x ^ y; break;
    }
  }
  return total;
}

static void distances(void *context, ck_int low, ck_int high) {
  distance_job *work = context;
  const ck_packed_rows *rows = work->rows;
  if (stops(&work->status)) return;
  for (ck_int place = low; place < high; place++) {
    const uint8_t *a = work->a, *b = work->b;
    ck_int rest = place;
    for (int32_t axis = rows->rank - 1; axis >= 0; axis--) {
      ck_int position = rest % rows->shape[axis];
      rest /= rows->shape[axis];
      a += position * rows->a_strides[axis];
      b += position * rows->b_strides[axis];
    }
    work->out[place] = rows->bits == 2 ? two_bit_distance(a, b, rows->bytes, rows->metric)
                                       : any_distance(a, b, rows->bytes, rows->bits, rows->metric);
  }
}

ck_status ck_packed_distances(
  const ck_packed_rows *rows, const uint8_t *a, const uint8_t *b, int64_t *out) {
  distance_job work = { .rows = rows, .a = a, .b = b, .out = out };
  ck_int count = 1;
  for (int32_t axis = 0; axis < rows->rank; axis++) count *= rows->shape[axis];
  if (count > 0) ck_parallel_for(count, grain_of(rows->bytes), distances, &work);
  return (ck_status)atomic_load(&work.status);
}
