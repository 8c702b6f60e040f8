// The vectorised elementwise kernels: a template, compiled once for each instruction set (elementwise_*.c).
//
// Sums and products are not contracted: a fused chain gives the same bits as its steps one by one. The functions
// (functions.h) are, so their last bit may differ between instruction sets.
#include "functions_types.h"
#include "loops.h"

#pragma STDC FP_CONTRACT OFF

// MARK: - Floats

#define FLOAT_KERNELS(T, type, suffix)                                         \
  BINARY(add, T, type, type, x + y)                                            \
  BINARY(subtract, T, type, type, x - y)                                       \
  BINARY(multiply, T, type, type, x *y)                                        \
  BINARY(divide, T, type, type, x / y)                                         \
  BINARY(maximum, T, type, type, (x >= y || x != x) ? x : y)                   \
  BINARY(minimum, T, type, type, (x <= y || x != x) ? x : y)                   \
  UNARY(negate, T, type, type, -x)                                             \
  UNARY(abs, T, type, type, magnitude_##T(x))                                  \
  UNARY(sign, T, type, type, x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x)          \
  UNARY(sqrt, T, type, type, __builtin_sqrt##suffix(x))                        \
  UNARY(exp, T, type, type, fast_exp_##T(x))                                   \
  UNARY(expm1, T, type, type, fast_expm1_##T(x))                               \
  UNARY(log, T, type, type, fast_log_##T(x))                                   \
  UNARY(log2, T, type, type, fast_log2_##T(x))                                 \
  UNARY(log1p, T, type, type, fast_log1p_##T(x))                               \
  UNARY(tanh, T, type, type, fast_tanh_##T(x))                                 \
  UNARY(sigmoid, T, type, type, fast_sigmoid_##T(x))                           \
  UNARY(erf, T, type, type, fast_erf_##T(x))                                   \
  UNARY(erfc, T, type, type, fast_erfc_##T(x))                                 \
  UNARY(floor, T, type, type, __builtin_floor##suffix(x))                      \
  UNARY(ceil, T, type, type, __builtin_ceil##suffix(x))                        \
  UNARY(round, T, type, type, __builtin_rint##suffix(x))                       \
  UNARY(trunc, T, type, type, __builtin_trunc##suffix(x))                      \
  UNARY(square, T, type, type, x *x)                                           \
  UNARY(reciprocal, T, type, type, 1 / x)                                      \
  UNARY(relu, T, type, type, x < 0 ? 0 : x)                                    \
  UNARY(isnan, T, type, uint8_t, x != x)                                       \
  UNARY(isinf, T, type, uint8_t, magnitude_##T(x) == (type)INFINITY)           \
  UNARY(isfinite, T, type, uint8_t, magnitude_##T(x) < (type)INFINITY)         \
  UNARY(bounded, T, type, type, fast_sin_##T(x, 0))                            \
  UNARY(bounded_cos, T, type, type, fast_sin_##T(x, 1))                        \
  static bool all_bounded_##T(const type *A, int64_t count) {                  \
    int large = 0;                                                             \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      large |= magnitude_##T(A[i]) > (type)1e6;                                \
    }                                                                          \
    return !large;                                                             \
  }                                                                            \
  /* Large arguments need a reduction with more digits of pi: the C library's. */ \
  static int32_t sin_##T##_vv(ARGUMENTS) {                                     \
    if (all_bounded_##T(a, count)) return bounded_##T##_vv(out, a, b, c, count); \
    for (int64_t i = 0; i < count; i++) ((type *)out)[i] = sin##suffix(((const type *)a)[i]); \
    return CK_OK;                                                              \
  }                                                                            \
  static int32_t cos_##T##_vv(ARGUMENTS) {                                     \
    if (all_bounded_##T(a, count)) return bounded_cos_##T##_vv(out, a, b, c, count); \
    for (int64_t i = 0; i < count; i++) ((type *)out)[i] = cos##suffix(((const type *)a)[i]); \
    return CK_OK;                                                              \
  }

// The C library has a name with and without `f`; an empty argument gives the latter.
FLOAT_KERNELS(f32, float, f)
FLOAT_KERNELS(f64, double, )

// A clip keeps a NaN of any operand, as maximum then minimum do.
#define LARGER(x, y) (((x) >= (y) || (x) != (x)) ? (x) : (y))
#define SMALLER(x, y) (((x) <= (y) || (x) != (x)) ? (x) : (y))
#define CLIP(T, type) TERNARY(clip, T, type, SMALLER(LARGER(x, y), w))

// MARK: - Comparisons, for every ordered type

#define ORDERED_KERNELS(T, type)                                               \
  BINARY(equal, T, type, uint8_t, x == y)                                      \
  BINARY(not_equal, T, type, uint8_t, x != y)                                  \
  BINARY(less, T, type, uint8_t, x < y)                                        \
  BINARY(less_or_equal, T, type, uint8_t, x <= y)                              \
  BINARY(greater, T, type, uint8_t, x > y)                                     \
  BINARY(greater_or_equal, T, type, uint8_t, x >= y)                           \
  CLIP(T, type)

ORDERED_KERNELS(u8, uint8_t)
ORDERED_KERNELS(i8, int8_t)
ORDERED_KERNELS(i32, int32_t)
ORDERED_KERNELS(i64, int64_t)
ORDERED_KERNELS(f32, float)
ORDERED_KERNELS(f64, double)

// MARK: - Integers

#define INTEGER_KERNELS(T, type)                                               \
  BINARY(maximum, T, type, type, x > y ? x : y)                                \
  BINARY(minimum, T, type, type, x < y ? x : y)                                \
  BINARY(and, T, type, type, x &y)                                             \
  BINARY(or, T, type, type, x | y)                                             \
  BINARY(xor, T, type, type, x ^ y)                                            \
  UNARY(invert, T, type, type, ~x)                                             \
  UNARY(sign, T, type, type, (x > 0) - (x < 0))                                \
  UNARY(relu, T, type, type, x < 0 ? 0 : x)                                    \
  UNARY(same, T, type, type, x)                                                \
  UNARY(nothing, T, type, type, x ^ x)                                         \
  UNARY(never, T, type, uint8_t, x != x)                                       \
  UNARY(always, T, type, uint8_t, x == x)

INTEGER_KERNELS(u8, uint8_t)
INTEGER_KERNELS(i8, int8_t)
INTEGER_KERNELS(i32, int32_t)
INTEGER_KERNELS(i64, int64_t)

#define NARROW_KERNELS(T, type, wide)                                          \
  WIDENED(add, T, type, wide, x + y)                                           \
  WIDENED(subtract, T, type, wide, x - y)                                      \
  WIDENED(multiply, T, type, wide, x *y)                                       \
  WIDENED_UNARY(negate, T, type, wide, -x)                                     \
  WIDENED_UNARY(abs, T, type, wide, x < 0 ? -x : x)                            \
  WIDENED_UNARY(square, T, type, wide, x *x)

NARROW_KERNELS(u8, uint8_t, int32_t)
NARROW_KERNELS(i8, int8_t, int32_t)
NARROW_KERNELS(i32, int32_t, int64_t)

WRAPPING(add, (uint64_t)x + (uint64_t)y, (x ^ r) & (y ^ r))
WRAPPING(subtract, (uint64_t)x - (uint64_t)y, (x ^ y) & (x ^ r))

// Whether every element fits in 32 bits, so that products fit in 64.
static bool all_narrow(const int64_t *A, int64_t count) {
  uint64_t high = 0;
  VECTORIZED for (int64_t i = 0; i < count; i++) high |= ((uint64_t)A[i] + 0x80000000u) >> 32;
  return high == 0;
}

BINARY(plain_multiply, i64, int64_t, int64_t, (uint64_t)x * (uint64_t)y)

static int32_t checked_multiply(
  int64_t *R, const int64_t *A, int64_t a_step, const int64_t *B, int64_t b_step, int64_t count) {
  bool wrapped = false;
  for (int64_t i = 0; i < count; i++) {
    long long r;
    wrapped |= __builtin_smulll_overflow(A[i * a_step], B[i * b_step], &r);
    R[i] = r;
  }
  return wrapped ? CK_OVERFLOW : CK_OK;
}

static int32_t multiply_i64_vv(ARGUMENTS) {
  if (all_narrow(a, count) && all_narrow(b, count)) {
    return plain_multiply_i64_vv(out, a, b, c, count);
  }
  return checked_multiply(out, a, 1, b, 1, count);
}

// The single operand is copied first: the result may be written over it.
static int32_t multiply_i64_vs(ARGUMENTS) {
  const int64_t factor = *(const int64_t *)b;
  if (all_narrow(a, count) && all_narrow(b, 1)) return plain_multiply_i64_vs(out, a, b, c, count);
  return checked_multiply(out, a, 1, &factor, 0, count);
}

static int32_t multiply_i64_sv(ARGUMENTS) {
  const int64_t factor = *(const int64_t *)a;
  if (all_narrow(a, 1) && all_narrow(b, count)) return plain_multiply_i64_sv(out, a, b, c, count);
  return checked_multiply(out, &factor, 0, b, 1, count);
}

static int32_t square_i64_vv(ARGUMENTS) {
  (void)b;
  return multiply_i64_vv(out, a, a, c, count);
}

static int32_t negate_i64_vv(ARGUMENTS) {
  const int64_t zero = 0;
  (void)b;
  return subtract_i64_sv(out, &zero, a, c, count);
}

static int32_t abs_i64_vv(ARGUMENTS) {
  (void)b, (void)c;
  const int64_t *A = a;
  int64_t *R = out, smallest = 0;
  VECTORIZED for (int64_t i = 0; i < count; i++) {
    int64_t r = (int64_t)(A[i] < 0 ? 0 - (uint64_t)A[i] : (uint64_t)A[i]);
    smallest |= r;
    R[i] = r;
  }
  return smallest < 0 ? CK_OVERFLOW : CK_OK;
}

// MARK: - Booleans: bytes 0 and 1

BINARY(and, bool, uint8_t, uint8_t, x &y)
BINARY(or, bool, uint8_t, uint8_t, x | y)
BINARY(xor, bool, uint8_t, uint8_t, x ^ y)
UNARY(invert, bool, uint8_t, uint8_t, x ^ 1)
// Comparisons of bytes are those of u8.

// MARK: - Choosing, by element size

#define WHERE(T, type)                                                         \
  static int32_t where_##T##_vv(ARGUMENTS) {                                   \
    const uint8_t *A = a;                                                      \
    const type *B = b, *C = c;                                                 \
    type *R = out;                                                             \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const type x = B[i], y = C[i];                                           \
      R[i] = A[i] ? x : y;                                                     \
    }                                                                          \
    return CK_OK;                                                              \
  }

WHERE(1, uint8_t)
WHERE(4, uint32_t)
WHERE(8, uint64_t)

static int32_t where_16_vv(ARGUMENTS) {
  const uint8_t *A = a;
  const complex128 *B = b, *C = c;
  complex128 *R = out;
  for (int64_t i = 0; i < count; i++) R[i] = A[i] ? B[i] : C[i];
  return CK_OK;
}

UNARY(same, f32, float, float, x)
UNARY(same, f64, double, double, x)
UNARY(nothing, f32, float, float, ((void)x, 0))
UNARY(nothing, f64, double, double, ((void)x, 0))

#include "elementwise_table.h"
