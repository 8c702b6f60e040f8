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

#endif
