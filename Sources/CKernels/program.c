// Building fused programs: kernels looked up once, scratch buffers shared by values that are not alive together.
#include "program.h"

#include <stdlib.h>

// Bytes of operands that a block may take; the first-level cache is 32 KiB or more.
static const int64_t cache_budget = 32 << 10;

// What an element costs, in units of 1/32 ns; measured roughly, on 512-bit vectors.
static int64_t cost_of(int32_t operation, int32_t dtype) {
  bool complex = dtype == CK_C64 || dtype == CK_C128;
  switch (operation) {
  case CK_FLOOR_DIVIDE:
  case CK_REMAINDER:
  case CK_POWER: return complex ? 1600 : 300;
  case CK_EXP:
  case CK_EXPM1:
  case CK_LOG:
  case CK_LOG2:
  case CK_LOG1P:
  case CK_SIN:
  case CK_COS:
  case CK_TANH:
  case CK_SIGMOID: return complex ? 1000 : dtype == CK_F32 ? 8 : 24;
  case CK_ATAN2:
  case CK_HYPOT:
  case CK_LOG10:
  case CK_TAN:
  case CK_ASIN:
  case CK_ACOS:
  case CK_ATAN:
  case CK_SINH:
  case CK_COSH:
  case CK_ASINH:
  case CK_ACOSH:
  case CK_ATANH: return complex ? 1600 : 300;
  default: return complex ? 16 : 2 + ck_element_sizes[dtype] / 2;
  }
}

static int64_t padded(int64_t bytes) {
  return (bytes + 63) / 64 * 64;
}

static bool resolve(ck_instruction *instruction, const ck_step *step) {
  instruction->a = step->a;
  instruction->b = step->b;
  instruction->c = step->c;
  if (step->operation == CK_CAST) {
    instruction->convert = ck_conversion_of(step->dtype, step->result_dtype);
    return instruction->convert != NULL;
  }
  instruction->forms = ck_forms_of(step->operation, step->dtype);
  return instruction->forms.vv != NULL;
}

// Gives each value a buffer number. Inputs have their own (for gathered and repeated elements); a step's result may take
// the buffer of a value of its size that is not read after the step.
static int32_t assign_buffers(ck_program *program, int32_t *buffer_of, int64_t *buffer_size) {
  int32_t last_use[CK_MOST_VALUES] = {0};
  for (int32_t i = 0; i < program->instruction_count; i++) {
    const ck_instruction *instruction = &program->instructions[i];
    const int32_t operands[3] = {instruction->a, instruction->b, instruction->c};
    for (int32_t k = 0; k < 3; k++) {
      if (operands[k] >= 0) last_use[operands[k]] = i;
    }
  }
  int32_t count = 0;
  int32_t free_after[CK_MOST_VALUES];
  for (int32_t value = 0; value < program->value_count; value++) {
    int32_t i = value - program->input_count;
    buffer_of[value] = -1;
    for (int32_t buffer = program->input_count; i >= 0 && buffer < count; buffer++) {
      if (free_after[buffer] <= i && buffer_size[buffer] == program->sizes[value]) {
        buffer_of[value] = buffer;
        break;
      }
    }
    if (buffer_of[value] < 0) {
      buffer_of[value] = count;
      buffer_size[count++] = program->sizes[value];
    }
    // A result nobody reads keeps its buffer for its own step.
    free_after[buffer_of[value]] = last_use[value] > i ? last_use[value] : i + 1;
  }
  return count;
}

ck_program *ck_program_create(
  ck_int input_count, const int32_t *input_types, ck_int step_count, const ck_step *steps) {
  if (step_count < 1 || input_count + step_count > CK_MOST_VALUES) return NULL;
  ck_program *program
    = calloc(1, sizeof(ck_program) + (size_t)step_count * sizeof(ck_instruction));
  if (!program) return NULL;
  program->input_count = (int32_t)input_count;
  program->instruction_count = (int32_t)step_count;
  program->value_count = (int32_t)(input_count + step_count);
  program->result_dtype = steps[step_count - 1].result_dtype;
  for (int32_t i = 0; i < input_count; i++) program->sizes[i] = ck_element_sizes[input_types[i]];
  for (int32_t i = 0; i < step_count; i++) {
    ck_instruction *instruction = &program->instructions[i];
    if (!resolve(instruction, &steps[i])) {
      free(program);
      return NULL;
    }
    instruction->target = (int32_t)input_count + i;
    program->sizes[instruction->target] = ck_element_sizes[steps[i].result_dtype];
    program->cost += cost_of(steps[i].operation, steps[i].dtype);
  }
  int32_t buffer_of[CK_MOST_VALUES];
  int64_t buffer_size[CK_MOST_VALUES];
  int32_t buffers = assign_buffers(program, buffer_of, buffer_size);
  int64_t bytes = 0;
  for (int32_t buffer = 0; buffer < buffers; buffer++) bytes += buffer_size[buffer];
  int64_t block = cache_budget / bytes / 64 * 64;
  program->block = block < 128 ? 128 : block > 4096 ? 4096 : block;
  int64_t offsets[CK_MOST_VALUES];
  for (int32_t buffer = 0; buffer < buffers; buffer++) {
    offsets[buffer] = program->scratch_bytes;
    program->scratch_bytes += padded(program->block * buffer_size[buffer]);
  }
  for (int32_t value = 0; value < program->value_count; value++) {
    program->buffers[value] = offsets[buffer_of[value]];
  }
  return program;
}

void ck_program_free(ck_program *program) {
  free(program);
}

bool ck_apply(
  int32_t operation, int32_t dtype, void *out, const void *a, bool a_is_scalar, const void *b,
  bool b_is_scalar, ck_int count, ck_status *status) {
  // What is worth the threads is left to a program.
  if (count * cost_of(operation, dtype) > ck_parallel_work) return false;
  ck_forms forms = ck_forms_of(operation, dtype);
  ck_kernel kernel = a_is_scalar ? (b_is_scalar ? NULL : forms.sv) : b_is_scalar ? forms.vs : forms.vv;
  if (!kernel) return false;
  *status = (ck_status)kernel(out, a, b, NULL, count);
  return true;
}
