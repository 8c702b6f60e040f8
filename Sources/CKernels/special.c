// Special functions and seldom used elementwise operations. Computed in double, also for f32, whose results are then
// rounded once. Error bounds, measured against SciPy and 50 digits (in units of double's last place, unless said):
//
//   lgamma gamma              the C library's: at most 9 where the function is not near a zero
//   erfinv ndtri              4; one step of Halley's method from a start good to 1e-6, or more in the tails
//   ndtr                      2 + x² / 2 below 0 (from the rounding of x / √2)
//   digamma polygamma         1e-14 relative or absolute, whichever is more; polygamma also n times that
//   bessel_j0 … bessel_y1     the C library's: 1e-15 absolute
//   bessel_i0 … bessel_i1e    2e-15 relative (times 1 + x / 8 for i0 and i1, through exp)
#define _GNU_SOURCE
#include "kernel.h"
#include "loops.h"

#undef VECTORIZED
#define VECTORIZED

#pragma STDC FP_CONTRACT OFF

#define PI 3.14159265358979323846
#define SQRT_2 1.41421356237309504880
#define SQRT_PI 1.77245385090551602730

// MARK: - The inverse of the error function

// x with erfc(x) = q, for 0 < q ≤ 1/2.
static double tail_of(double q) {
  // The leading terms of the asymptotic expansion, iterated, then Newton's method on the logarithm.
  double wanted = log(q), x = sqrt(-wanted);
  for (int round = 0; round < 3; round++) {
    double below = -wanted - log(SQRT_PI * fmax(x, 0.5));
    x = sqrt(fmax(below, 0.2));
  }
  for (int round = 0; round < 8; round++) {
    double value = erfc(x);
    if (value <= 0) break;
    double slope = -2 / SQRT_PI * exp(-x * x);
    // Of log erfc: where the values are tiny its curve is nearly straight.
    double step = (log(value) - wanted) * value / slope;
    x -= step;
    if (fabs(step) <= 1e-9 * x) break;
  }
  // One step on the value itself takes off what the logarithm's rounding left.
  double value = erfc(x), slope = -2 / SQRT_PI * exp(-x * x);
  if (slope == 0 || q < 1e-290) return x;
  double u = (value - q) / slope;
  return x - u / (1 + x * u);
}

static double inverse_erf(double y) {
  double a = fabs(y);
  if (!(a < 1)) return a == 1 ? copysign(INFINITY, y) : NAN;
  if (a >= 0.5) return copysign(tail_of(1 - a), y);
  if (a < 1e-9) return y * (SQRT_PI / 2);
  double w = -log1p(-y * y) - 2.5;
  double x = 1.5014094 + w * (0.24664073 + w * (-0.0041776816 + w * (-0.0012537250 + w * 0.00021858087)));
  x *= y;
  for (int round = 0; round < 3; round++) {
    double u = (erf(x) - y) / (2 / SQRT_PI * exp(-x * x));
    double step = u / (1 + x * u);
    x -= step;
    if (fabs(step) <= 1e-9 * fabs(x)) break;
  }
  return x;
}

static double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0) return -INFINITY;
  if (p == 1) return INFINITY;
  if (p < 0.25) return -SQRT_2 * tail_of(2 * p);
  if (p > 0.75) return SQRT_2 * tail_of(2 * (1 - p));
  return SQRT_2 * inverse_erf(2 * p - 1);
}

static double normal_below(double x) {
  return 0.5 * erfc(-x / SQRT_2);
}

// MARK: - The logarithm of gamma, and its derivatives

static double log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

static double gamma_of(double x) {
  // At the poles the sides differ.
  if (x < 0 && x == floor(x)) return NAN;
  return tgamma(x);
}

static double digamma_of(double x) {
  if (isnan(x) || x == INFINITY) return x;
  if (x == -INFINITY) return NAN;
  if (x == 0) return copysign(INFINITY, -x);
  double result = 0;
  if (x < 0) {
    if (x == floor(x)) return NAN;
    // Exact, also next to the pole.
    result = -PI / tan(PI * (x - rint(x)));
    x = 1 - x;
  }
  // Near its zero at 1.4616… from there: sums would cancel.
  const double root = 1.4616321449683622, root_low = 9.549995429965697e-17;
  if (fabs(x - root) < 0.02) {
    static const double taylor[] = {
      0.9676722454476212, -0.4427631689835921, 0.258499760955651,
      -0.16394270544240652, 0.10782405069126237, -0.07219956125645471,
      0.04880428816414311, -0.03316112647484736, 0.022597648232218104};
    double t = (x - root) - root_low, series = 0;
    for (int k = 8; k >= 0; k--) series = taylor[k] + t * series;
    return result + t * series;
  }
  for (; x < 12; x++) result -= 1 / x;
  double z = 1 / (x * x);
  double tail = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132
    - z * (691.0 / 32760 - z * (1.0 / 12)))))));
  return result + log(x) - 0.5 / x - tail;
}

// (-1)^(n + 1) n! Σ 1 / (x + k)^(n + 1), by the first terms and the Euler-Maclaurin sum of the rest.
static double polygamma_of(double order, double x) {
  if (isnan(x) || !(order >= 0) || order != floor(order) || order > 170) return NAN;
  if (order == 0) return digamma_of(x);
  if (x <= 0 && x == floor(x)) return fmod(order, 2) == 1 ? INFINITY : NAN;
  if (x == INFINITY) return fmod(order, 2) == 1 ? 0 : -0.0;
  if (x < -1e5) return NAN;
  double power = order + 1, sum = 0;
  double enough = 12 + order;
  for (; x < enough; x++) sum += pow(x, -power);
  // B_2j / (2j)!
  static const double bernoulli[] = {
    1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0,
    1.0 / 74724249600.0, -3617.0 / 10670622842880000.0};
  double first = pow(x, -power);
  double rest = first * x / order + first / 2, factor = power * first / x;
  for (int j = 0; j < 8; j++) {
    rest += bernoulli[j] * factor;
    factor *= (power + 2 * j + 1) * (power + 2 * j + 2) / (x * x);
  }
  return (fmod(order, 2) == 1 ? 1 : -1) * tgamma(power) * (sum + rest);
}

// MARK: - Modified Bessel functions

// I_0(x) or I_1(x) times e^-|x|, for x ≥ 0: the power series, whose terms are positive, or the asymptotic one.
static double scaled_bessel_i(int order, double x) {
  if (x < 30) {
    double quarter = x * x / 4, term = 1, sum = 1;
    for (int k = 1; term > sum * 1e-17; k++) {
      term *= quarter / ((double)k * (k + order));
      sum += term;
    }
    return exp(-x) * (order == 0 ? sum : sum * x / 2);
  }
  double mu = order == 0 ? 0 : 4, term = 1, sum = 1;
  for (int k = 1; k < 40 && fabs(term) > 1e-17; k++) {
    double odd = 2 * k - 1;
    term *= -(mu - odd * odd) / (k * 8 * x);
    sum += term;
  }
  return x == INFINITY ? 0 : sum / sqrt(2 * PI * x);
}

static double bessel_i0e(double x) {
  return isnan(x) ? x : scaled_bessel_i(0, fabs(x));
}

static double bessel_i1e(double x) {
  return isnan(x) ? x : copysign(scaled_bessel_i(1, fabs(x)), x);
}

// Of e^x in two halves: the product overflows later than the power.
static double unscaled(double scaled, double x) {
  double a = fabs(x);
  if (a == INFINITY) return copysign(INFINITY, scaled);
  double half = exp(a / 2);
  return scaled * half * half;
}

static double bessel_i0(double x) {
  return isnan(x) ? x : unscaled(bessel_i0e(x), x);
}

static double bessel_i1(double x) {
  return isnan(x) ? x : unscaled(bessel_i1e(x), x);
}

static double bessel_j0(double x) {
  return j0(x);
}

static double bessel_j1(double x) {
  return j1(x);
}

static double bessel_y0(double x) {
  return x < 0 ? NAN : y0(x);
}

static double bessel_y1(double x) {
  return x < 0 ? NAN : y1(x);
}

// log(e^x + e^y) without overflow.
static double log_add_exp(double x, double y) {
  if (x == y) return x + 0.69314718055994530942;
  double larger = x > y ? x : y, gap = -fabs(x - y);
  return isnan(gap) ? x + y : larger + log1p(exp(gap));
}

// MARK: - Kernels

#define SPECIAL(op, function)                                                  \
  UNARY(op, f32, float, float, function((double)x))                            \
  UNARY(op, f64, double, double, function(x))

SPECIAL(erfinv, inverse_erf)
SPECIAL(gamma, gamma_of)
SPECIAL(lgamma, log_gamma)
SPECIAL(digamma, digamma_of)
SPECIAL(ndtr, normal_below)
SPECIAL(ndtri, normal_quantile)
SPECIAL(bessel_j0, bessel_j0)
SPECIAL(bessel_j1, bessel_j1)
SPECIAL(bessel_y0, bessel_y0)
SPECIAL(bessel_y1, bessel_y1)
SPECIAL(bessel_i0, bessel_i0)
SPECIAL(bessel_i1, bessel_i1)
SPECIAL(bessel_i0e, bessel_i0e)
SPECIAL(bessel_i1e, bessel_i1e)

UNARY(signbit, f32, float, uint8_t, signbit(x) != 0)
UNARY(signbit, f64, double, uint8_t, signbit(x) != 0)

BINARY(polygamma, f32, float, float, polygamma_of((double)x, (double)y))
BINARY(polygamma, f64, double, double, polygamma_of(x, y))
BINARY(log_add_exp, f32, float, float, log_add_exp((double)x, (double)y))
BINARY(log_add_exp, f64, double, double, log_add_exp(x, y))
BINARY(copysign, f32, float, float, __builtin_copysignf(x, y))
BINARY(copysign, f64, double, double, __builtin_copysign(x, y))
BINARY(next_after, f32, float, float, nextafterf(x, y))
BINARY(next_after, f64, double, double, nextafter(x, y))

// Bits moved out are lost; a shift by the width or more leaves none but the sign.
#define SHIFT(op, T, type, bits, expression)                                   \
  static int32_t op##_##T##_vv(ARGUMENTS) {                                    \
    (void)c;                                                                   \
    const type *A = a, *B = b;                                                 \
    type *R = out;                                                             \
    for (int64_t i = 0; i < count; i++) {                                      \
      if (B[i] < 0) return CK_NEGATIVE_EXPONENT;                               \
      const type x = A[i];                                                     \
      const bool all = (uint64_t)B[i] >= bits;                                 \
      const int n = all ? bits - 1 : (int)B[i];                                \
      R[i] = (type)(expression);                                               \
    }                                                                          \
    return CK_OK;                                                              \
  }

#define SHIFTS(T, type, bits)                                                  \
  SHIFT(shift_left, T, type, bits, all ? 0 : (uint64_t)x << n)                 \
  SHIFT(shift_right, T, type, bits, all && (type)-1 > 0 ? 0 : x >> n)

SHIFTS(i8, int8_t, 8)
SHIFTS(i32, int32_t, 32)
SHIFTS(i64, int64_t, 64)

#define UNSIGNED_SHIFT(op, expression)                                         \
  BINARY(op, u8, uint8_t, uint8_t, y >= 8 ? 0 : (expression))

UNSIGNED_SHIFT(shift_left, x << y)
UNSIGNED_SHIFT(shift_right, x >> y)

#define FLOATS(op) [CK_F32] = FORMS(op, f32), [CK_F64] = FORMS(op, f64)
#define FLOATS1(op) [CK_F32] = FORM(op, f32), [CK_F64] = FORM(op, f64)
#define SHIFT_TYPES(op)                                                        \
  [CK_U8] = FORMS(op, u8), [CK_I8] = FORM(op, i8), [CK_I32] = FORM(op, i32),   \
  [CK_I64] = FORM(op, i64)

const ck_table ck_table_special = {
  [CK_ERFINV] = {FLOATS1(erfinv)},
  [CK_GAMMA] = {FLOATS1(gamma)},
  [CK_LGAMMA] = {FLOATS1(lgamma)},
  [CK_DIGAMMA] = {FLOATS1(digamma)},
  [CK_POLYGAMMA] = {FLOATS(polygamma)},
  [CK_NDTR] = {FLOATS1(ndtr)},
  [CK_NDTRI] = {FLOATS1(ndtri)},
  [CK_BESSEL_J0] = {FLOATS1(bessel_j0)},
  [CK_BESSEL_J1] = {FLOATS1(bessel_j1)},
  [CK_BESSEL_Y0] = {FLOATS1(bessel_y0)},
  [CK_BESSEL_Y1] = {FLOATS1(bessel_y1)},
  [CK_BESSEL_I0] = {FLOATS1(bessel_i0)},
  [CK_BESSEL_I1] = {FLOATS1(bessel_i1)},
  [CK_BESSEL_I0E] = {FLOATS1(bessel_i0e)},
  [CK_BESSEL_I1E] = {FLOATS1(bessel_i1e)},
  [CK_SIGNBIT] = {FLOATS1(signbit)},
  [CK_LOG_ADD_EXP] = {FLOATS(log_add_exp)},
  [CK_COPYSIGN] = {FLOATS(copysign)},
  [CK_NEXT_AFTER] = {FLOATS(next_after)},
  [CK_SHIFT_LEFT] = {SHIFT_TYPES(shift_left)},
  [CK_SHIFT_RIGHT] = {SHIFT_TYPES(shift_right)},
};
