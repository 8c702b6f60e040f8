// Adding to elements by offset: what an index with repeated positions gives back. In the order of the offsets, on one
// thread: the same sum whatever the number of threads.
#include "kernel.h"

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
  static const char *add_block_##type(char *target, const char *source, const ck_axes *after) { \
    int64_t rows = count_of(after), length = 1, stride = sizeof(type);                         \
    ck_axes outer = *after;                                                                    \
    if (outer.rank > 0) {                                                                      \
      outer.rank--;                                                                            \
      length = outer.shape[outer.rank];                                                        \
      stride = outer.strides[outer.rank];                                                      \
      rows = length == 0 ? 0 : rows / length;                                                  \
    }                                                                                          \
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
      step(&outer, position, &target);                                                         \
    }                                                                                          \
    return source;                                                                             \
  }

ADD_BLOCK(float)
ADD_BLOCK(double)

ck_status ck_scatter_add(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, int32_t is_double) {
  const char *from = source;
  char *place = target;
  int64_t position[CK_MAX_RANK] = {0};
  int64_t outer = count_of(before), size = is_double ? 8 : 4;
  for (int64_t row = 0; row < outer; row++) {
    for (int64_t i = 0; i < count; i++) {
      if ((i & 1023) == 0 && ck_interrupted()) return CK_INTERRUPTED;
      char *to = place + offsets[i] * size;
      from = is_double ? add_block_double(to, from, after) : add_block_float(to, from, after);
    }
    step(before, position, &place);
  }
  return CK_OK;
}
