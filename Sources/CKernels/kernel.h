// What the kernel files share. Not for Swift.
#ifndef LAMELLA_KERNEL_H
#define LAMELLA_KERNEL_H
#include "include/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

// Computes `count` elements of `out` from contiguous operands; unused ones are NULL. `out` may be one of the operands,
// exactly. Returns a ck_status.
typedef int32_t (*ck_kernel)(
  void *out, const void *a, const void *b, const void *c, int64_t count);

// One operation on one type. A form that takes a scalar (one element) as second or first operand may be absent.
typedef struct {
  ck_kernel vv, vs, sv;
} ck_forms;

// The operations, as `ElementwiseOperation`'s raw values.
enum {
  CK_ADD, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE, CK_FLOOR_DIVIDE, CK_REMAINDER, CK_POWER,
  CK_EQUAL, CK_NOT_EQUAL, CK_LESS, CK_LESS_OR_EQUAL, CK_GREATER, CK_GREATER_OR_EQUAL,
  CK_AND, CK_OR, CK_XOR, CK_MAXIMUM, CK_MINIMUM, CK_ATAN2, CK_HYPOT,
  CK_NEGATE, CK_INVERT, CK_ABS, CK_SIGN,
  CK_SQRT, CK_EXP, CK_EXPM1, CK_LOG, CK_LOG2, CK_LOG10, CK_LOG1P,
  CK_SIN, CK_COS, CK_TAN, CK_ASIN, CK_ACOS, CK_ATAN, CK_SINH, CK_COSH, CK_TANH,
  CK_ASINH, CK_ACOSH, CK_ATANH,
  CK_FLOOR, CK_CEIL, CK_ROUND, CK_TRUNC, CK_SQUARE, CK_RECIPROCAL,
  CK_ISNAN, CK_ISINF, CK_ISFINITE, CK_RELU, CK_SIGMOID, CK_REAL, CK_IMAG, CK_CONJ,
  CK_WHERE, CK_CLIP,
  CK_LOG_ADD_EXP, CK_COPYSIGN, CK_NEXT_AFTER, CK_SHIFT_LEFT, CK_SHIFT_RIGHT, CK_POLYGAMMA,
  CK_SIGNBIT, CK_ERF, CK_ERFC, CK_ERFINV, CK_GAMMA, CK_LGAMMA, CK_DIGAMMA, CK_NDTR, CK_NDTRI,
  CK_BESSEL_J0, CK_BESSEL_J1, CK_BESSEL_Y0, CK_BESSEL_Y1, CK_BESSEL_I0, CK_BESSEL_I1,
  CK_BESSEL_I0E, CK_BESSEL_I1E,
  CK_OPERATION_COUNT
};

typedef ck_forms ck_table[CK_OPERATION_COUNT][CK_DTYPE_COUNT];

typedef struct {
  float re, im;
} complex64;

typedef struct {
  double re, im;
} complex128;

// Vectorised for one instruction set each (elementwise.h), and the plain rest (rare.c, complex.c, special.c).
extern const ck_table ck_table_base;
#if defined(__x86_64__)
extern const ck_table ck_table_v3;
extern const ck_table ck_table_v4;
#endif
extern const ck_table ck_table_rare;
extern const ck_table ck_table_complex;
extern const ck_table ck_table_special;

// The forms of an operation on the best instruction set of this machine; all NULL when there is none.
ck_forms ck_forms_of(int32_t operation, int32_t dtype);

// Converts `count` contiguous elements; NULL when there is no conversion. The first position that fails, or -1.
typedef int64_t (*ck_conversion)(void *target, const void *source, int64_t count);
ck_conversion ck_conversion_of(int32_t from, int32_t to);

extern const int64_t ck_element_sizes[CK_DTYPE_COUNT];

// The reasons are good only for loops over elements whose operands are equal or apart, which kernels have.
#define VECTORIZED _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

#endif
