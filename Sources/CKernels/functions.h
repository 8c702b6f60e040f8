// Elementary functions for vector loops: no branches, no calls. A template: the includer defines the macros below for
// float or double, and gets static inline functions with the suffix.
//
// Error bounds in ulp, measured in higher precision: 2 for exp, log, tanh and erf, for sin and cos of |x| ≤ 100 (2.5 up to
// 1e6 in double, away from their zeros), 6 for erfc; the tests hold them to these. Infinities, NaN and -0 as IEEE 754 recommends.
//
//   F I U        the type, and integers of its width
//   FN(name)     the name with its suffix
//   MANTISSA     explicit mantissa bits; BIAS the exponent bias; MAGIC 1.5 · 2^MANTISSA, which rounds to an integer
//   EXP_Q(r)     (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2
//   LOG_R(z)     (2 atanh(s) / s - 2) / z where z = s² ≤ (√2 - 1)² / (√2 + 1)²
//   SIN_S(z) COS_C(z)   (sin r / r - 1) / z and (cos r - 1 + z / 2) / z² where z = r² ≤ (π / 4)²
//   ERF_P(z)     erf x / x - 1 where z = x² ≤ 1
//   ERFC_Q(u)    erfc(x) exp(x²) / t where t = 1 / (1 + x / 2) = u + 7 / 16 and 0.45 ≤ x ≤ ERFC_MAX, where erfc is 0
//   LOW_HALF     bits of a mantissa without which its square is exact
//
// The polynomials are Chebyshev fits in 60 digits, rounded.
#pragma STDC FP_CONTRACT ON

static inline I FN(bits)(F x) {
  I i;
  memcpy(&i, &x, sizeof i);
  return i;
}

static inline F FN(from_bits)(I i) {
  F x;
  memcpy(&x, &i, sizeof x);
  return x;
}

static inline F FN(two_to)(I n) {
  return FN(from_bits)((I)((U)(n + BIAS) << MANTISSA));
}

// An integer of at most MANTISSA - 2 bits as F, without a conversion instruction (AVX2 has none for 64 bits).
static inline F FN(from_integer)(I n) {
  return FN(from_bits)(FN(bits)(MAGIC) + n) - MAGIC;
}

// e^x = (1 + p) 2^n. x is clamped to [low, EXP_MAX]; NaN stays NaN in p.
static inline F FN(exp_parts)(F x, F low, I *n) {
  x = x > EXP_MAX ? EXP_MAX : x;
  x = x < low ? low : x;
  F t = x * LOG2E + MAGIC;
  *n = (I)((U)FN(bits)(t) - (U)FN(bits)(MAGIC));
  F k = t - MAGIC;
  F r = (x - k * LN2_HI) - k * LN2_LO;
  return r + r * r * EXP_Q(r);
}

static inline F FN(fast_exp)(F x) {
  I n;
  F p = FN(exp_parts)(x, EXP_MIN, &n);
  // In two steps, for results below the normal range.
  I half = n >> 1;
  return (1 + p) * FN(two_to)(half) * FN(two_to)(n - half);
}

// For x ≤ 0 only, and 0 where the result is below the normal range: all that weights relative to the largest one need.
static inline F FN(fast_exp_weight)(F x) {
  F least = LN_SMALLEST_NORMAL;
  F c = x < least ? least : x;
  F t = c * LOG2E + MAGIC;
  F k = t - MAGIC;
  F r = (c - k * LN2_HI) - k * LN2_LO;
  F p = r + r * r * EXP_Q(r);
  // The shift leaves of t only the integer.
  F power = FN(from_bits)((I)(((U)FN(bits)(t) << MANTISSA) + ((U)BIAS << MANTISSA)));
  return x < least ? 0 : power * p + power;
}

static inline F FN(fast_expm1)(F x) {
  I n;
  F p = FN(exp_parts)(x, EXPM1_MIN, &n);
  // Halves, so that 2^n does not overflow before the result does.
  F s = FN(two_to)(n - 1);
  F result = 2 * (s * p + (s - (F)0.5));
  return x == 0 ? x : result;
}

// t / (t + 2) with t = e^2a - 1, and what the rounding of t and t + 2 lost (1 / (t + 2) is (1 - quotient) / 2).
static inline F FN(fast_tanh)(F x) {
  F a = FN(magnitude)(x);
  a = a > TANH_MAX ? TANH_MAX : a;
  F t = (2 * a) * LOG2E + MAGIC;
  I n = (I)((U)FN(bits)(t) - (U)FN(bits)(MAGIC));
  F k = t - MAGIC;
  F r = (2 * a - k * LN2_HI) - k * LN2_LO;
  F curve = r * r * EXP_Q(r), p = r + curve;
  F s = FN(two_to)(n), base = s - 1, scaled = s * p;
  t = scaled + base;
  F t_lost = (base - t) + scaled + s * ((r - p) + curve);
  F sum = 2 + t, sum_lost = t < 2 ? (2 - sum) + t : (t - sum) + 2;
  F quotient = t / sum;
  F lost = (t_lost - quotient * (sum_lost + t_lost)) * ((F)0.5 - (F)0.5 * quotient);
  return FN(with_sign)(quotient + lost, x);
}

static inline F FN(fast_sigmoid)(F x) {
  F e = FN(fast_exp)(-FN(magnitude)(x));
  return (x < 0 ? e : 1) / (1 + e);
}

// x = 2^k (1 + f) with 1 + f in [√½, √2); x is positive.
static inline F FN(log_parts)(F x, F *k) {
  bool small = x < SMALLEST_NORMAL;
  F scaled = small ? x * ((F)2 / EPSILON) : x;
  I i = FN(bits)(scaled);
  I n = (I)((U)i - (U)FN(bits)(SQRT_HALF)) >> MANTISSA;
  *k = FN(from_integer)(small ? n - (MANTISSA + 1) : n);
  return FN(from_bits)((I)((U)i - ((U)n << MANTISSA))) - 1;
}

// The values outside (0, ∞), put over `result`.
static inline F FN(log_edges)(F x, F result) {
  result = x == (F)INFINITY ? x : result;
  result = x == 0 ? -(F)INFINITY : result;
  return x >= 0 ? result : (F)NAN;
}

// log(1 + f) = f - (h - s (h + R)) where h = f² / 2 and s = f / (2 + f); `low` is added where it is not lost.
static inline F FN(fast_log)(F x) {
  F k;
  F f = FN(log_parts)(x, &k);
  F s = f / (2 + f), z = s * s, h = (F)0.5 * f * f;
  F result = k * LN2_HI - ((h - (s * (h + z * LOG_R(z)) + k * LN2_LO)) - f);
  return FN(log_edges)(x, result);
}

static inline F FN(fast_log2)(F x) {
  F k;
  F f = FN(log_parts)(x, &k);
  F s = f / (2 + f), z = s * s, h = (F)0.5 * f * f;
  F natural = f - (h - s * (h + z * LOG_R(z)));
  return FN(log_edges)(x, k + natural * LOG2E);
}

static inline F FN(fast_log1p)(F x) {
  F u = 1 + x;
  // What the sum lost, exactly.
  F part = u - 1;
  F lost = (1 - (u - part)) + (x - part);
  F k;
  F f = FN(log_parts)(u, &k);
  F s = f / (2 + f), z = s * s, h = (F)0.5 * f * f;
  F low = k * LN2_LO + lost / u;
  F result = k * LN2_HI - ((h - (s * (h + z * LOG_R(z)) + low)) - f);
  result = FN(log_edges)(u, result);
  return x == 0 ? x : result;
}

// sin (quarter = 0) or cos (quarter = 1), for |x| ≤ 1e6.
static inline F FN(fast_sin)(F x, I quarter) {
  I n;
  F r = FN(reduce)(x, &n);
  F z = r * r;
  F sine = r + r * z * SIN_S(z);
  F h = (F)0.5 * z;
  // 1 - h, and what the rounding of it lost.
  F w = 1 - h;
  F cosine = w + (((1 - w) - h) + z * z * COS_C(z));
  n += quarter;
  F value = n & 1 ? cosine : sine;
  value = n & 2 ? -value : value;
  return (quarter == 0 && x == 0) ? x : value;
}

// erfc(x) for x ≥ 0.45.
static inline F FN(erfc_tail)(F x) {
  x = x > ERFC_MAX ? ERFC_MAX : x;
  // x² = sum + lost.
  F top = FN(from_bits)(FN(bits)(x) & ~(I)LOW_HALF);
  F square = top * top, rest = (x - top) * (x + top);
  F sum = square + rest, lost = (square - sum) + rest;
  F t = 1 / (1 + (F)0.5 * x);
  F q = ERFC_Q(t - (F)0.4375);
  F power = FN(fast_exp)(-sum);
  return (t * q) * (power - power * lost);
}

// erf(x) for |x| ≤ 1.
static inline F FN(erf_centre)(F x) {
  F z = x * x;
  return x + x * ERF_P(z);
}

static inline F FN(fast_erf)(F x) {
  F a = FN(magnitude)(x);
  F tail = FN(with_sign)(1 - FN(erfc_tail)(a < 1 ? 1 : a), x);
  return a < 1 ? FN(erf_centre)(x) : tail;
}

static inline F FN(fast_erfc)(F x) {
  F a = FN(magnitude)(x);
  F tail = FN(erfc_tail)(a < (F)0.5 ? (F)0.5 : a);
  tail = x < 0 ? 2 - tail : tail;
  return a < (F)0.5 ? 1 - FN(erf_centre)(x) : tail;
}
