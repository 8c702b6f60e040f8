// Adding to elements by offset: what an index with repeated positions gives back. In the order of the offsets: the same sum
// whatever the number of threads. Long rows are first put in order of their place, so that each place is one thread's.
#include "kernel.h"
#include "sort.h"

#include <stdatomic.h>

// Steps a position on the axes; false after the last.
static bool step(const ck_axes *axes, int64_t *position, char **place) {
  for (int32_t axis = axes->rank - 1; axis >= 0; axis--) {
    *place += axes->strides[axis];
    if (++position[axis] < axes->shape[axis]) return true;
    *place -= axes->strides[axis] * axes->shape[axis];
    position[axis] = 0;
  }
  return false;
}

static int64_t count_of(const ck_axes *axes) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < axes->rank; axis++) count *= axes->shape[axis];
  return count;
}

#define ADD_BLOCK(type)                                                                       \
  static void add_block_##type(                                                               \
    char *target, const char *source, const ck_axes *outer, int64_t rows, int64_t length,      \
    int64_t stride) {                                                                          \
    int64_t position[CK_MAX_RANK] = {0};                                                       \
    for (int64_t row = 0; row < rows; row++) {                                                 \
      const type *from = (const type *)source;                                                 \
      if (stride == (int64_t)sizeof(type)) {                                                   \
        type *to = (type *)target;                                                             \
        for (int64_t i = 0; i < length; i++) to[i] += from[i];                                 \
      } else {                                                                                 \
        for (int64_t i = 0; i < length; i++) *(type *)(target + i * stride) += from[i];        \
      }                                                                                        \
      source += length * (int64_t)sizeof(type);                                                \
      step(outer, position, &target);                                                          \
    }                                                                                          \
  }

ADD_BLOCK(float)
ADD_BLOCK(double)

// `length` columns `stride` bytes apart of each of `rows` rows over the axes `outer` make a block, which one offset places.
// In the order of `order`; NULL: as they are.
typedef struct {
  char *target;
  const char *source;
  const int64_t *offsets, *order;
  int64_t count;
  ck_axes outer;
  int64_t rows, length, stride;
  bool is_double;
  _Atomic bool stopped;
} addition;

static void add_block(const addition *a, char *place, int64_t number, const char *source) {
  int64_t size = a->is_double ? 8 : 4;
  char *to = place + a->offsets[number] * size;
  if (a->is_double) {
    add_block_double(to, source, &a->outer, a->rows, a->length, a->stride);
  } else {
    add_block_float(to, source, &a->outer, a->rows, a->length, a->stride);
  }
}

// The blocks of the places whose first in order is one of low ..< high.
static void add_places(void *context, ck_int low, ck_int high) {
  addition *a = context;
  int64_t bytes = a->rows * a->length * (a->is_double ? 8 : 4);
  for (int64_t i = low; i < a->count; i++) {
    int64_t number = a->order[i];
    bool is_first = i == 0 || a->offsets[a->order[i - 1]] != a->offsets[number];
    if (is_first && i >= high) return;
    // What comes before the first of a place is of the part before.
    if (!is_first && i == low) {
      int64_t others = a->offsets[number];
      while (i < a->count && a->offsets[a->order[i]] == others) i++;
      i--;
      continue;
    }
    if ((i & 63) == 0 && ck_interrupted()) {
      atomic_store_explicit(&a->stopped, true, memory_order_relaxed);
      return;
    }
    // Blocks of one place lie apart: no processor guesses where the next one is.
    const char *next = a->source + a->order[i + 1 < a->count ? i + 1 : i] * bytes;
    for (int64_t byte = 0; byte < bytes && byte < 4096; byte += 64) {
      __builtin_prefetch(next + byte, 0, 2);
    }
    add_block(a, a->target, number, a->source + number * bytes);
  }
}

// CK_NO_MEMORY: nothing was added.
static ck_status add_by_place(addition *a) {
  int64_t bytes = a->count * (int64_t)sizeof(int64_t);
  int64_t *order = ck_pool_allocate(bytes);
  if (!order) return CK_NO_MEMORY;
  ck_status status = ck_argsort(CK_I64, a->offsets, order, 1, a->count, false);
  a->order = order;
  if (status == CK_OK) ck_parallel_for(a->count, 64, add_places, a);
  ck_pool_free(order, bytes);
  if (status != CK_OK) return status;
  return atomic_load_explicit(&a->stopped, memory_order_relaxed) ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_scatter_add(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, int32_t is_double) {
  int64_t size = is_double ? 8 : 4, places = count_of(before);
  addition a = {
    .target = target, .source = source, .offsets = offsets, .count = count, .outer = *after,
    .rows = count_of(after), .length = 1, .stride = size, .is_double = is_double};
  if (a.outer.rank > 0) {
    a.outer.rank--;
    a.length = a.outer.shape[a.outer.rank];
    a.stride = a.outer.strides[a.outer.rank];
    a.rows = a.length == 0 ? 0 : a.rows / a.length;
  }
  int64_t elements = a.rows * a.length;
  if (places * count * elements == 0) return CK_OK;
  if (places == 1 && elements >= 64 && count * elements >= 1 << 17) {
    ck_status status = add_by_place(&a);
    if (status != CK_NO_MEMORY) return status;
  }
  int64_t position[CK_MAX_RANK] = {0};
  char *place = target;
  const char *from = source;
  for (int64_t row = 0; row < places; row++) {
    for (int64_t i = 0; i < count; i++, from += elements * size) {
      if ((i & 1023) == 0 && ck_interrupted()) return CK_INTERRUPTED;
      add_block(&a, place, i, from);
    }
    step(before, position, &place);
  }
  return CK_OK;
}
