// Copies between strided arrays, and fills.
//
// Axes are first put in an order and merged (an axis that continues its inner neighbour becomes part of it), so that
// the inner loop is long; then the outer axes are walked like an odometer, in parts for all threads.
#include "include/kernels.h"

#include <stdatomic.h>
#include <string.h>

typedef struct {
  char *target;
  const char *source;
  int64_t shape[CK_MAX_RANK];
  int64_t target_strides[CK_MAX_RANK];
  int64_t source_strides[CK_MAX_RANK];
  int32_t rank;
  int64_t element_size;
  _Atomic bool stopped;
} copy_plan;

typedef struct {
  uint64_t low, high;
} pair;

#define COPY_LOOP(type)                                                        \
  for (int64_t i = 0; i < count; i++) {                                        \
    type value;                                                                \
    memcpy(&value, source + i * source_stride, sizeof(type));                  \
    memcpy(target + i * target_stride, &value, sizeof(type));                  \
  }

static void copy_row(
  char *restrict target, int64_t target_stride, const char *restrict source, int64_t source_stride,
  int64_t count, int64_t element_size) {
  if (target_stride == element_size && source_stride == element_size) {
    memcpy(target, source, (size_t)(count * element_size));
    return;
  }
  if (target_stride == element_size && source_stride == 0) {
    ck_fill(target, source, element_size, count);
    return;
  }
  switch (element_size) {
  case 1: COPY_LOOP(uint8_t) break;
  case 2: COPY_LOOP(uint16_t) break;
  case 4: COPY_LOOP(uint32_t) break;
  case 8: COPY_LOOP(uint64_t) break;
  case 16: COPY_LOOP(pair) break;
  }
}

// Two inner axes of which the source runs fast along the outer one (a transposition): tiles that fit in cache.
static void copy_tiles(const copy_plan *plan, char *target, const char *source) {
  int32_t outer = plan->rank - 2, inner = plan->rank - 1;
  int64_t rows = plan->shape[outer], columns = plan->shape[inner];
  for (int64_t row = 0; row < rows; row += 32) {
    int64_t row_end = row + 32 < rows ? row + 32 : rows;
    for (int64_t column = 0; column < columns; column += 32) {
      int64_t width = column + 32 < columns ? 32 : columns - column;
      for (int64_t r = row; r < row_end; r++) {
        copy_row(
          target + r * plan->target_strides[outer] + column * plan->target_strides[inner],
          plan->target_strides[inner],
          source + r * plan->source_strides[outer] + column * plan->source_strides[inner],
          plan->source_strides[inner], width, plan->element_size);
      }
    }
  }
}

static int64_t magnitude(int64_t value) {
  return value < 0 ? -value : value;
}

// Whether the two inner axes are copied together as tiles.
static bool copies_tiles(const copy_plan *plan) {
  return plan->rank >= 2 && plan->shape[plan->rank - 1] > 4
    && plan->source_strides[plan->rank - 2] != 0
    && magnitude(plan->source_strides[plan->rank - 1])
         > magnitude(plan->source_strides[plan->rank - 2]);
}

// Rows (or planes, for tiles) low ..< high of the outer axes.
static void copy_part(void *context, int64_t low, int64_t high) {
  copy_plan *plan = context;
  bool tiles = copies_tiles(plan);
  int32_t outer_rank = plan->rank - (tiles ? 2 : 1);
  int64_t position[CK_MAX_RANK] = {0};
  char *target = plan->target;
  const char *source = plan->source;
  int64_t rest = low;
  for (int32_t axis = outer_rank - 1; axis >= 0; axis--) {
    position[axis] = rest % plan->shape[axis];
    rest /= plan->shape[axis];
    target += position[axis] * plan->target_strides[axis];
    source += position[axis] * plan->source_strides[axis];
  }
  for (int64_t row = low; row < high; row++) {
    if (ck_interrupted()) {
      atomic_store_explicit(&plan->stopped, true, memory_order_relaxed);
      return;
    }
    if (tiles) {
      copy_tiles(plan, target, source);
    } else {
      int32_t inner = plan->rank - 1;
      copy_row(
        target, plan->target_strides[inner], source, plan->source_strides[inner],
        plan->shape[inner], plan->element_size);
    }
    for (int32_t axis = outer_rank - 1; axis >= 0; axis--) {
      target += plan->target_strides[axis];
      source += plan->source_strides[axis];
      if (++position[axis] < plan->shape[axis]) break;
      target -= plan->target_strides[axis] * plan->shape[axis];
      source -= plan->source_strides[axis] * plan->shape[axis];
      position[axis] = 0;
    }
  }
}

// Adds an axis to the plan's inside, merged with the last one where both arrays allow it.
static void append_axis(copy_plan *plan, int64_t size, int64_t target_stride, int64_t source_stride) {
  if (size == 1) return;
  int32_t last = plan->rank - 1;
  if (last >= 0 && plan->target_strides[last] == target_stride * size
      && plan->source_strides[last] == source_stride * size) {
    plan->shape[last] *= size;
  } else {
    last = plan->rank++;
    plan->shape[last] = size;
  }
  plan->target_strides[last] = target_stride;
  plan->source_strides[last] = source_stride;
}

// A long row or plane is split so that there is something for each thread and a place to stop.
static void split_first_axis(copy_plan *plan, int64_t bytes) {
  if (plan->rank == 0 || plan->rank == CK_MAX_RANK || bytes < 1 << 18) return;
  int32_t inner_rank = copies_tiles(plan) ? 2 : 1;
  if (plan->rank != inner_rank) return;
  int64_t part = 64;
  while (part * 64 < plan->shape[0] && plan->shape[0] % (part * 2) == 0) part *= 2;
  if (plan->shape[0] % part != 0) return;
  for (int32_t axis = plan->rank; axis > 0; axis--) {
    plan->shape[axis] = plan->shape[axis - 1];
    plan->target_strides[axis] = plan->target_strides[axis - 1];
    plan->source_strides[axis] = plan->source_strides[axis - 1];
  }
  plan->rank++;
  plan->shape[0] /= part;
  plan->shape[1] = part;
  plan->target_strides[0] *= part;
  plan->source_strides[0] *= part;
}

ck_status ck_copy_strided(
  void *target, const int64_t *target_strides, const void *source, const int64_t *source_strides,
  const int64_t *shape, int32_t rank, int64_t element_size) {
  copy_plan plan = {.target = target, .source = source, .element_size = element_size};
  int64_t bytes = element_size;
  for (int32_t axis = 0; axis < rank; axis++) {
    if (shape[axis] == 0) return CK_OK;
    bytes *= shape[axis];
    append_axis(&plan, shape[axis], target_strides[axis], source_strides[axis]);
  }
  if (plan.rank == 0) {
    memcpy(target, source, (size_t)element_size);
    return CK_OK;
  }
  split_first_axis(&plan, bytes);
  int64_t rows = 1;
  int32_t outer_rank = plan.rank - (copies_tiles(&plan) ? 2 : 1);
  for (int32_t axis = 0; axis < outer_rank; axis++) rows *= plan.shape[axis];
  int64_t row_bytes = bytes / rows;
  int64_t grain = row_bytes >= 1 << 17 ? 1 : ((int64_t)1 << 17) / row_bytes;
  ck_parallel_for(rows, grain, copy_part, &plan);
  return atomic_load_explicit(&plan.stopped, memory_order_relaxed) ? CK_INTERRUPTED : CK_OK;
}

#define FILL_LOOP(type)                                                        \
  {                                                                            \
    type element;                                                              \
    memcpy(&element, value, sizeof(type));                                     \
    type *elements = target;                                                   \
    for (int64_t i = 0; i < count; i++) elements[i] = element;                 \
  }

void ck_fill(void *target, const void *value, int64_t element_size, int64_t count) {
  switch (element_size) {
  case 1: memset(target, *(const uint8_t *)value, (size_t)count); break;
  case 2: FILL_LOOP(uint16_t) break;
  case 4: FILL_LOOP(uint32_t) break;
  case 8: FILL_LOOP(uint64_t) break;
  case 16: FILL_LOOP(pair) break;
  }
}
