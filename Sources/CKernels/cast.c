// Conversions of contiguous elements between all types, complex to real excepted.
//
// A real number becomes an integer by truncation; one that the integer type cannot hold (NaN and infinities too)
// stops the conversion with CK_OUT_OF_RANGE. f64 to f32 rounds to nearest, beyond the range to infinity, as IEEE says; so
// does every conversion to bf16, once.
#include "kernel.h"

// Elements a block: a conversion that fails looks for the element only in its block.
enum { BLOCK = 4096 };

// Loops that cannot fail.
#define PLAIN(name, from, to, expression)                                      \
  static int64_t name(void *target, const void *source, int64_t count) {       \
    to *restrict t = target;                                                   \
    const from *restrict s = source;                                           \
    for (int64_t i = 0; i < count; i++) {                                      \
      from x = s[i];                                                           \
      t[i] = (to)(expression);                                                 \
    }                                                                          \
    return -1;                                                                 \
  }

// Loops whose elements must satisfy `fits`; the position of the first that does not, or -1.
#define CHECKED(name, from, to, fits)                                          \
  static int64_t name(void *target, const void *source, int64_t count) {       \
    to *restrict t = target;                                                   \
    const from *restrict s = source;                                           \
    int bad = 0;                                                               \
    for (int64_t i = 0; i < count; i++) {                                      \
      from x = s[i];                                                           \
      int ok = (fits);                                                         \
      bad |= !ok;                                                              \
      t[i] = ok ? (to)x : (to)0;                                               \
    }                                                                          \
    if (!bad) return -1;                                                       \
    for (int64_t i = 0; i < count; i++) {                                      \
      from x = s[i];                                                           \
      if (!(fits)) return i;                                                   \
    }                                                                          \
    return -1;                                                                 \
  }

#define TO_COMPLEX(name, from)                                                 \
  static int64_t name##_c64(void *target, const void *source, int64_t count) { \
    complex64 *restrict t = target;                                            \
    const from *restrict s = source;                                           \
    for (int64_t i = 0; i < count; i++) t[i] = (complex64){(float)s[i], 0};    \
    return -1;                                                                 \
  }                                                                            \
  static int64_t name##_c128(                                                  \
    void *target, const void *source, int64_t count) {                         \
    complex128 *restrict t = target;                                           \
    const from *restrict s = source;                                           \
    for (int64_t i = 0; i < count; i++) t[i] = (complex128){(double)s[i], 0};  \
    return -1;                                                                 \
  }

#define TO_BOOL_AND_FLOAT(name, from)                                          \
  PLAIN(name##_bool, from, uint8_t, x != 0)                                    \
  PLAIN(name##_f32, from, float, x)                                            \
  PLAIN(name##_f64, from, double, x)                                           \
  TO_COMPLEX(name, from)

PLAIN(copy_1, uint8_t, uint8_t, x)
PLAIN(copy_2, uint16_t, uint16_t, x)
PLAIN(copy_4, uint32_t, uint32_t, x)
PLAIN(copy_8, uint64_t, uint64_t, x)
PLAIN(copy_16, complex128, complex128, x)

TO_BOOL_AND_FLOAT(u8, uint8_t)
PLAIN(u8_i32, uint8_t, int32_t, x)
PLAIN(u8_i64, uint8_t, int64_t, x)
CHECKED(u8_i8, uint8_t, int8_t, x <= INT8_MAX)

TO_BOOL_AND_FLOAT(i8, int8_t)
CHECKED(i8_u8, int8_t, uint8_t, x >= 0)
PLAIN(i8_i32, int8_t, int32_t, x)
PLAIN(i8_i64, int8_t, int64_t, x)

TO_BOOL_AND_FLOAT(i32, int32_t)
CHECKED(i32_u8, int32_t, uint8_t, x >= 0 && x <= UINT8_MAX)
CHECKED(i32_i8, int32_t, int8_t, x >= INT8_MIN && x <= INT8_MAX)
PLAIN(i32_i64, int32_t, int64_t, x)

TO_BOOL_AND_FLOAT(i64, int64_t)
CHECKED(i64_u8, int64_t, uint8_t, x >= 0 && x <= UINT8_MAX)
CHECKED(i64_i8, int64_t, int8_t, x >= INT8_MIN && x <= INT8_MAX)
CHECKED(i64_i32, int64_t, int32_t, x >= INT32_MIN && x <= INT32_MAX)

TO_BOOL_AND_FLOAT(f32, float)
CHECKED(f32_u8, float, uint8_t, x > -1.0f && x < 256.0f)
CHECKED(f32_i8, float, int8_t, x > -129.0f && x < 128.0f)
CHECKED(f32_i32, float, int32_t, x >= -2147483648.0f && x < 2147483648.0f)
CHECKED(f32_i64, float, int64_t, x >= -9223372036854775808.0f && x < 9223372036854775808.0f)

TO_BOOL_AND_FLOAT(f64, double)
CHECKED(f64_u8, double, uint8_t, x > -1.0 && x < 256.0)
CHECKED(f64_i8, double, int8_t, x > -129.0 && x < 128.0)
CHECKED(f64_i32, double, int32_t, x > -2147483649.0 && x < 2147483648.0)
CHECKED(f64_i64, double, int64_t, x >= -9223372036854775808.0 && x < 9223372036854775808.0)

PLAIN(c64_bool, complex64, uint8_t, x.re != 0 || x.im != 0)
PLAIN(c128_bool, complex128, uint8_t, x.re != 0 || x.im != 0)

// bf16 is the upper half of an f32.
static inline float single_of(uint16_t x) {
  uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#define FROM_BF16(name, to, expression)                                        \
  static int64_t bf16_##name(void *target, const void *source, int64_t count) { \
    to *restrict t = target;                                                   \
    const uint16_t *restrict s = source;                                       \
    for (int64_t i = 0; i < count; i++) {                                      \
      float x = single_of(s[i]);                                               \
      t[i] = expression;                                                       \
    }                                                                          \
    return -1;                                                                 \
  }

FROM_BF16(bool, uint8_t, x != 0)
FROM_BF16(f32, float, x)
FROM_BF16(f64, double, (double)x)
FROM_BF16(c64, complex64, ((complex64){x, 0}))
FROM_BF16(c128, complex128, ((complex128){(double)x, 0}))

#define BF16_CHECKED(name, to)                                                 \
  static int64_t bf16_##name(void *target, const void *source, int64_t count) { \
    const uint16_t *s = source;                                                \
    for (int64_t i = 0; i < count; i++) {                                      \
      float x = single_of(s[i]);                                               \
      if (f32_##name((to *)target + i, &x, 1) >= 0) return i;                  \
    }                                                                          \
    return -1;                                                                 \
  }

BF16_CHECKED(u8, uint8_t)
BF16_CHECKED(i8, int8_t)
BF16_CHECKED(i32, int32_t)
BF16_CHECKED(i64, int64_t)

static int64_t f32_bf16(void *target, const void *source, int64_t count) {
  uint16_t *restrict t = target;
  const uint32_t *restrict s = source;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits = s[i];
    uint32_t rounded = bits + 0x7fff + (bits >> 16 & 1);
    // A NaN stays one.
    t[i] = (uint16_t)(((bits & 0x7fffffff) > 0x7f800000 ? bits | 0x400000 : rounded) >> 16);
  }
  return -1;
}

// Rounds once: a double that f32 cannot hold is not rounded to f32 first.
static uint16_t bf16_of(double x) {
  if (fabs(x) < 0x1p-126) {
    // The distance between elements is 2^-133 here, that between doubles near the large number.
    volatile double large = x + copysign(0x1.8p-81, x);
    x = copysign(large - copysign(0x1.8p-81, x), x);
  } else if (x - x == 0) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0xfffffffffff + (bits >> 45 & 1);
    bits &= ~(uint64_t)0x1fffffffffff;
    memcpy(&x, &bits, sizeof x);
  }
  float single = (float)x;
  uint16_t result;
  f32_bf16(&result, &single, 1);
  return result;
}

#define TO_BF16(name, from)                                                    \
  static int64_t name##_bf16(void *target, const void *source, int64_t count) { \
    uint16_t *restrict t = target;                                             \
    const from *restrict s = source;                                           \
    for (int64_t i = 0; i < count; i++) t[i] = bf16_of((double)s[i]);          \
    return -1;                                                                 \
  }

TO_BF16(u8, uint8_t)
TO_BF16(i8, int8_t)
TO_BF16(i32, int32_t)
TO_BF16(i64, int64_t)
TO_BF16(f64, double)

static int64_t c64_c128(void *target, const void *source, int64_t count) {
  complex128 *restrict t = target;
  const complex64 *restrict s = source;
  for (int64_t i = 0; i < count; i++) t[i] = (complex128){s[i].re, s[i].im};
  return -1;
}

static int64_t c128_c64(void *target, const void *source, int64_t count) {
  complex64 *restrict t = target;
  const complex128 *restrict s = source;
  for (int64_t i = 0; i < count; i++) t[i] = (complex64){(float)s[i].re, (float)s[i].im};
  return -1;
}

// From, to. bool elements are the bytes 0 and 1, so they convert as u8 does.
static const ck_conversion conversions[CK_DTYPE_COUNT][CK_DTYPE_COUNT] = {
  [CK_BOOL] = {copy_1, copy_1, copy_1, u8_i32, u8_i64, u8_f32, u8_f64, u8_c64, u8_c128, u8_bf16},
  [CK_U8] = {u8_bool, copy_1, u8_i8, u8_i32, u8_i64, u8_f32, u8_f64, u8_c64, u8_c128, u8_bf16},
  [CK_I8] = {i8_bool, i8_u8, copy_1, i8_i32, i8_i64, i8_f32, i8_f64, i8_c64, i8_c128, i8_bf16},
  [CK_I32] =
    {i32_bool, i32_u8, i32_i8, copy_4, i32_i64, i32_f32, i32_f64, i32_c64, i32_c128, i32_bf16},
  [CK_I64] =
    {i64_bool, i64_u8, i64_i8, i64_i32, copy_8, i64_f32, i64_f64, i64_c64, i64_c128, i64_bf16},
  [CK_F32] =
    {f32_bool, f32_u8, f32_i8, f32_i32, f32_i64, f32_f32, f32_f64, f32_c64, f32_c128, f32_bf16},
  [CK_F64] =
    {f64_bool, f64_u8, f64_i8, f64_i32, f64_i64, f64_f32, f64_f64, f64_c64, f64_c128, f64_bf16},
  [CK_C64] = {c64_bool, 0, 0, 0, 0, 0, 0, copy_8, c64_c128, 0},
  [CK_C128] = {c128_bool, 0, 0, 0, 0, 0, 0, c128_c64, copy_16, 0},
  [CK_BF16] =
    {bf16_bool, bf16_u8, bf16_i8, bf16_i32, bf16_i64, bf16_f32, bf16_f64, bf16_c64, bf16_c128, copy_2},
};

ck_conversion ck_conversion_of(int32_t from, int32_t to) {
  return conversions[from][to];
}

ck_status ck_cast(
  void *target, int32_t target_type, const void *source, int32_t source_type, int64_t count,
  int64_t *bad) {
  ck_conversion convert = conversions[source_type][target_type];
  if (!convert) return CK_OUT_OF_RANGE;
  for (int64_t start = 0; start < count; start += BLOCK) {
    if (ck_interrupted()) return CK_INTERRUPTED;
    int64_t part = count - start < BLOCK ? count - start : BLOCK;
    int64_t position = convert(
      (char *)target + start * ck_element_sizes[target_type],
      (const char *)source + start * ck_element_sizes[source_type], part);
    if (position >= 0) {
      if (bad) *bad = start + position;
      return CK_OUT_OF_RANGE;
    }
  }
  return CK_OK;
}
