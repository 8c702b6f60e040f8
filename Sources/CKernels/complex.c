// Complex kernels. Products are the schoolbook formula, quotients Smith's method, as in NumPy; functions are the C
// library's. There is no order on complex numbers, so no comparison but equality.
#define _GNU_SOURCE
#include "kernel.h"
#include "loops.h"

#include <complex.h>

#undef VECTORIZED
#define VECTORIZED
#pragma STDC FP_CONTRACT OFF

#define COMPLEX_KERNELS(T, type, part, suffix)                                 \
  static inline part _Complex native_##T(type x) {                             \
    part _Complex z;                                                           \
    memcpy(&z, &x, sizeof z);                                                  \
    return z;                                                                  \
  }                                                                            \
  static inline type plain_##T(part _Complex z) {                              \
    type x;                                                                    \
    memcpy(&x, &z, sizeof x);                                                  \
    return x;                                                                  \
  }                                                                            \
  static inline type product_##T(type x, type y) {                             \
    return (type){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};       \
  }                                                                            \
  static inline type quotient_##T(type x, type y) {                            \
    part ar = fabs##suffix(y.re), ai = fabs##suffix(y.im);                     \
    if (ar >= ai) {                                                            \
      if (ar == 0 && ai == 0) return (type){x.re / ar, x.im / ar};             \
      part ratio = y.im / y.re, scale = 1 / (y.re + y.im * ratio);             \
      return (type){(x.re + x.im * ratio) * scale, (x.im - x.re * ratio) * scale}; \
    }                                                                          \
    part ratio = y.re / y.im, scale = 1 / (y.re * ratio + y.im);               \
    return (type){(x.re * ratio + x.im) * scale, (x.im * ratio - x.re) * scale}; \
  }                                                                            \
  /* Small whole exponents by products, so that (1 + 2i)^2 is exact. */        \
  static inline type power_of_##T(type x, type y) {                            \
    if (y.re == 0 && y.im == 0) return (type){1, 0};                           \
    if (x.re == 0 && x.im == 0) {                                              \
      return y.re > 0 && y.im == 0 ? (type){0, 0} : (type){NAN, NAN};          \
    }                                                                          \
    if (y.im == 0 && y.re == rint##suffix(y.re) && fabs##suffix(y.re) < 100) { \
      int n = (int)fabs##suffix(y.re);                                         \
      type result = {1, 0}, factor = x;                                        \
      for (; n != 0; n >>= 1) {                                                \
        if (n & 1) result = product_##T(result, factor);                       \
        factor = product_##T(factor, factor);                                  \
      }                                                                        \
      return y.re < 0 ? quotient_##T((type){1, 0}, result) : result;           \
    }                                                                          \
    return plain_##T(cpow##suffix(native_##T(x), native_##T(y)));              \
  }                                                                            \
  /* The direction: the number divided by its size. */                         \
  static inline type sign_of_##T(type x) {                                     \
    part size = hypot##suffix(x.re, x.im);                                     \
    return size == 0 ? (type){0, 0} : (type){x.re / size, x.im / size};        \
  }                                                                            \
  /* e^a cos b - 1 = (e^a - 1) cos b - 2 sin²(b/2), both small where the sum is. */ \
  static inline type expm1_of_##T(type x) {                                    \
    double half = sin(0.5 * x.im), less = expm1(x.re);                         \
    return (type){(part)(less * cos(x.im) - 2 * half * half),                  \
                  x.im == 0 ? x.im : (part)((less + 1) * sin(x.im))};          \
  }                                                                            \
  /* |1 + x|² - 1 is a(2 + a) + b², exact enough where it is small. */         \
  static inline type log1p_of_##T(type x) {                                    \
    double a = x.re, b = x.im;                                                 \
    int near = fabs(a) < 0.5 && fabs(b) < 0.5;                                 \
    return (type){(part)(near ? 0.5 * log1p(a * (2 + a) + b * b) : log(hypot(a + 1, b))), \
                  (part)atan2(b, a + 1)};                                      \
  }                                                                            \
  static inline type self_##T(type x) {                                        \
    return x;                                                                  \
  }                                                                            \
  LOOP(add_##T##_vv, type, type, A[i], B[i], self_##T((type){x.re + y.re, x.im + y.im})) \
  LOOP(add_##T##_vs, type, type, A[i], y0, self_##T((type){x.re + y.re, x.im + y.im})) \
  LOOP(add_##T##_sv, type, type, x0, B[i], self_##T((type){x.re + y.re, x.im + y.im})) \
  LOOP(subtract_##T##_vv, type, type, A[i], B[i], self_##T((type){x.re - y.re, x.im - y.im})) \
  LOOP(subtract_##T##_vs, type, type, A[i], y0, self_##T((type){x.re - y.re, x.im - y.im})) \
  LOOP(subtract_##T##_sv, type, type, x0, B[i], self_##T((type){x.re - y.re, x.im - y.im})) \
  BINARY(multiply, T, type, type, product_##T(x, y))                           \
  BINARY(divide, T, type, type, quotient_##T(x, y))                            \
  BINARY(power, T, type, type, power_of_##T(x, y))                             \
  BINARY(equal, T, type, uint8_t, x.re == y.re && x.im == y.im)                \
  BINARY(not_equal, T, type, uint8_t, x.re != y.re || x.im != y.im)            \
  UNARY(negate, T, type, type, self_##T((type){-x.re, -x.im}))                 \
  UNARY(sign, T, type, type, sign_of_##T(x))                                   \
  UNARY(conj, T, type, type, self_##T((type){x.re, -x.im}))                    \
  UNARY(square, T, type, type, product_##T(x, x))                              \
  UNARY(reciprocal, T, type, type, quotient_##T((type){1, 0}, x))              \
  UNARY(abs, T, type, part, hypot##suffix(x.re, x.im))                         \
  UNARY(real, T, type, part, x.re)                                             \
  UNARY(imag, T, type, part, x.im)                                             \
  UNARY(isnan, T, type, uint8_t, isnan(x.re) || isnan(x.im))                   \
  UNARY(isinf, T, type, uint8_t, isinf(x.re) || isinf(x.im))                   \
  UNARY(isfinite, T, type, uint8_t, isfinite(x.re) && isfinite(x.im))          \
  UNARY(round, T, type, type, self_##T((type){rint##suffix(x.re), rint##suffix(x.im)})) \
  UNARY(expm1, T, type, type, expm1_of_##T(x))                                 \
  UNARY(log1p, T, type, type, log1p_of_##T(x))                                 \
  UNARY(log2, T, type, type, plain_##T(clog##suffix(native_##T(x)) / (part)M_LN2)) \
  UNARY(log10, T, type, type, plain_##T(clog##suffix(native_##T(x)) / (part)M_LN10))

COMPLEX_KERNELS(c64, complex64, float, f)
COMPLEX_KERNELS(c128, complex128, double, )

#define LIBRARY(op, function)                                                  \
  UNARY(op, c64, complex64, complex64, plain_c64(function##f(native_c64(x))))  \
  UNARY(op, c128, complex128, complex128, plain_c128(function(native_c128(x))))

LIBRARY(sqrt, csqrt)
LIBRARY(exp, cexp)
LIBRARY(log, clog)
LIBRARY(sin, csin)
LIBRARY(cos, ccos)
LIBRARY(tan, ctan)
LIBRARY(asin, casin)
LIBRARY(acos, cacos)
LIBRARY(atan, catan)
LIBRARY(sinh, csinh)
LIBRARY(cosh, ccosh)
LIBRARY(tanh, ctanh)
LIBRARY(asinh, casinh)
LIBRARY(acosh, cacosh)
LIBRARY(atanh, catanh)

#define BOTH(op) {[CK_C64] = FORMS(op, c64), [CK_C128] = FORMS(op, c128)}
#define BOTH1(op) {[CK_C64] = FORM(op, c64), [CK_C128] = FORM(op, c128)}

const ck_table ck_table_complex = {
  [CK_ADD] = BOTH(add),
  [CK_SUBTRACT] = BOTH(subtract),
  [CK_MULTIPLY] = BOTH(multiply),
  [CK_DIVIDE] = BOTH(divide),
  [CK_POWER] = BOTH(power),
  [CK_EQUAL] = BOTH(equal),
  [CK_NOT_EQUAL] = BOTH(not_equal),
  [CK_NEGATE] = BOTH1(negate),
  [CK_SIGN] = BOTH1(sign),
  [CK_ROUND] = BOTH1(round),
  [CK_CONJ] = BOTH1(conj),
  [CK_SQUARE] = BOTH1(square),
  [CK_RECIPROCAL] = BOTH1(reciprocal),
  [CK_ABS] = BOTH1(abs),
  [CK_REAL] = BOTH1(real),
  [CK_IMAG] = BOTH1(imag),
  [CK_ISNAN] = BOTH1(isnan),
  [CK_ISINF] = BOTH1(isinf),
  [CK_ISFINITE] = BOTH1(isfinite),
  [CK_SQRT] = BOTH1(sqrt),
  [CK_EXP] = BOTH1(exp),
  [CK_EXPM1] = BOTH1(expm1),
  [CK_LOG] = BOTH1(log),
  [CK_LOG1P] = BOTH1(log1p),
  [CK_LOG2] = BOTH1(log2),
  [CK_LOG10] = BOTH1(log10),
  [CK_SIN] = BOTH1(sin),
  [CK_COS] = BOTH1(cos),
  [CK_TAN] = BOTH1(tan),
  [CK_ASIN] = BOTH1(asin),
  [CK_ACOS] = BOTH1(acos),
  [CK_ATAN] = BOTH1(atan),
  [CK_SINH] = BOTH1(sinh),
  [CK_COSH] = BOTH1(cosh),
  [CK_TANH] = BOTH1(tanh),
  [CK_ASINH] = BOTH1(asinh),
  [CK_ACOSH] = BOTH1(acosh),
  [CK_ATANH] = BOTH1(atanh),
};
