// Kernels that gain little from vectors or are seldom used: functions of the C library (at most 2 ulp), division and
// powers of integers, and the floored division of floats.
#include "kernel.h"
#include "loops.h"

#undef VECTORIZED
#define VECTORIZED

#pragma STDC FP_CONTRACT OFF

// MARK: - Floored division, as Python and NumPy define it

#define FLOORED_FLOATS(T, type, suffix)                                        \
  static inline type remainder_of_##T(type x, type y) {                        \
    type m = fmod##suffix(x, y);                                               \
    if (m != 0) return (y < 0) != (m < 0) ? m + y : m;                         \
    return y == 0 ? m : copysign##suffix(0, y);                                \
  }                                                                            \
  static inline type quotient_of_##T(type x, type y) {                         \
    if (y == 0) return x / y;                                                  \
    type m = fmod##suffix(x, y);                                               \
    type q = (x - m) / y;                                                      \
    if (m != 0 && (y < 0) != (m < 0)) q -= 1;                                  \
    if (q == 0) return copysign##suffix(0, x / y);                             \
    type f = floor##suffix(q);                                                 \
    return q - f > (type)0.5 ? f + 1 : f;                                      \
  }                                                                            \
  BINARY(remainder, T, type, type, remainder_of_##T(x, y))                     \
  BINARY(floor_divide, T, type, type, quotient_of_##T(x, y))

FLOORED_FLOATS(f32, float, f)
FLOORED_FLOATS(f64, double, )

// The steps that may fail leave the loop with their status.
#define CHECKED_LOOP(name, type, X, Y, body)                                   \
  static int32_t name(ARGUMENTS) {                                             \
    (void)c;                                                                   \
    const type *A = a, *B = b;                                                 \
    type *R = out;                                                             \
    const type x0 = *A, y0 = *B;                                               \
    (void)x0, (void)y0;                                                        \
    for (int64_t i = 0; i < count; i++) {                                      \
      const type x = X, y = Y;                                                 \
      type r;                                                                  \
      body;                                                                    \
      R[i] = r;                                                                \
    }                                                                          \
    return CK_OK;                                                              \
  }

#define CHECKED_BINARY(op, T, type, body)                                      \
  CHECKED_LOOP(op##_##T##_vv, type, A[i], B[i], body)                          \
  CHECKED_LOOP(op##_##T##_vs, type, A[i], y0, body)                            \
  CHECKED_LOOP(op##_##T##_sv, type, x0, B[i], body)

#define FLOORED_INTEGERS(T, type, smallest)                                    \
  CHECKED_BINARY(floor_divide, T, type, {                                      \
    if (y == 0) return CK_ZERO_DIVISION;                                       \
    if (smallest != 0 && y == (type)-1 && x == (type)smallest) return CK_OVERFLOW; \
    r = x / y;                                                                 \
    if (x % y != 0 && (x < 0) != (y < 0)) r--;                                 \
  })                                                                           \
  CHECKED_BINARY(remainder, T, type, {                                         \
    if (y == 0) return CK_ZERO_DIVISION;                                       \
    r = 0;                                                                     \
    if (smallest == 0 || y != (type)-1) {                                      \
      r = x % y;                                                               \
      if (r != 0 && (r < 0) != (y < 0)) r += y;                                \
    }                                                                          \
  })                                                                           \
  CHECKED_BINARY(power, T, type, {                                             \
    if (y < 0) return CK_NEGATIVE_EXPONENT;                                    \
    type factor = x;                                                           \
    bool lost = false;                                                         \
    r = 1;                                                                     \
    for (uint64_t rest = (uint64_t)y; rest != 0;) {                            \
      if (rest & 1) {                                                          \
        if (lost || __builtin_mul_overflow(r, factor, &r)) return CK_OVERFLOW; \
      }                                                                        \
      rest >>= 1;                                                              \
      lost |= __builtin_mul_overflow(factor, factor, &factor);                 \
    }                                                                          \
  })

FLOORED_INTEGERS(u8, uint8_t, 0)
FLOORED_INTEGERS(i8, int8_t, INT8_MIN)
FLOORED_INTEGERS(i32, int32_t, INT32_MIN)
FLOORED_INTEGERS(i64, int64_t, INT64_MIN)

// MARK: - The C library

#define LIBRARY_BINARY(op, function)                                           \
  BINARY(op, f32, float, float, function##f(x, y))                             \
  BINARY(op, f64, double, double, function(x, y))

#define LIBRARY(op, function)                                                  \
  UNARY(op, f32, float, float, function##f(x))                                 \
  UNARY(op, f64, double, double, function(x))

LIBRARY_BINARY(atan2, atan2)
LIBRARY_BINARY(hypot, hypot)
LIBRARY(log10, log10)
LIBRARY(tan, tan)
LIBRARY(asin, asin)
LIBRARY(acos, acos)
LIBRARY(atan, atan)
LIBRARY(sinh, sinh)
LIBRARY(cosh, cosh)
LIBRARY(asinh, asinh)
LIBRARY(acosh, acosh)
LIBRARY(atanh, atanh)

// Powers with the exponents that loops are full of need no general power.
#define POWERS(T, type, suffix)                                                \
  BINARY(general_power, T, type, type, pow##suffix(x, y))                      \
  UNARY(power_1, T, type, type, x)                                             \
  UNARY(power_2, T, type, type, x *x)                                          \
  UNARY(power_half, T, type, type, x == -(type)INFINITY ? (type)INFINITY : sqrt##suffix(x) + 0) \
  UNARY(power_minus_1, T, type, type, 1 / x)                                   \
  static int32_t power_##T##_vs(ARGUMENTS) {                                   \
    const type y = *(const type *)b;                                           \
    if (y == 2) return power_2_##T##_vv(out, a, b, c, count);                  \
    if (y == 1) return power_1_##T##_vv(out, a, b, c, count);                  \
    if (y == (type)0.5) return power_half_##T##_vv(out, a, b, c, count);       \
    if (y == -1) return power_minus_1_##T##_vv(out, a, b, c, count);           \
    return general_power_##T##_vs(out, a, b, c, count);                        \
  }                                                                            \
  static int32_t power_##T##_vv(ARGUMENTS) {                                   \
    return general_power_##T##_vv(out, a, b, c, count);                        \
  }                                                                            \
  static int32_t power_##T##_sv(ARGUMENTS) {                                   \
    return general_power_##T##_sv(out, a, b, c, count);                        \
  }

POWERS(f32, float, f)
POWERS(f64, double, )

#define FLOATS(op) [CK_F32] = FORMS(op, f32), [CK_F64] = FORMS(op, f64)
#define FLOATS1(op) [CK_F32] = FORM(op, f32), [CK_F64] = FORM(op, f64)
#define INTEGERS(op)                                                           \
  [CK_U8] = FORMS(op, u8), [CK_I8] = FORMS(op, i8), [CK_I32] = FORMS(op, i32),  \
  [CK_I64] = FORMS(op, i64)

const ck_table ck_table_rare = {
  [CK_FLOOR_DIVIDE] = {INTEGERS(floor_divide), FLOATS(floor_divide)},
  [CK_REMAINDER] = {INTEGERS(remainder), FLOATS(remainder)},
  [CK_POWER] = {INTEGERS(power), FLOATS(power)},
  [CK_ATAN2] = {FLOATS(atan2)},
  [CK_HYPOT] = {FLOATS(hypot)},
  [CK_LOG10] = {FLOATS1(log10)},
  [CK_TAN] = {FLOATS1(tan)},
  [CK_ASIN] = {FLOATS1(asin)},
  [CK_ACOS] = {FLOATS1(acos)},
  [CK_ATAN] = {FLOATS1(atan)},
  [CK_SINH] = {FLOATS1(sinh)},
  [CK_COSH] = {FLOATS1(cosh)},
  [CK_ASINH] = {FLOATS1(asinh)},
  [CK_ACOSH] = {FLOATS1(acosh)},
  [CK_ATANH] = {FLOATS1(atanh)},
};
