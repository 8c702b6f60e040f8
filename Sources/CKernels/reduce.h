// Reductions of contiguous elements, a block at a time. Not for Swift.
#ifndef LAMELLA_REDUCE_H
#define LAMELLA_REDUCE_H
#include "kernel.h"

// What has been reduced so far; all zero at the start. Sums of floats are kept as an unevaluated sum of two doubles,
// sums of integers in 128 bits, so the order in which blocks are merged hardly matters.
typedef struct {
  double sum, carry, imaginary_sum, imaginary_carry;
  __int128 integer;
  // The largest or smallest so far, or the product.
  union {
    int64_t i;
    float f32;
    double f64;
    complex128 c128;
  } value;
  bool started;
  bool overflowed;
} ck_accumulator;

// Defined pairs: sums, means and products of every type; extremes of real ones; any, all and counts of every type.
void ck_accumulate(
  ck_accumulator *accumulator, ck_reduction reduction, int32_t dtype, const void *elements,
  int64_t count);
void ck_merge(
  ck_accumulator *accumulator, const ck_accumulator *other, ck_reduction reduction, int32_t dtype);
// The result of `count` elements, written in its type. An extreme of nothing is 0: callers refuse it first.
ck_status ck_finish(
  const ck_accumulator *accumulator, ck_reduction reduction, int32_t dtype, int64_t count,
  void *out);

// Block reductions of one instruction set (reduce_block.h).
typedef struct {
  double (*sum_f32)(const float *elements, int64_t count);
  double (*sum_f64)(const double *elements, int64_t count);
  float (*max_f32)(const float *elements, int64_t count);
  double (*max_f64)(const double *elements, int64_t count);
  float (*min_f32)(const float *elements, int64_t count);
  double (*min_f64)(const double *elements, int64_t count);
  int64_t (*sum_u8)(const uint8_t *elements, int64_t count);
  int64_t (*sum_i8)(const int8_t *elements, int64_t count);
  int64_t (*sum_i32)(const int32_t *elements, int64_t count);
  // The sum of the upper and of the lower halves of 64-bit integers.
  void (*sum_i64)(const int64_t *elements, int64_t count, int64_t *high, int64_t *low);
  int64_t (*max_u8)(const uint8_t *elements, int64_t count);
  int64_t (*max_i8)(const int8_t *elements, int64_t count);
  int64_t (*max_i32)(const int32_t *elements, int64_t count);
  int64_t (*max_i64)(const int64_t *elements, int64_t count);
  int64_t (*min_u8)(const uint8_t *elements, int64_t count);
  int64_t (*min_i8)(const int8_t *elements, int64_t count);
  int64_t (*min_i32)(const int32_t *elements, int64_t count);
  int64_t (*min_i64)(const int64_t *elements, int64_t count);
  int64_t (*nonzero_1)(const uint8_t *elements, int64_t count);
  int64_t (*nonzero_i32)(const int32_t *elements, int64_t count);
  int64_t (*nonzero_i64)(const int64_t *elements, int64_t count);
  int64_t (*nonzero_f32)(const float *elements, int64_t count);
  int64_t (*nonzero_f64)(const double *elements, int64_t count);
  // Eight rows, `stride` elements apart, into `out`.
  void (*add_rows_f32)(double *out, const float *rows, int64_t stride, int64_t count);
  void (*add_rows_f64)(double *out, const double *rows, int64_t stride, int64_t count);
  void (*max_rows_f32)(float *out, const float *rows, int64_t stride, int64_t count);
  void (*max_rows_f64)(double *out, const double *rows, int64_t stride, int64_t count);
  void (*min_rows_f32)(float *out, const float *rows, int64_t stride, int64_t count);
  void (*min_rows_f64)(double *out, const double *rows, int64_t stride, int64_t count);
  // Each of some contiguous rows, `stride` elements apart, to one element.
#define CK_ROWS(name, type)                                                    \
  void (*name)(const type *data, int64_t stride, int64_t rows, int64_t length, type *out)
  CK_ROWS(sum_rows_of_f32, float);
  CK_ROWS(sum_rows_of_f64, double);
  CK_ROWS(max_rows_of_f32, float);
  CK_ROWS(max_rows_of_f64, double);
  CK_ROWS(min_rows_of_f32, float);
  CK_ROWS(min_rows_of_f64, double);
  // For each of at most 1024 columns, the row of its extreme; at most INT32_MAX rows for the 32-bit types.
#define CK_POSITIONS(name, type)                                               \
  void (*name)(const type *rows, int64_t length, int64_t stride, int64_t count, int64_t *out)
  CK_POSITIONS(max_positions_i32, int32_t);
  CK_POSITIONS(max_positions_i64, int64_t);
  CK_POSITIONS(max_positions_f32, float);
  CK_POSITIONS(max_positions_f64, double);
  CK_POSITIONS(min_positions_i32, int32_t);
  CK_POSITIONS(min_positions_i64, int64_t);
  CK_POSITIONS(min_positions_f32, float);
  CK_POSITIONS(min_positions_f64, double);
} ck_block_reducers;

extern const ck_block_reducers ck_block_reducers_base;
#if defined(__x86_64__)
extern const ck_block_reducers ck_block_reducers_v3;
extern const ck_block_reducers ck_block_reducers_v4;
#endif
// The best of this machine (dispatch.c).
const ck_block_reducers *ck_best_reducers(void);

#endif
