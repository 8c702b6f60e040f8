// Adding to elements by offset: what an index with repeated positions gives back. In the order of the offsets: the same sum
// whatever the number of threads, which share the columns of long rows.
#include "kernel.h"

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

// Of each row of a block, the columns low ..< high.
#define ADD_BLOCK(type)                                                                       \
  static void add_block_##type(                                                               \
    char *target, const char *source, const ck_axes *outer, int64_t rows, int64_t length,      \
    int64_t stride, int64_t low, int64_t high) {                                               \
    int64_t position[CK_MAX_RANK] = {0};                                                       \
    for (int64_t row = 0; row < rows; row++) {                                                 \
      const type *from = (const type *)source;                                                 \
      if (stride == (int64_t)sizeof(type)) {                                                   \
        type *to = (type *)target;                                                             \
        for (int64_t i = low; i < high; i++) to[i] += from[i];                                 \
      } else {                                                                                 \
        for (int64_t i = low; i < high; i++) *(type *)(target + i * stride) += from[i];        \
      }                                                                                        \
      source += length * (int64_t)sizeof(type);                                                \
      step(outer, position, &target);                                                          \
    }                                                                                          \
  }

ADD_BLOCK(float)
ADD_BLOCK(double)

typedef struct {
  char *target;
  const char *source;
  const int64_t *offsets;
  int64_t count;
  const ck_axes *before;
  // The axes after the picked one but the last, whose rows have `length` columns `stride` bytes apart.
  ck_axes outer;
  int64_t rows, length, stride;
  bool is_double;
  _Atomic bool stopped;
} addition;

static void add_columns(void *context, ck_int low, ck_int high) {
  addition *a = context;
  int64_t position[CK_MAX_RANK] = {0};
  int64_t places = count_of(a->before), size = a->is_double ? 8 : 4;
  char *place = a->target;
  const char *from = a->source;
  for (int64_t row = 0; row < places; row++) {
    for (int64_t i = 0; i < a->count; i++) {
      if ((i & 1023) == 0 && ck_interrupted()) {
        atomic_store_explicit(&a->stopped, true, memory_order_relaxed);
        return;
      }
      char *to = place + a->offsets[i] * size;
      if (a->is_double) {
        add_block_double(to, from, &a->outer, a->rows, a->length, a->stride, low, high);
      } else {
        add_block_float(to, from, &a->outer, a->rows, a->length, a->stride, low, high);
      }
      from += a->rows * a->length * size;
    }
    step(a->before, position, &place);
  }
}

ck_status ck_scatter_add(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, int32_t is_double) {
  int64_t size = is_double ? 8 : 4;
  addition a = {
    .target = target, .source = source, .offsets = offsets, .count = count, .before = before,
    .outer = *after, .rows = count_of(after), .length = 1, .stride = size,
    .is_double = is_double};
  if (a.outer.rank > 0) {
    a.outer.rank--;
    a.length = a.outer.shape[a.outer.rank];
    a.stride = a.outer.strides[a.outer.rank];
    a.rows = a.length == 0 ? 0 : a.rows / a.length;
  }
  if (count_of(before) * count * a.rows * a.length == 0) return CK_OK;
  // Runs of a kilobyte are read as fast as whole rows.
  ck_parallel_for(a.length, 1024 / size, add_columns, &a);
  return atomic_load_explicit(&a.stopped, memory_order_relaxed) ? CK_INTERRUPTED : CK_OK;
}
