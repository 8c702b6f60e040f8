// A reduction over axes as it is run. Not for Swift.
#ifndef LAMELLA_REDUCE_PLAN_H
#define LAMELLA_REDUCE_PLAN_H
#include "reduce.h"

#include <stdatomic.h>

enum { BLOCK = 1024, FEW = 16, MOST_SHARES = 16, WIDE = 512 };
// Elements a thread is given at least; also the part of one long reduction.
static const int64_t part_elements = 1 << 15;

typedef struct {
  int32_t rank;
  int64_t count;
  int64_t shape[CK_MAX_RANK];
  // In bytes.
  int64_t strides[CK_MAX_RANK];
} axis_group;

typedef struct {
  ck_reduction reduction;
  int32_t dtype, accumulator_dtype, result_dtype;
  int64_t size, accumulator_size, result_size;
  const char *data;
  axis_group kept, reduced;
  char *out;
  // inner, when one output is cut into parts: those of a wave, the first of which is number first_part
  ck_accumulator *accumulators;
  int64_t first_part;
  // outer
  int64_t blocks_per_row;
  int64_t shares, share_count;
  char *partial;
  // Whether the accumulators themselves are wanted.
  bool raw;
  _Atomic int32_t status;
} reduce_plan;

static inline void note(reduce_plan *plan, ck_status status) {
  int32_t none = CK_OK;
  if (status != CK_OK) atomic_compare_exchange_strong(&plan->status, &none, (int32_t)status);
}

// The byte offset of an element by its number in the group.
static inline int64_t offset_of(const axis_group *group, int64_t index) {
  int64_t offset = 0;
  for (int32_t axis = group->rank - 1; axis >= 0; axis--) {
    offset += index % group->shape[axis] * group->strides[axis];
    index /= group->shape[axis];
  }
  return offset;
}

#define CK_GATHER(type)                                                           \
  for (int64_t i = 0; i < n; i++) ((type *)target)[i] = *(const type *)(source + i * stride);

static inline void gather_elements(char *target, const char *source, int64_t stride, int64_t size, int64_t n) {
  switch (size) {
  case 1: CK_GATHER(uint8_t) break;
  case 2: CK_GATHER(uint16_t) break;
  case 4: CK_GATHER(uint32_t) break;
  case 8: CK_GATHER(uint64_t) break;
  case 16: CK_GATHER(complex128) break;
  }
}

// Whether rows too narrow for vectors follow each other in memory, so that several can be taken as one.
bool ck_can_fold(const reduce_plan *plan);
ck_status ck_run_folded(reduce_plan *plan);
// Whether each output is that of one contiguous row of floats, and not a long one.
bool ck_has_rows(const reduce_plan *plan);
ck_status ck_run_rows(reduce_plan *plan);
// Accumulates blocks of outputs row by row.
ck_status ck_run_outer(reduce_plan *plan);
int32_t ck_accumulator_type(ck_reduction reduction, int32_t dtype);
int32_t ck_reduced_type(ck_reduction reduction, int32_t dtype);

#endif
