// The outer way of reducing over axes (reduce_axes.c): blocks of outputs, accumulated row by row with the elementwise
// kernels, sums in f64, i64 or c128.
#include "reduce_plan.h"

#include <stdlib.h>

static int32_t operation_of(ck_reduction reduction) {
  switch (reduction) {
  case CK_SUM:
  case CK_MEAN:
  case CK_COUNT_NONZERO: return CK_ADD;
  case CK_MAX: return CK_MAXIMUM;
  case CK_MIN: return CK_MINIMUM;
  case CK_PRODUCT: return CK_MULTIPLY;
  case CK_ANY: return CK_OR;
  case CK_ALL: return CK_AND;
  }
  return CK_ADD;
}

int32_t ck_accumulator_type(ck_reduction reduction, int32_t dtype) {
  switch (reduction) {
  case CK_MAX:
  case CK_MIN: return dtype == CK_BF16 ? CK_F32 : dtype;
  case CK_ANY:
  case CK_ALL: return CK_BOOL;
  case CK_COUNT_NONZERO: return CK_I64;
  case CK_MEAN:
    if (dtype <= CK_F64 || dtype == CK_BF16) return CK_F64;
    return CK_C128;
  default:
    if (dtype <= CK_I64) return CK_I64;
    return dtype == CK_C64 || dtype == CK_C128 ? CK_C128 : CK_F64;
  }
}

int32_t ck_reduced_type(ck_reduction reduction, int32_t dtype) {
  switch (reduction) {
  case CK_MAX:
  case CK_MIN: return dtype;
  case CK_ANY:
  case CK_ALL: return CK_BOOL;
  case CK_COUNT_NONZERO: return CK_I64;
  case CK_MEAN: return dtype <= CK_I64 ? CK_F64 : dtype;
  default: return dtype <= CK_I64 ? CK_I64 : dtype;
  }
}

// A row of `n` elements converted to the accumulator's type: in `scratch`, or the row itself.
static const void *converted_row(
  const reduce_plan *plan, const char *row, int64_t n, char *gathered, char *scratch) {
  int64_t stride = plan->kept.strides[plan->kept.rank - 1];
  if (stride != plan->size) {
    gather_elements(gathered, row, stride, plan->size, n);
    row = gathered;
  }
  if (plan->reduction == CK_COUNT_NONZERO) {
    _Alignas(64) char flags[BLOCK];
    ck_conversion_of(plan->dtype, CK_BOOL)(flags, row, n);
    ck_conversion_of(CK_BOOL, CK_I64)(scratch, flags, n);
    return scratch;
  }
  if (plan->dtype == plan->accumulator_dtype) return row;
  ck_conversion_of(plan->dtype, plan->accumulator_dtype)(scratch, row, n);
  return scratch;
}

// Combines eight contiguous rows at once. False when there is no kernel for it.
static bool combine_eight(
  const reduce_plan *plan, char *accumulator, const char *row, int64_t n) {
  const ck_block_reducers *r = ck_best_reducers();
  const axis_group *reduced = &plan->reduced;
  int64_t stride = reduced->strides[reduced->rank - 1] / plan->size;
  bool single = plan->dtype == CK_F32;
  if (!single && plan->dtype != CK_F64) return false;
  double *out = (double *)accumulator;
  float *narrow = (float *)accumulator;
  switch (plan->reduction) {
  case CK_SUM:
  case CK_MEAN:
    if (single) r->add_rows_f32(out, (const float *)row, stride, n);
    else r->add_rows_f64(out, (const double *)row, stride, n);
    return true;
  case CK_MAX:
    if (single) r->max_rows_f32(narrow, (const float *)row, stride, n);
    else r->max_rows_f64(out, (const double *)row, stride, n);
    return true;
  case CK_MIN:
    if (single) r->min_rows_f32(narrow, (const float *)row, stride, n);
    else r->min_rows_f64(out, (const double *)row, stride, n);
    return true;
  default: return false;
  }
}

// Accumulates rows low ..< high of the reduced axes for `n` outputs whose first elements are at `base`.
static ck_status accumulate_rows(
  const reduce_plan *plan, const char *base, int64_t n, int64_t low, int64_t high,
  char *accumulator) {
  ck_kernel combine = ck_forms_of(operation_of(plan->reduction), plan->accumulator_dtype).vv;
  _Alignas(64) char gathered[BLOCK * 16];
  _Alignas(64) char scratch[BLOCK * 16];
  const axis_group *reduced = &plan->reduced;
  int32_t inner = reduced->rank - 1;
  const char *row = base + offset_of(reduced, low);
  int64_t column = low % reduced->shape[inner];
  bool contiguous = plan->kept.strides[plan->kept.rank - 1] == plan->size;
  for (int64_t index = low; index < high; index++) {
    if ((index - low) % 64 < 8 && ck_interrupted()) return CK_INTERRUPTED;
    if (contiguous && index > low && index + 8 <= high && column + 8 <= reduced->shape[inner]
        && combine_eight(plan, accumulator, row, n)) {
      // Seven here, the eighth below.
      index += 7;
      column += 7;
      row += 7 * reduced->strides[inner];
      goto next;
    }
    const void *elements = converted_row(plan, row, n, gathered, scratch);
    if (index == low) {
      memcpy(accumulator, elements, (size_t)(n * plan->accumulator_size));
    } else {
      int32_t status = combine(accumulator, accumulator, elements, NULL, n);
      if (status != CK_OK) return (ck_status)status;
    }
  next:
    if (++column == reduced->shape[inner]) {
      column = 0;
      row = base + offset_of(reduced, (index + 1) % reduced->count);
    } else {
      row += reduced->strides[inner];
    }
  }
  return CK_OK;
}

static void finish_rows(const reduce_plan *plan, char *accumulator, int64_t n, char *out) {
  if (plan->raw) {
    memcpy(out, accumulator, (size_t)(n * plan->accumulator_size));
    return;
  }
  if (plan->reduction == CK_MEAN) {
    double *parts = (double *)accumulator;
    int64_t doubles = n * plan->accumulator_size / 8;
    for (int64_t i = 0; i < doubles; i++) parts[i] /= (double)plan->reduced.count;
  }
  if (plan->accumulator_dtype == plan->result_dtype) {
    memcpy(out, accumulator, (size_t)(n * plan->result_size));
  } else {
    ck_conversion_of(plan->accumulator_dtype, plan->result_dtype)(out, accumulator, n);
  }
}

// Where block `block` of the outputs lies: its first output, length, and the address of its first element.
static void locate(
  const reduce_plan *plan, int64_t block, int64_t *output, int64_t *n, const char **base) {
  int64_t length = plan->kept.shape[plan->kept.rank - 1];
  int64_t row = block / plan->blocks_per_row, column = block % plan->blocks_per_row * BLOCK;
  *output = row * length + column;
  *n = length - column < BLOCK ? length - column : BLOCK;
  *base = plan->data + offset_of(&plan->kept, *output);
}

// Task number: block · shares + share.
static void reduce_blocks(void *context, int64_t low, int64_t high) {
  reduce_plan *plan = context;
  for (int64_t task = low; task < high; task++) {
    int64_t output, n, share = task % plan->shares;
    const char *base;
    locate(plan, task / plan->shares, &output, &n, &base);
    _Alignas(64) char accumulator[BLOCK * 16];
    int64_t first = share * plan->share_count;
    int64_t end = first + plan->share_count;
    if (end > plan->reduced.count) end = plan->reduced.count;
    ck_status status = accumulate_rows(plan, base, n, first, end, accumulator);
    note(plan, status);
    if (status != CK_OK) return;
    if (plan->shares == 1) {
      finish_rows(plan, accumulator, n, plan->out + output * plan->result_size);
    } else {
      memcpy(
        plan->partial + (share * plan->kept.count + output) * plan->accumulator_size, accumulator,
        (size_t)(n * plan->accumulator_size));
    }
  }
}

ck_status ck_run_outer(reduce_plan *plan) {
  int64_t length = plan->kept.shape[plan->kept.rank - 1];
  plan->blocks_per_row = (length + BLOCK - 1) / BLOCK;
  int64_t blocks = plan->kept.count / length * plan->blocks_per_row;
  int64_t block_length = length < BLOCK ? length : BLOCK;
  int64_t rows = plan->reduced.count;
  // Few blocks of many rows: the rows are shared out too.
  int64_t shares = blocks >= MOST_SHARES ? 1 : (int64_t)((__int128)block_length * rows / part_elements);
  if (shares > MOST_SHARES) shares = MOST_SHARES;
  if (shares < 1) shares = 1;
  plan->share_count = (rows + shares - 1) / shares;
  plan->shares = shares = (rows + plan->share_count - 1) / plan->share_count;
  plan->partial = NULL;
  if (shares > 1) {
    plan->partial = malloc((size_t)(shares * plan->kept.count * plan->accumulator_size));
    if (!plan->partial) return CK_NO_MEMORY;
  }
  int64_t grain = part_elements / (block_length * plan->share_count);
  ck_parallel_for(blocks * shares, grain < 1 ? 1 : grain, reduce_blocks, plan);
  ck_status status = (ck_status)atomic_load(&plan->status);
  if (shares > 1 && status == CK_OK) {
    ck_kernel combine = ck_forms_of(operation_of(plan->reduction), plan->accumulator_dtype).vv;
    int64_t n = plan->kept.count;
    for (int64_t share = 1; share < shares && status == CK_OK; share++) {
      status = (ck_status)combine(
        plan->partial, plan->partial, plan->partial + share * n * plan->accumulator_size, NULL, n);
    }
    if (status == CK_OK) finish_rows(plan, plan->partial, n, plan->out);
  }
  free(plan->partial);
  return status;
}

// Rows too narrow for vectors, one after another in memory: several are taken as one wide row, and its parts combined.
ck_status ck_run_folded(reduce_plan *plan) {
  int64_t length = plan->kept.count, fold = WIDE / length;
  int64_t rows = plan->reduced.count / fold;
  reduce_plan wide = *plan;
  _Alignas(64) char accumulators[WIDE * 16];
  wide.raw = true;
  wide.out = accumulators;
  wide.result_size = plan->accumulator_size;
  wide.kept.count = wide.kept.shape[0] = fold * length;
  wide.reduced.count = wide.reduced.shape[0] = rows;
  wide.reduced.strides[0] = fold * length * plan->size;
  ck_status status = ck_run_outer(&wide);
  ck_kernel combine = ck_forms_of(operation_of(plan->reduction), plan->accumulator_dtype).vv;
  for (int64_t part = 1; part < fold && status == CK_OK; part++) {
    const char *other = accumulators + part * length * plan->accumulator_size;
    status = (ck_status)combine(accumulators, accumulators, other, NULL, length);
  }
  _Alignas(64) char gathered[WIDE * 16];
  _Alignas(64) char scratch[WIDE * 16];
  for (int64_t row = rows * fold; row < plan->reduced.count && status == CK_OK; row++) {
    const char *source = plan->data + row * length * plan->size;
    const void *elements = converted_row(plan, source, length, gathered, scratch);
    status = (ck_status)combine(accumulators, accumulators, elements, NULL, length);
  }
  if (status == CK_OK) finish_rows(plan, accumulators, length, plan->out);
  return status;
}

bool ck_can_fold(const reduce_plan *plan) {
  return plan->kept.rank == 1 && plan->reduced.rank == 1 && plan->kept.count > 1
    && plan->kept.count <= WIDE / 4 && plan->reduced.count >= WIDE
    && plan->kept.strides[0] == plan->size
    && plan->reduced.strides[0] == plan->kept.count * plan->size;
}
