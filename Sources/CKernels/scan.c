// Positions of extremes, and running sums and products, along one axis of a contiguous [outer, length, inner].
#include "reduce.h"

#include <stdatomic.h>

#pragma STDC FP_CONTRACT OFF

enum { BLOCK = 1024 };

typedef struct {
  bool flag;
  int32_t dtype;
  char *data;
  int64_t length, inner;
  int64_t *out;
  _Atomic int32_t status;
} scan_plan;

// MARK: - Positions of extremes

// Whether x goes before the best so far. A NaN goes before everything but a NaN.
#define BEFORE(order, x, best) ((x)order(best) || ((x) != (x) && (best) == (best)))

#define POSITIONS(T, type)                                                     \
  static void positions_##T(                                                   \
    bool largest, const type *e, int64_t length, int64_t inner, int64_t n, int64_t *out) { \
    type best[BLOCK];                                                          \
    for (int64_t j = 0; j < n; j++) best[j] = e[j], out[j] = 0;                \
    for (int64_t row = 1; row < length; row++) {                               \
      const type *x = e + row * inner;                                         \
      if (largest) {                                                           \
        VECTORIZED for (int64_t j = 0; j < n; j++) {                           \
          bool before = BEFORE(>, x[j], best[j]);                              \
          best[j] = before ? x[j] : best[j];                                   \
          out[j] = before ? row : out[j];                                      \
        }                                                                      \
      } else {                                                                 \
        VECTORIZED for (int64_t j = 0; j < n; j++) {                           \
          bool before = BEFORE(<, x[j], best[j]);                              \
          best[j] = before ? x[j] : best[j];                                   \
          out[j] = before ? row : out[j];                                      \
        }                                                                      \
      }                                                                        \
    }                                                                          \
  }                                                                            \
  static int64_t position_##T(bool largest, const type *e, int64_t length) {   \
    type best = e[0];                                                          \
    int64_t position = 0;                                                      \
    /* Most blocks hold nothing better: they are passed over at vector speed. */ \
    for (int64_t start = 0; start < length; start += 64) {                     \
      int64_t end = start + 64 < length ? start + 64 : length;                 \
      int found = 0;                                                           \
      if (largest) {                                                           \
        for (int64_t i = start; i < end; i++) found |= !(e[i] <= best);        \
      } else {                                                                 \
        for (int64_t i = start; i < end; i++) found |= !(e[i] >= best);        \
      }                                                                        \
      if (!found) continue;                                                    \
      for (int64_t i = start; i < end; i++) {                                  \
        if (largest ? BEFORE(>, e[i], best) : BEFORE(<, e[i], best)) {         \
          best = e[i];                                                         \
          position = i;                                                        \
        }                                                                      \
      }                                                                        \
      if (best != best) return position;                                       \
    }                                                                          \
    return position;                                                           \
  }

POSITIONS(u8, uint8_t)
POSITIONS(i8, int8_t)
POSITIONS(i32, int32_t)
POSITIONS(i64, int64_t)
POSITIONS(f32, float)
POSITIONS(f64, double)

// The columns of the wider types at vector speed; false when there is no such kernel.
static bool found_by_vectors(const scan_plan *plan, const char *data, int64_t n, int64_t *out) {
  if (plan->inner == 1 || plan->length > INT32_MAX) return false;
  const ck_block_reducers *r = ck_best_reducers();
#define BY_VECTORS(value, T)                                                   \
  case value:                                                                  \
    (plan->flag ? r->max_positions_##T : r->min_positions_##T)(                \
      (const void *)data, plan->length, plan->inner, n, out);                  \
    return true;
  switch (plan->dtype) {
    BY_VECTORS(CK_I32, i32)
    BY_VECTORS(CK_I64, i64)
    BY_VECTORS(CK_F32, f32)
    BY_VECTORS(CK_F64, f64)
  }
  return false;
}

#define POSITIONS_CASE(value, T, type)                                         \
  case value:                                                                  \
    if (plan->inner == 1) *out = position_##T(plan->flag, (const type *)data, plan->length); \
    else                                                                       \
      positions_##T(plan->flag, (const type *)data, plan->length, plan->inner, n, out); \
    break;

// Outputs in blocks: number outer · blocks + block.
static void find_positions(void *context, int64_t low, int64_t high) {
  scan_plan *plan = context;
  int64_t blocks = (plan->inner + BLOCK - 1) / BLOCK, size = ck_element_sizes[plan->dtype];
  for (int64_t task = low; task < high; task++) {
    if (ck_interrupted()) {
      atomic_store(&plan->status, CK_INTERRUPTED);
      return;
    }
    int64_t outer = task / blocks, column = task % blocks * BLOCK;
    int64_t n = plan->inner - column < BLOCK ? plan->inner - column : BLOCK;
    const char *data = plan->data + (outer * plan->length * plan->inner + column) * size;
    int64_t *out = plan->out + outer * plan->inner + column;
    if (found_by_vectors(plan, data, n, out)) continue;
    switch (plan->dtype) {
    case CK_BOOL:
    POSITIONS_CASE(CK_U8, u8, uint8_t)
    POSITIONS_CASE(CK_I8, i8, int8_t)
    POSITIONS_CASE(CK_I32, i32, int32_t)
    POSITIONS_CASE(CK_I64, i64, int64_t)
    POSITIONS_CASE(CK_F32, f32, float)
    POSITIONS_CASE(CK_F64, f64, double)
    }
  }
}

static int64_t grain_of(int64_t elements) {
  int64_t grain = (1 << 16) / (elements < 1 ? 1 : elements);
  return grain < 1 ? 1 : grain;
}

ck_status ck_extreme_positions(
  bool largest, int32_t dtype, const void *data, ck_int outer, ck_int length, ck_int inner,
  int64_t *out) {
  scan_plan plan = {
    .flag = largest, .dtype = dtype, .data = (char *)data, .length = length, .inner = inner,
    .out = out};
  int64_t blocks = (inner + BLOCK - 1) / BLOCK;
  int64_t elements = length * (inner < BLOCK ? inner : BLOCK);
  ck_parallel_for(outer * blocks, grain_of(elements), find_positions, &plan);
  return (ck_status)atomic_load(&plan.status);
}

// MARK: - Running totals

static complex128 product(complex128 x, complex128 y) {
  return (complex128){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}

static ck_status accumulate_integers(bool is_product, int64_t *e, int64_t length) {
  bool lost = false;
  for (int64_t i = 1; i < length; i++) {
    lost |= is_product ? __builtin_mul_overflow(e[i - 1], e[i], &e[i])
                       : __builtin_add_overflow(e[i - 1], e[i], &e[i]);
  }
  return lost ? CK_OVERFLOW : CK_OK;
}

#define ACCUMULATE_FLOATS(type)                                                \
  {                                                                            \
    type *e = data;                                                            \
    if (is_product) {                                                          \
      for (int64_t i = 1; i < length; i++) e[i] *= e[i - 1];                   \
    } else {                                                                   \
      for (int64_t i = 1; i < length; i++) e[i] += e[i - 1];                   \
    }                                                                          \
    return CK_OK;                                                              \
  }

static ck_status accumulate_row(bool is_product, int32_t dtype, void *data, int64_t length) {
  switch (dtype) {
  case CK_I64: return accumulate_integers(is_product, data, length);
  case CK_F32: ACCUMULATE_FLOATS(float)
  case CK_F64: ACCUMULATE_FLOATS(double)
  case CK_C64: {
    complex64 *e = data;
    for (int64_t i = 1; i < length; i++) {
      complex64 x = e[i - 1], y = e[i];
      e[i] = is_product ? (complex64){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re}
                        : (complex64){x.re + y.re, x.im + y.im};
    }
    return CK_OK;
  }
  case CK_C128: {
    complex128 *e = data;
    for (int64_t i = 1; i < length; i++) {
      e[i] = is_product ? product(e[i - 1], e[i])
                        : (complex128){e[i - 1].re + e[i].re, e[i - 1].im + e[i].im};
    }
    return CK_OK;
  }
  default: return CK_OUT_OF_RANGE;
  }
}

static void accumulate_planes(void *context, int64_t low, int64_t high) {
  scan_plan *plan = context;
  int64_t size = ck_element_sizes[plan->dtype], row = plan->inner * size;
  ck_kernel combine = ck_forms_of(plan->flag ? CK_MULTIPLY : CK_ADD, plan->dtype).vv;
  for (int64_t outer = low; outer < high; outer++) {
    char *plane = plan->data + outer * plan->length * row;
    ck_status status = CK_OK;
    if (plan->inner == 1) {
      for (int64_t start = 0; start < plan->length && status == CK_OK; start += 1 << 16) {
        // Each piece begins at the last total of the one before.
        int64_t first = start == 0 ? 0 : start - 1;
        int64_t end = start + (1 << 16) < plan->length ? start + (1 << 16) : plan->length;
        status = ck_interrupted()
          ? CK_INTERRUPTED
          : accumulate_row(plan->flag, plan->dtype, plane + first * size, end - first);
      }
    } else {
      for (int64_t i = 1; i < plan->length && status == CK_OK; i++) {
        status = ck_interrupted()
          ? CK_INTERRUPTED
          : (ck_status)combine(
              plane + i * row, plane + (i - 1) * row, plane + i * row, NULL, plan->inner);
      }
    }
    if (status != CK_OK) {
      atomic_store(&plan->status, (int32_t)status);
      return;
    }
  }
}

ck_status ck_accumulate_along(
  bool is_product, int32_t dtype, void *data, ck_int outer, ck_int length, ck_int inner) {
  if (inner == 0 || length == 0) return CK_OK;
  scan_plan plan = {
    .flag = is_product, .dtype = dtype, .data = data, .length = length, .inner = inner};
  ck_parallel_for(outer, grain_of(length * inner), accumulate_planes, &plan);
  return (ck_status)atomic_load(&plan.status);
}
