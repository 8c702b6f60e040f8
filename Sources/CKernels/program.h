// A fused program as it is run. Not for Swift.
#ifndef LAMELLA_PROGRAM_H
#define LAMELLA_PROGRAM_H
#include "kernel.h"

typedef struct {
  ck_forms forms;
  // Set for a cast; `forms` is then empty.
  ck_conversion convert;
  // Value numbers; -1 for none.
  int32_t a, b, c;
  int32_t target;
} ck_instruction;

struct ck_program {
  int32_t input_count;
  int32_t instruction_count;
  int32_t value_count;
  int32_t result_dtype;
  // Elements evaluated at a time, so that all operands stay in the first-level cache.
  int64_t block;
  // Bytes of scratch memory a thread needs.
  int64_t scratch_bytes;
  // A guess at the time an element takes, in units of 1/32 ns.
  int64_t cost;
  // For each value: bytes an element, and where its block lies in scratch memory.
  int64_t sizes[CK_MOST_VALUES];
  int64_t buffers[CK_MOST_VALUES];
  ck_instruction instructions[];
};

// Serial below this much work, in the cost's units (10 µs); parts take about as long.
static const int64_t ck_parallel_work = 10000 * 32;

// A value in the block at hand.
typedef struct {
  const char *data;
  bool scalar;
  // One element, repeated so many times in its buffer.
  int64_t repeated;
} block_value;

// Evaluates a block whose inputs are in `values`, into `out`. When an element fails, the step and its status.
ck_status ck_run_block(
  const ck_program *program, char *scratch, block_value *values, int64_t count, char *out,
  int64_t *failed_step);

#endif
