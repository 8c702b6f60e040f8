// Reductions of one block (at most a few thousand elements): a template, compiled once for each instruction set.
//
// Floats are added in fours, then in 16 lanes of doubles, at most 16 of them a lane before the lanes are added pairwise:
// the error of a block is at most that of NumPy's pairwise sum, and blocks are added in more than double precision.
#include "reduce.h"

#pragma STDC FP_CONTRACT OFF

enum { LANES = 64, CHUNK = 1024 };

// Sixteen elements, wherever they lie.
typedef float wide_f32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef double wide_f64 __attribute__((vector_size(128), aligned(8), may_alias));

#include "reduce_rows.h"

#define FLOAT_SUM(T, type)                                                     \
  static double chunk_sum_##T(const type *e, int64_t count) {                  \
    wide_f64 lanes = {0};                                                      \
    int64_t i = 0;                                                             \
    for (; i + 64 <= count; i += 64) {                                         \
      const wide_##T *x = (const wide_##T *)(e + i);                           \
      lanes += __builtin_convertvector((x[0] + x[1]) + (x[2] + x[3]), wide_f64); \
    }                                                                          \
    for (; i + 16 <= count; i += 16) {                                         \
      lanes += __builtin_convertvector(*(const wide_##T *)(e + i), wide_f64);  \
    }                                                                          \
    double rest = 0;                                                           \
    for (; i < count; i++) rest += (double)e[i];                               \
    double parts[16];                                                          \
    memcpy(parts, &lanes, sizeof parts);                                       \
    for (int width = 8; width >= 1; width /= 2) {                              \
      for (int j = 0; j < width; j++) parts[j] += parts[j + width];            \
    }                                                                          \
    return parts[0] + rest;                                                    \
  }                                                                            \
  static double sum_##T(const type *elements, int64_t count) {                 \
    double total = 0;                                                          \
    for (int64_t start = 0; start < count; start += CHUNK) {                   \
      int64_t n = count - start < CHUNK ? count - start : CHUNK;               \
      total += chunk_sum_##T(elements + start, n);                             \
    }                                                                          \
    return total;                                                              \
  }                                                                            \
  /* Adds eight rows, `stride` elements apart, to `out`. */                    \
  static void add_rows_##T(double *out, const type *e, int64_t stride, int64_t count) { \
    const type *r0 = e, *r1 = r0 + stride, *r2 = r1 + stride, *r3 = r2 + stride; \
    const type *r4 = r3 + stride, *r5 = r4 + stride, *r6 = r5 + stride, *r7 = r6 + stride; \
    VECTORIZED for (int64_t j = 0; j < count; j++) {                           \
      type s = ((r0[j] + r1[j]) + (r2[j] + r3[j])) + ((r4[j] + r5[j]) + (r6[j] + r7[j])); \
      out[j] += (double)s;                                                     \
    }                                                                          \
  }

// NaN, once met, stays: it is looked for apart, and the lanes never take one in.
#define FLOAT_EXTREME(op, T, type, order)                                      \
  static type op##_##T(const type *elements, int64_t count) {                  \
    if (count < 16) {                                                          \
      type result = elements[0];                                               \
      for (int64_t i = 1; i < count; i++) {                                    \
        type x = elements[i];                                                  \
        result = (x order result || x != x) ? x : result;                      \
      }                                                                        \
      return result;                                                           \
    }                                                                          \
    wide_##T lanes[4];                                                         \
    mask_##T odd = {0};                                                        \
    const wide_##T *tail = (const wide_##T *)(elements + count - 16);          \
    odd |= tail[0] != tail[0];                                                 \
    for (int j = 0; j < 4; j++) lanes[j] = tail[0];                            \
    int64_t i = 0;                                                             \
    for (; i + 64 <= count; i += 64) {                                         \
      const wide_##T *x = (const wide_##T *)(elements + i);                    \
      for (int j = 0; j < 4; j++) {                                            \
        odd |= x[j] != x[j];                                                   \
        lanes[j] = CHOOSE(T, x[j] order lanes[j], x[j], lanes[j]);             \
      }                                                                        \
    }                                                                          \
    for (; i + 16 <= count; i += 16) {                                         \
      const wide_##T *x = (const wide_##T *)(elements + i);                    \
      odd |= x[0] != x[0];                                                     \
      lanes[0] = CHOOSE(T, x[0] order lanes[0], x[0], lanes[0]);               \
    }                                                                          \
    lanes[0] = CHOOSE(T, lanes[1] order lanes[0], lanes[1], lanes[0]);         \
    lanes[2] = CHOOSE(T, lanes[3] order lanes[2], lanes[3], lanes[2]);         \
    lanes[0] = CHOOSE(T, lanes[2] order lanes[0], lanes[2], lanes[0]);         \
    type parts[16];                                                            \
    memcpy(parts, &lanes[0], sizeof parts);                                    \
    bool has_nan = false;                                                      \
    for (int j = 0; j < 16; j++) has_nan |= odd[j] != 0;                       \
    if (has_nan) return (type)NAN;                                             \
    for (int width = 8; width >= 1; width /= 2) {                              \
      for (int j = 0; j < width; j++) {                                        \
        parts[j] = parts[j + width] order parts[j] ? parts[j + width] : parts[j]; \
      }                                                                        \
    }                                                                          \
    return parts[0];                                                           \
  }

// The extremes of `out` and eight rows.
#define EXTREME_ROWS(op, T, type, order)                                       \
  static inline type op##_of_##T(type x, type y) {                             \
    return (x order y || x != x) ? x : y;                                      \
  }                                                                            \
  static void op##_rows_##T(type *out, const type *e, int64_t stride, int64_t count) { \
    const type *r0 = e, *r1 = r0 + stride, *r2 = r1 + stride, *r3 = r2 + stride; \
    const type *r4 = r3 + stride, *r5 = r4 + stride, *r6 = r5 + stride, *r7 = r6 + stride; \
    VECTORIZED for (int64_t j = 0; j < count; j++) {                           \
      type p = op##_of_##T(op##_of_##T(r0[j], r1[j]), op##_of_##T(r2[j], r3[j])); \
      type q = op##_of_##T(op##_of_##T(r4[j], r5[j]), op##_of_##T(r6[j], r7[j])); \
      out[j] = op##_of_##T(out[j], op##_of_##T(p, q));                         \
    }                                                                          \
  }

#define FLOAT_REDUCERS(T, type)                                                \
  FLOAT_SUM(T, type)                                                           \
  FLOAT_EXTREME(max, T, type, >)                                               \
  FLOAT_EXTREME(min, T, type, <)                                               \
  EXTREME_ROWS(max, T, type, >=)                                               \
  EXTREME_ROWS(min, T, type, <=)

FLOAT_REDUCERS(f32, float)
FLOAT_REDUCERS(f64, double)

#define INTEGER_SUM(T, type)                                                   \
  static int64_t sum_##T(const type *elements, int64_t count) {                \
    int64_t total = 0;                                                         \
    for (int64_t i = 0; i < count; i++) total += elements[i];                  \
    return total;                                                              \
  }

#define INTEGER_EXTREMES(T, type)                                              \
  static int64_t max_##T(const type *elements, int64_t count) {                \
    type m = elements[0];                                                      \
    for (int64_t i = 0; i < count; i++) m = elements[i] > m ? elements[i] : m; \
    return m;                                                                  \
  }                                                                            \
  static int64_t min_##T(const type *elements, int64_t count) {                \
    type m = elements[0];                                                      \
    for (int64_t i = 0; i < count; i++) m = elements[i] < m ? elements[i] : m; \
    return m;                                                                  \
  }

#define NONZERO(T, type)                                                       \
  static int64_t nonzero_##T(const type *elements, int64_t count) {            \
    int64_t total = 0;                                                         \
    for (int64_t i = 0; i < count; i++) total += elements[i] != 0;             \
    return total;                                                              \
  }

INTEGER_SUM(u8, uint8_t)
INTEGER_SUM(i8, int8_t)
INTEGER_SUM(i32, int32_t)
INTEGER_EXTREMES(u8, uint8_t)
INTEGER_EXTREMES(i8, int8_t)
INTEGER_EXTREMES(i32, int32_t)
INTEGER_EXTREMES(i64, int64_t)
NONZERO(1, uint8_t)
NONZERO(i32, int32_t)
NONZERO(i64, int64_t)
NONZERO(f32, float)
NONZERO(f64, double)

static void sum_i64(const int64_t *elements, int64_t count, int64_t *high, int64_t *low) {
  int64_t upper = 0, lower = 0;
  for (int64_t i = 0; i < count; i++) {
    upper += elements[i] >> 32;
    lower += elements[i] & 0xffffffff;
  }
  *high = upper;
  *low = lower;
}

// For each column, the row of its first extreme; a NaN goes before everything but a NaN.
#define BEFORE(order, x, best) ((x)order(best) || ((x) != (x) && (best) == (best)))

#define POSITIONS(op, T, type, I, order)                                       \
  static void op##_positions_##T(                                              \
    const type *e, int64_t length, int64_t stride, int64_t count, int64_t *out) { \
    enum { WIDTH = 1024 };                                                     \
    type best[WIDTH];                                                          \
    I position[WIDTH];                                                         \
    for (int64_t j = 0; j < count; j++) best[j] = e[j], position[j] = 0;       \
    for (I row = 1; row < (I)length; row++) {                                  \
      const type *x = e + row * stride;                                        \
      VECTORIZED for (int64_t j = 0; j < count; j++) {                         \
        bool before = BEFORE(order, x[j], best[j]);                            \
        best[j] = before ? x[j] : best[j];                                     \
        position[j] = before ? row : position[j];                              \
      }                                                                        \
    }                                                                          \
    for (int64_t j = 0; j < count; j++) out[j] = position[j];                  \
  }

#define POSITIONS_OF(T, type, I)                                               \
  POSITIONS(max, T, type, I, >)                                                \
  POSITIONS(min, T, type, I, <)

POSITIONS_OF(i32, int32_t, int32_t)
POSITIONS_OF(i64, int64_t, int64_t)
POSITIONS_OF(f32, float, int32_t)
POSITIONS_OF(f64, double, int64_t)

const ck_block_reducers CK_REDUCERS = {
  .sum_rows_of_f32 = sum_rows_of_f32, .sum_rows_of_f64 = sum_rows_of_f64,
  .max_rows_of_f32 = max_rows_of_f32, .max_rows_of_f64 = max_rows_of_f64,
  .min_rows_of_f32 = min_rows_of_f32, .min_rows_of_f64 = min_rows_of_f64,
  .add_rows_f32 = add_rows_f32, .add_rows_f64 = add_rows_f64, .max_rows_f32 = max_rows_f32,
  .max_rows_f64 = max_rows_f64, .min_rows_f32 = min_rows_f32, .min_rows_f64 = min_rows_f64,
  .max_positions_i32 = max_positions_i32, .max_positions_i64 = max_positions_i64,
  .max_positions_f32 = max_positions_f32, .max_positions_f64 = max_positions_f64,
  .min_positions_i32 = min_positions_i32, .min_positions_i64 = min_positions_i64,
  .min_positions_f32 = min_positions_f32, .min_positions_f64 = min_positions_f64,
  .sum_f32 = sum_f32, .sum_f64 = sum_f64, .max_f32 = max_f32, .max_f64 = max_f64,
  .min_f32 = min_f32, .min_f64 = min_f64, .sum_u8 = sum_u8, .sum_i8 = sum_i8, .sum_i32 = sum_i32,
  .sum_i64 = sum_i64, .max_u8 = max_u8, .max_i8 = max_i8, .max_i32 = max_i32, .max_i64 = max_i64,
  .min_u8 = min_u8, .min_i8 = min_i8, .min_i32 = min_i32, .min_i64 = min_i64,
  .nonzero_1 = nonzero_1, .nonzero_i32 = nonzero_i32, .nonzero_i64 = nonzero_i64,
  .nonzero_f32 = nonzero_f32, .nonzero_f64 = nonzero_f64,
};
