// The third way of reducing over axes (reduce_axes.c): sums, means and extremes of contiguous rows of floats.
#include "reduce_plan.h"

// Up to this length sums are kept in the elements' type: sixteen lanes, at most sixteen additions each.
// Beyond the other, extremes are found row by row.
enum { SHORT_ROW = 256, LONG_ROW = 192 };

bool ck_has_rows(const reduce_plan *plan) {
  if (plan->dtype != CK_F32 && plan->dtype != CK_F64) return false;
  switch (plan->reduction) {
  case CK_SUM:
  case CK_MEAN:
  case CK_MAX:
  case CK_MIN: break;
  default: return false;
  }
  int64_t row_bytes = plan->kept.strides[0];
  return plan->kept.rank == 1 && plan->reduced.rank == 1 && plan->reduced.strides[0] == plan->size
    && plan->reduced.count <= part_elements && plan->kept.count > 1
    && row_bytes >= plan->reduced.count * plan->size;
}

#define REDUCE_ROWS(T, type)                                                   \
  static void reduce_rows_##T(const reduce_plan *plan, int64_t low, int64_t high) { \
    const ck_block_reducers *r = ck_best_reducers();                           \
    int64_t stride = plan->kept.strides[0] / plan->size, length = plan->reduced.count; \
    const type *data = (const type *)plan->data + low * stride;                \
    type *out = (type *)plan->out + low;                                       \
    int64_t rows = high - low;                                                 \
    double divisor = plan->reduction == CK_MEAN ? (double)length : 1;          \
    if (plan->reduction == CK_MAX && length > LONG_ROW) {                      \
      for (int64_t row = 0; row < rows; row++) out[row] = r->max_##T(data + row * stride, length); \
    } else if (plan->reduction == CK_MIN && length > LONG_ROW) {               \
      for (int64_t row = 0; row < rows; row++) out[row] = r->min_##T(data + row * stride, length); \
    } else if (plan->reduction == CK_MAX) {                                           \
      r->max_rows_of_##T(data, stride, rows, length, out);                     \
    } else if (plan->reduction == CK_MIN) {                                    \
      r->min_rows_of_##T(data, stride, rows, length, out);                     \
    } else if (length <= SHORT_ROW) {                                          \
      r->sum_rows_of_##T(data, stride, rows, length, out);                     \
      if (plan->reduction == CK_SUM) return;                                   \
      for (int64_t row = 0; row < rows; row++) out[row] = (type)((double)out[row] / divisor); \
    } else {                                                                   \
      for (int64_t row = 0; row < rows; row++) {                               \
        out[row] = (type)(r->sum_##T(data + row * stride, length) / divisor);  \
      }                                                                        \
    }                                                                          \
  }

REDUCE_ROWS(f32, float)
REDUCE_ROWS(f64, double)

static void reduce_part(void *context, int64_t low, int64_t high) {
  reduce_plan *plan = context;
  // Looks for a wish to stop every so many rows.
  int64_t step = (int64_t)(1 << 18) / plan->reduced.count / 16 * 16 + 16;
  for (int64_t row = low; row < high; row += step) {
    if (ck_interrupted()) {
      note(plan, CK_INTERRUPTED);
      return;
    }
    int64_t end = row + step < high ? row + step : high;
    if (plan->dtype == CK_F32) reduce_rows_f32(plan, row, end);
    else reduce_rows_f64(plan, row, end);
  }
}

ck_status ck_run_rows(reduce_plan *plan) {
  int64_t grain = part_elements / plan->reduced.count / 16 * 16 + 16;
  ck_parallel_for(plan->kept.count, grain, reduce_part, plan);
  return (ck_status)atomic_load(&plan->status);
}
