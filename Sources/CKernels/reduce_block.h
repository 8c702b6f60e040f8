// Reductions of one block (at most a few thousand elements): a template, compiled once for each instruction set.
//
// Floats are summed in 64 lanes, at most 16 elements a lane before the lanes are added pairwise in double: the error of a
// block is at most that of NumPy's pairwise sum, and blocks are added in double precision and more.
#include "reduce.h"

#pragma STDC FP_CONTRACT OFF

enum { LANES = 64, CHUNK = 1024 };

#define FLOAT_SUM(T, type)                                                     \
  static double sum_##T(const type *elements, int64_t count) {                 \
    double total = 0;                                                          \
    for (int64_t start = 0; start < count; start += CHUNK) {                   \
      const type *e = elements + start;                                        \
      int64_t n = count - start < CHUNK ? count - start : CHUNK;               \
      type lanes[LANES] = {0};                                                 \
      int64_t i = 0;                                                           \
      for (; i + LANES <= n; i += LANES) {                                     \
        for (int j = 0; j < LANES; j++) lanes[j] += e[i + j];                  \
      }                                                                        \
      for (int j = 0; i < n; i++, j++) lanes[j] += e[i];                       \
      for (int width = LANES / 2; width >= 16; width /= 2) {                   \
        for (int j = 0; j < width; j++) lanes[j] += lanes[j + width];          \
      }                                                                        \
      double wide[16];                                                         \
      for (int j = 0; j < 16; j++) wide[j] = lanes[j];                         \
      for (int width = 8; width >= 1; width /= 2) {                            \
        for (int j = 0; j < width; j++) wide[j] += wide[j + width];            \
      }                                                                        \
      total += wide[0];                                                        \
    }                                                                          \
    return total;                                                              \
  }

// NaN, once met, stays.
#define FLOAT_EXTREME(op, T, type, order)                                      \
  static type op##_##T(const type *elements, int64_t count) {                  \
    type lanes[LANES];                                                         \
    int64_t i = 0;                                                             \
    for (int j = 0; j < LANES; j++) lanes[j] = elements[0];                    \
    for (; i + LANES <= count; i += LANES) {                                   \
      for (int j = 0; j < LANES; j++) {                                        \
        type x = elements[i + j], m = lanes[j];                                \
        lanes[j] = (m order x || m != m) ? m : x;                              \
      }                                                                        \
    }                                                                          \
    type result = lanes[0];                                                    \
    for (int j = 1; j < LANES; j++) {                                          \
      result = (result order lanes[j] || result != result) ? result : lanes[j]; \
    }                                                                          \
    for (; i < count; i++) {                                                   \
      type x = elements[i];                                                    \
      result = (result order x || result != result) ? result : x;              \
    }                                                                          \
    return result;                                                             \
  }

#define FLOAT_REDUCERS(T, type)                                                \
  FLOAT_SUM(T, type)                                                           \
  FLOAT_EXTREME(max, T, type, >=)                                              \
  FLOAT_EXTREME(min, T, type, <=)

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

const ck_block_reducers CK_REDUCERS = {
  .sum_f32 = sum_f32, .sum_f64 = sum_f64, .max_f32 = max_f32, .max_f64 = max_f64,
  .min_f32 = min_f32, .min_f64 = min_f64, .sum_u8 = sum_u8, .sum_i8 = sum_i8, .sum_i32 = sum_i32,
  .sum_i64 = sum_i64, .max_u8 = max_u8, .max_i8 = max_i8, .max_i32 = max_i32, .max_i64 = max_i64,
  .min_u8 = min_u8, .min_i8 = min_i8, .min_i32 = min_i32, .min_i64 = min_i64,
  .nonzero_1 = nonzero_1, .nonzero_i32 = nonzero_i32, .nonzero_i64 = nonzero_i64,
  .nonzero_f32 = nonzero_f32, .nonzero_f64 = nonzero_f64,
};
