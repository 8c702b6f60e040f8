// Reductions over some axes of a strided array, in one of three ways:
//
//   rows    each output is that of one contiguous row of floats (reduce_rows.c)
//   inner   the reduced axes are the ones that lie close in memory: each output is a reduction of contiguous (or
//           gathered) blocks
//   outer   the kept axes are: a block of outputs is accumulated row by row with the elementwise kernels, sums in f64,
//           i64 or c128
//
// Work is cut into parts by sizes alone, so the result does not depend on the number of threads.
#include "reduce_plan.h"

#include <stdlib.h>
#include <string.h>

// So many parts of one output are in work at a time: the memory does not grow with what a view stands for.
enum { WAVE = 4096 };

static void append_axis(axis_group *group, int64_t length, int64_t stride) {
  group->count *= length;
  if (length == 1) return;
  int32_t last = group->rank - 1;
  if (last >= 0 && group->strides[last] == stride * length) {
    group->shape[last] *= length;
  } else {
    last = group->rank++;
    group->shape[last] = length;
  }
  group->strides[last] = stride;
}

static void complete(axis_group *group) {
  if (group->rank > 0) return;
  group->rank = 1;
  group->shape[0] = group->count;
  group->strides[0] = 0;
}

// MARK: - Inner

// Accumulates elements low ..< high of the reduced axes.
static void accumulate_range(
  const reduce_plan *plan, ck_accumulator *accumulator, const char *base, int64_t low,
  int64_t high) {
  const axis_group *reduced = &plan->reduced;
  int32_t inner = reduced->rank - 1;
  int64_t length = reduced->shape[inner], stride = reduced->strides[inner];
  _Alignas(64) char scratch[BLOCK * 16];
  int64_t filled = 0;
  for (int64_t index = low; index < high;) {
    int64_t column = index % length;
    int64_t n = length - column < high - index ? length - column : high - index;
    const char *row = base + offset_of(reduced, index);
    if (stride == plan->size && n >= FEW) {
      for (int64_t i = 0; i < n; i += 4 * BLOCK) {
        int64_t block = n - i < 4 * BLOCK ? n - i : 4 * BLOCK;
        ck_accumulate(
          accumulator, plan->reduction, plan->dtype, row + i * plan->size, block);
      }
    } else {
      if (n > BLOCK - filled) n = BLOCK - filled;
      gather_elements(scratch + filled * plan->size, row, stride, plan->size, n);
      filled += n;
      if (filled == BLOCK) {
        ck_accumulate(accumulator, plan->reduction, plan->dtype, scratch, filled);
        filled = 0;
      }
    }
    index += n;
  }
  ck_accumulate(accumulator, plan->reduction, plan->dtype, scratch, filled);
}

static void reduce_outputs(void *context, int64_t low, int64_t high) {
  reduce_plan *plan = context;
  for (int64_t output = low; output < high; output++) {
    if (ck_interrupted()) {
      note(plan, CK_INTERRUPTED);
      return;
    }
    ck_accumulator accumulator = {0};
    const char *base = plan->data + offset_of(&plan->kept, output);
    int64_t count = plan->reduced.count;
    for (int64_t start = 0; start < count && !ck_interrupted(); start += part_elements) {
      int64_t end = start + part_elements < count ? start + part_elements : count;
      ck_accumulator part = {0};
      accumulate_range(plan, start == 0 ? &accumulator : &part, base, start, end);
      if (start > 0) ck_merge(&accumulator, &part, plan->reduction, plan->dtype);
    }
    note(plan, ck_finish(
      &accumulator, plan->reduction, plan->dtype, count, plan->out + output * plan->result_size));
  }
}

// Parts low ..< high of a wave of output 0.
static void reduce_parts(void *context, int64_t low, int64_t high) {
  reduce_plan *plan = context;
  for (int64_t part = low; part < high; part++) {
    if (ck_interrupted()) {
      note(plan, CK_INTERRUPTED);
      return;
    }
    int64_t start = (plan->first_part + part) * part_elements, end = start + part_elements;
    if (end > plan->reduced.count) end = plan->reduced.count;
    accumulate_range(plan, &plan->accumulators[part], plan->data, start, end);
  }
}

static ck_status run_inner(reduce_plan *plan) {
  int64_t parts = (plan->reduced.count + part_elements - 1) / part_elements;
  if (parts < 2 || plan->kept.count >= 8) {
    int64_t grain = part_elements / plan->reduced.count;
    ck_parallel_for(plan->kept.count, grain < 1 ? 1 : grain, reduce_outputs, plan);
    return (ck_status)atomic_load(&plan->status);
  }
  const char *data = plan->data;
  plan->accumulators = malloc(WAVE * sizeof(ck_accumulator));
  if (!plan->accumulators) return CK_NO_MEMORY;
  for (int64_t output = 0; output < plan->kept.count && !ck_interrupted(); output++) {
    plan->data = data + offset_of(&plan->kept, output);
    ck_accumulator total = {0};
    for (plan->first_part = 0; plan->first_part < parts; plan->first_part += WAVE) {
      int64_t left = parts - plan->first_part, count = left < WAVE ? left : WAVE;
      memset(plan->accumulators, 0, (size_t)count * sizeof(ck_accumulator));
      ck_parallel_for(count, 1, reduce_parts, plan);
      if (ck_interrupted()) break;
      if (plan->first_part == 0) total = plan->accumulators[0];
      for (int64_t part = plan->first_part == 0; part < count; part++) {
        ck_merge(&total, &plan->accumulators[part], plan->reduction, plan->dtype);
      }
    }
    note(plan, ck_finish(
      &total, plan->reduction, plan->dtype, plan->reduced.count,
      plan->out + output * plan->result_size));
  }
  free(plan->accumulators);
  if (ck_interrupted()) note(plan, CK_INTERRUPTED);
  return (ck_status)atomic_load(&plan->status);
}

// MARK: - Choosing

// No element a reduction: each output is that of nothing.
static ck_status fill_empty(reduce_plan *plan) {
  ck_accumulator nothing = {0};
  char element[16];
  ck_status status = ck_finish(&nothing, plan->reduction, plan->dtype, 0, element);
  ck_fill(plan->out, element, plan->result_size, plan->kept.count);
  return status;
}

ck_status ck_reduce_axes(
  ck_reduction reduction, int32_t dtype, const void *data, const ck_int *strides,
  const ck_int *shape, int32_t rank, uint32_t reduced, void *out) {
  reduce_plan plan = {.reduction = reduction, .dtype = dtype, .data = data, .out = out};
  plan.accumulator_dtype = ck_accumulator_type(reduction, dtype);
  plan.result_dtype = ck_reduced_type(reduction, dtype);
  plan.size = ck_element_sizes[dtype];
  plan.accumulator_size = ck_element_sizes[plan.accumulator_dtype];
  plan.result_size = ck_element_sizes[plan.result_dtype];
  plan.kept.count = plan.reduced.count = 1;
  for (int32_t axis = 0; axis < rank; axis++) {
    axis_group *group = reduced >> axis & 1 ? &plan.reduced : &plan.kept;
    append_axis(group, shape[axis], strides[axis] * plan.size);
  }
  complete(&plan.kept);
  complete(&plan.reduced);
  if (plan.kept.count == 0) return CK_OK;
  if (plan.reduced.count == 0) return fill_empty(&plan);
  if (ck_has_rows(&plan)) return ck_run_rows(&plan);
  if (ck_can_fold(&plan)) return ck_run_folded(&plan);
  int64_t kept_length = plan.kept.shape[plan.kept.rank - 1];
  int64_t kept_stride = llabs(plan.kept.strides[plan.kept.rank - 1]);
  int64_t reduced_length = plan.reduced.shape[plan.reduced.rank - 1];
  int64_t reduced_stride = llabs(plan.reduced.strides[plan.reduced.rank - 1]);
  bool inner = kept_length < FEW || (reduced_length >= FEW && reduced_stride <= kept_stride);
  return inner ? run_inner(&plan) : ck_run_outer(&plan);
}
