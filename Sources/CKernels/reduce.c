// Reductions of contiguous elements, any type, merged over blocks and parts.
#include "reduce.h"

#pragma STDC FP_CONTRACT OFF

static bool is_integer(int32_t dtype) {
  return dtype <= CK_I64;
}

// sum + carry + x, exactly but for the last rounding of the carry (Neumaier).
static void add(double *sum, double *carry, double x) {
  double total = *sum + x;
  if (total - total == 0) {
    *carry += fabs(*sum) >= fabs(x) ? (*sum - total) + x : (x - total) + *sum;
  }
  *sum = total;
}

static void accumulate_sum(
  ck_accumulator *accumulator, int32_t dtype, const void *elements, int64_t count) {
  const ck_block_reducers *reducers = ck_best_reducers();
  switch (dtype) {
  case CK_BOOL:
  case CK_U8: accumulator->integer += reducers->sum_u8(elements, count); break;
  case CK_I8: accumulator->integer += reducers->sum_i8(elements, count); break;
  case CK_I32: accumulator->integer += reducers->sum_i32(elements, count); break;
  case CK_I64: {
    int64_t high, low;
    reducers->sum_i64(elements, count, &high, &low);
    accumulator->integer += (__int128)high * ((int64_t)1 << 32) + low;
    break;
  }
  case CK_F32: add(&accumulator->sum, &accumulator->carry, reducers->sum_f32(elements, count)); break;
  case CK_F64: add(&accumulator->sum, &accumulator->carry, reducers->sum_f64(elements, count)); break;
  case CK_C64: {
    const complex64 *z = elements;
    double re = 0, im = 0;
    for (int64_t i = 0; i < count; i++) re += z[i].re, im += z[i].im;
    add(&accumulator->sum, &accumulator->carry, re);
    add(&accumulator->imaginary_sum, &accumulator->imaginary_carry, im);
    break;
  }
  case CK_C128: {
    const complex128 *z = elements;
    for (int64_t i = 0; i < count; i++) {
      add(&accumulator->sum, &accumulator->carry, z[i].re);
      add(&accumulator->imaginary_sum, &accumulator->imaginary_carry, z[i].im);
    }
    break;
  }
  }
}

static int64_t count_nonzero(int32_t dtype, const void *elements, int64_t count) {
  const ck_block_reducers *reducers = ck_best_reducers();
  switch (dtype) {
  case CK_I32: return reducers->nonzero_i32(elements, count);
  case CK_I64: return reducers->nonzero_i64(elements, count);
  case CK_F32: return reducers->nonzero_f32(elements, count);
  case CK_F64: return reducers->nonzero_f64(elements, count);
  case CK_C64: {
    const complex64 *z = elements;
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) total += z[i].re != 0 || z[i].im != 0;
    return total;
  }
  case CK_C128: {
    const complex128 *z = elements;
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) total += z[i].re != 0 || z[i].im != 0;
    return total;
  }
  default: return reducers->nonzero_1(elements, count);
  }
}

// The extreme of a block as an accumulator of its own.
static ck_accumulator extreme_of(
  ck_reduction reduction, int32_t dtype, const void *elements, int64_t count) {
  const ck_block_reducers *r = ck_best_reducers();
  bool max = reduction == CK_MAX;
  ck_accumulator block = {.started = true};
  switch (dtype) {
  case CK_BOOL:
  case CK_U8: block.value.i = (max ? r->max_u8 : r->min_u8)(elements, count); break;
  case CK_I8: block.value.i = (max ? r->max_i8 : r->min_i8)(elements, count); break;
  case CK_I32: block.value.i = (max ? r->max_i32 : r->min_i32)(elements, count); break;
  case CK_I64: block.value.i = (max ? r->max_i64 : r->min_i64)(elements, count); break;
  case CK_F32: block.value.f32 = (max ? r->max_f32 : r->min_f32)(elements, count); break;
  case CK_F64: block.value.f64 = (max ? r->max_f64 : r->min_f64)(elements, count); break;
  }
  return block;
}

static complex128 product(complex128 x, complex128 y) {
  return (complex128){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}

// Integers in `value.i`, everything else in `value.c128`.
#define MULTIPLY_INTEGERS(type)                                                \
  for (int64_t i = 0; i < count; i++) {                                        \
    int64_t factor = ((const type *)elements)[i];                              \
    block.overflowed |= __builtin_mul_overflow(block.value.i, factor, &block.value.i); \
    if (factor == 0) zero = true;                                              \
  }

static ck_accumulator product_of(int32_t dtype, const void *elements, int64_t count) {
  ck_accumulator block = {.started = true};
  bool zero = false;
  block.value.c128 = (complex128){1, 0};
  if (is_integer(dtype)) block.value.i = 1;
  switch (dtype) {
  case CK_BOOL:
  case CK_U8: MULTIPLY_INTEGERS(uint8_t) break;
  case CK_I8: MULTIPLY_INTEGERS(int8_t) break;
  case CK_I32: MULTIPLY_INTEGERS(int32_t) break;
  case CK_I64: MULTIPLY_INTEGERS(int64_t) break;
  case CK_F32:
    for (int64_t i = 0; i < count; i++) block.value.c128.re *= (double)((const float *)elements)[i];
    break;
  case CK_F64:
    for (int64_t i = 0; i < count; i++) block.value.c128.re *= ((const double *)elements)[i];
    break;
  case CK_C64:
    for (int64_t i = 0; i < count; i++) {
      complex64 z = ((const complex64 *)elements)[i];
      block.value.c128 = product(block.value.c128, (complex128){z.re, z.im});
    }
    break;
  case CK_C128:
    for (int64_t i = 0; i < count; i++) {
      block.value.c128 = product(block.value.c128, ((const complex128 *)elements)[i]);
    }
    break;
  }
  if (zero && is_integer(dtype)) {
    block.overflowed = false;
    block.value.i = 0;
  }
  return block;
}

// In pieces converted to f32.
static void accumulate_bf16(
  ck_accumulator *accumulator, ck_reduction reduction, const uint16_t *elements, int64_t count) {
  enum { PIECE = 1024 };
  float piece[PIECE];
  ck_conversion convert = ck_conversion_of(CK_BF16, CK_F32);
  for (int64_t start = 0; start < count; start += PIECE) {
    int64_t n = count - start < PIECE ? count - start : PIECE;
    convert(piece, elements + start, n);
    ck_accumulate(accumulator, reduction, CK_F32, piece, n);
  }
}

void ck_accumulate(
  ck_accumulator *accumulator, ck_reduction reduction, int32_t dtype, const void *elements,
  int64_t count) {
  if (dtype == CK_BF16) {
    accumulate_bf16(accumulator, reduction, elements, count);
    return;
  }
  if (count == 0) return;
  ck_accumulator block;
  switch (reduction) {
  case CK_SUM:
  case CK_MEAN: accumulate_sum(accumulator, dtype, elements, count); break;
  case CK_ANY:
  case CK_ALL:
  case CK_COUNT_NONZERO: accumulator->integer += count_nonzero(dtype, elements, count); break;
  case CK_MAX:
  case CK_MIN:
    block = extreme_of(reduction, dtype, elements, count);
    ck_merge(accumulator, &block, reduction, dtype);
    break;
  case CK_PRODUCT:
    block = product_of(dtype, elements, count);
    ck_merge(accumulator, &block, reduction, dtype);
    break;
  }
}

static void merge_products(ck_accumulator *accumulator, const ck_accumulator *other, int32_t dtype) {
  if (!is_integer(dtype)) {
    bool real = dtype != CK_C64 && dtype != CK_C128;
    complex128 x = accumulator->value.c128, y = other->value.c128;
    accumulator->value.c128 = real ? (complex128){x.re * y.re, 0} : product(x, y);
    return;
  }
  bool zero = (accumulator->value.i == 0 && !accumulator->overflowed)
    || (other->value.i == 0 && !other->overflowed);
  accumulator->overflowed |= other->overflowed;
  accumulator->overflowed
    |= __builtin_mul_overflow(accumulator->value.i, other->value.i, &accumulator->value.i);
  if (zero) {
    accumulator->value.i = 0;
    accumulator->overflowed = false;
  }
}

void ck_merge(
  ck_accumulator *accumulator, const ck_accumulator *other, ck_reduction reduction, int32_t dtype) {
  bool max = reduction == CK_MAX;
  if (reduction != CK_MAX && reduction != CK_MIN && reduction != CK_PRODUCT) {
    add(&accumulator->sum, &accumulator->carry, other->sum);
    add(&accumulator->imaginary_sum, &accumulator->imaginary_carry, other->imaginary_sum);
    accumulator->carry += other->carry;
    accumulator->imaginary_carry += other->imaginary_carry;
    accumulator->integer += other->integer;
  } else if (!other->started) {
    return;
  } else if (!accumulator->started) {
    *accumulator = *other;
  } else if (reduction == CK_PRODUCT) {
    merge_products(accumulator, other, dtype);
  } else if (is_integer(dtype)) {
    int64_t x = accumulator->value.i, y = other->value.i;
    accumulator->value.i = (max ? y > x : y < x) ? y : x;
  } else if (dtype == CK_F32 || dtype == CK_BF16) {
    float x = accumulator->value.f32, y = other->value.f32;
    accumulator->value.f32 = ((max ? x >= y : x <= y) || x != x) ? x : y;
  } else {
    double x = accumulator->value.f64, y = other->value.f64;
    accumulator->value.f64 = ((max ? x >= y : x <= y) || x != x) ? x : y;
  }
}

static void store_integer(int32_t dtype, int64_t value, void *out) {
  switch (dtype) {
  case CK_BOOL:
  case CK_U8: *(uint8_t *)out = (uint8_t)value; break;
  case CK_I8: *(int8_t *)out = (int8_t)value; break;
  case CK_I32: *(int32_t *)out = (int32_t)value; break;
  default: *(int64_t *)out = value; break;
  }
}

static void store_float(int32_t dtype, double re, double im, void *out) {
  switch (dtype) {
  case CK_F32: *(float *)out = (float)re; break;
  case CK_BF16: ck_conversion_of(CK_F64, CK_BF16)(out, &re, 1); break;
  case CK_C64: *(complex64 *)out = (complex64){(float)re, (float)im}; break;
  case CK_C128: *(complex128 *)out = (complex128){re, im}; break;
  default: *(double *)out = re; break;
  }
}

static ck_status finish_sum(
  const ck_accumulator *accumulator, ck_reduction reduction, int32_t dtype, int64_t count,
  void *out) {
  double divisor = reduction == CK_MEAN ? (double)count : 1;
  if (!is_integer(dtype)) {
    double re = accumulator->sum + accumulator->carry;
    double im = accumulator->imaginary_sum + accumulator->imaginary_carry;
    store_float(dtype, re / divisor, im / divisor, out);
  } else if (reduction == CK_MEAN) {
    *(double *)out = (double)accumulator->integer / divisor;
  } else {
    int64_t value = (int64_t)accumulator->integer;
    if (value != accumulator->integer) return CK_OVERFLOW;
    *(int64_t *)out = value;
  }
  return CK_OK;
}

ck_status ck_finish(
  const ck_accumulator *accumulator, ck_reduction reduction, int32_t dtype, int64_t count,
  void *out) {
  switch (reduction) {
  case CK_SUM:
  case CK_MEAN: return finish_sum(accumulator, reduction, dtype, count, out);
  case CK_ANY: *(uint8_t *)out = accumulator->integer > 0; break;
  case CK_ALL: *(uint8_t *)out = accumulator->integer == count; break;
  case CK_COUNT_NONZERO: *(int64_t *)out = (int64_t)accumulator->integer; break;
  case CK_MAX:
  case CK_MIN:
    if (is_integer(dtype)) {
      store_integer(dtype, accumulator->value.i, out);
    } else if (dtype == CK_F32) {
      *(float *)out = accumulator->value.f32;
    } else if (dtype == CK_BF16) {
      ck_conversion_of(CK_F32, CK_BF16)(out, &accumulator->value.f32, 1);
    } else {
      *(double *)out = accumulator->value.f64;
    }
    break;
  case CK_PRODUCT:
    if (!accumulator->started) {
      if (is_integer(dtype)) *(int64_t *)out = 1;
      else store_float(dtype, 1, 0, out);
    } else if (is_integer(dtype)) {
      if (accumulator->overflowed) return CK_OVERFLOW;
      *(int64_t *)out = accumulator->value.i;
    } else {
      store_float(dtype, accumulator->value.c128.re, accumulator->value.c128.im, out);
    }
    break;
  }
  return CK_OK;
}
