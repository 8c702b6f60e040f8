// Reductions of many rows, each contiguous: a template, compiled once for each instruction set (by reduce_block.h).
//
// A row becomes one vector of sixteen partial results; sixteen such vectors are then combined in a tree that leaves the
// results of sixteen rows in one. Rows too long for float lanes are taken one by one.
#include "reduce.h"

typedef int32_t mask_f32 __attribute__((vector_size(64)));
typedef int64_t mask_f64 __attribute__((vector_size(128)));

static const mask_f32 positions_f32 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const mask_f64 positions_f64 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// x where the mask is set, else y.
#define CHOOSE(T, mask, x, y) ((wide_##T)(((mask_##T)(x) & (mask)) | ((mask_##T)(y) & ~(mask))))

#define PLUS(T, x, y) ((x) + (y))
// A NaN, once met, stays.
#define LARGER_OF(T, x, y) CHOOSE(T, ((x) >= (y)) | ((x) != (x)), x, y)
#define SMALLER_OF(T, x, y) CHOOSE(T, ((x) <= (y)) | ((x) != (x)), x, y)

// Combines the lanes of two vectors that the numbers select with the others.
#define HALVE(op, T, x, y, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, step)            \
  op(T,                                                                                     \
    __builtin_shufflevector(x, y, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),          \
    __builtin_shufflevector(                                                                \
      x, y, a + step, b + step, c + step, d + step, e + step, f + step, g + step, h + step, \
      i + step, j + step, k + step, l + step, m + step, n + step, o + step, p + step))

#define ROW_REDUCTION(name, op, T, type, neutral)                                           \
  /* The results of sixteen rows from their partial ones. */                                \
  static inline void name##_tree_##T(const wide_##T *v, wide_##T *result) {                 \
    wide_##T w[8], x[4], y[2];                                                              \
    for (int i = 0; i < 8; i++) {                                                           \
      w[i] = HALVE(op, T, v[2 * i], v[2 * i + 1],                                           \
        0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8);                         \
    }                                                                                       \
    for (int i = 0; i < 4; i++) {                                                           \
      x[i] = HALVE(op, T, w[2 * i], w[2 * i + 1],                                           \
        0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27, 4);                       \
    }                                                                                       \
    for (int i = 0; i < 2; i++) {                                                           \
      y[i] = HALVE(op, T, x[2 * i], x[2 * i + 1],                                           \
        0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29, 2);                       \
    }                                                                                       \
    *result = HALVE(op, T, y[0], y[1],                                                      \
      0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 1);                        \
  }                                                                                         \
  /* A row of at least sixteen elements as sixteen partial results. */                      \
  static inline void name##_lanes_##T(                                                      \
    const type *row, int64_t length, const mask_##T *fresh, wide_##T *result) {             \
    const wide_##T nothing = (wide_##T){0} + neutral;                                       \
    wide_##T lanes = *(const wide_##T *)row;                                                \
    int64_t i = 16;                                                                         \
    for (; i + 16 <= length; i += 16) {                                                     \
      wide_##T next = *(const wide_##T *)(row + i);                                         \
      lanes = op(T, lanes, next);                                                           \
    }                                                                                       \
    if (i == length) {                                                                      \
      *result = lanes;                                                                      \
      return;                                                                               \
    }                                                                                       \
    /* The last sixteen, of which only some are new. */                                     \
    wide_##T last = *(const wide_##T *)(row + length - 16);                                 \
    last = CHOOSE(T, *fresh, last, nothing);                                                \
    *result = op(T, lanes, last);                                                           \
  }                                                                                         \
  static void name##_rows_of_##T(                                                           \
    const type *data, int64_t stride, int64_t rows, int64_t length, type *out) {            \
    const wide_##T nothing = (wide_##T){0} + neutral;                                       \
    mask_##T fresh = positions_##T >= (mask_##T){0} + (int32_t)(16 - length % 16);          \
    mask_##T few = positions_##T < (mask_##T){0} + (int32_t)length;                         \
    wide_##T v[16];                                                                         \
    for (int64_t row = 0; row < rows; row += 16) {                                          \
      int64_t n = rows - row < 16 ? rows - row : 16;                                        \
      const type *first = data + row * stride;                                              \
      if (length >= 16) {                                                                   \
        for (int64_t r = 0; r < n; r++) {                                                   \
          name##_lanes_##T(first + r * stride, length, &fresh, &v[r]);                      \
        }                                                                                   \
      } else if (row + 33 <= rows && stride >= 0) {                                         \
        /* What lies behind a row is another. */                                            \
        for (int r = 0; r < 16; r++) {                                                      \
          wide_##T x = *(const wide_##T *)(first + r * stride);                             \
          v[r] = CHOOSE(T, few, x, nothing);                                                \
        }                                                                                   \
      } else {                                                                              \
        for (int64_t r = 0; r < n; r++) {                                                   \
          type padded[16];                                                                  \
          for (int i = 0; i < 16; i++) padded[i] = i < length ? first[r * stride + i] : neutral;\
          memcpy(&v[r], padded, sizeof padded);                                             \
        }                                                                                   \
      }                                                                                     \
      for (int64_t r = n; r < 16; r++) v[r] = nothing;                                      \
      wide_##T results;                                                                     \
      name##_tree_##T(v, &results);                                                         \
      memcpy(out + row, &results, (size_t)n * sizeof(type));                                \
    }                                                                                       \
  }

#define ROW_REDUCTIONS(T, type)                                                             \
  ROW_REDUCTION(sum, PLUS, T, type, (type)0)                                                \
  ROW_REDUCTION(max, LARGER_OF, T, type, (type)-INFINITY)                                   \
  ROW_REDUCTION(min, SMALLER_OF, T, type, (type)INFINITY)

ROW_REDUCTIONS(f32, float)
ROW_REDUCTIONS(f64, double)
