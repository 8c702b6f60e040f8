// One block of a fused program: its instructions, in order, on operands in the first-level cache.
#include "program.h"

// The operand as `count` elements.
static const char *elements(
  const ck_program *program, char *scratch, block_value *values, int32_t number, int64_t count) {
  block_value *value = &values[number];
  if (!value->scalar) return value->data;
  char *buffer = scratch + program->buffers[number];
  if (value->repeated < count) {
    char element[16];
    memcpy(element, value->data, (size_t)program->sizes[number]);
    ck_fill(buffer, element, program->sizes[number], count);
    value->repeated = count;
  }
  return buffer;
}

// Runs one instruction into `out`; `*scalar` becomes whether only one element was computed.
static ck_status run_instruction(
  const ck_program *program, const ck_instruction *instruction, char *scratch, block_value *values,
  char *out, int64_t count, bool *scalar) {
  int32_t a = instruction->a, b = instruction->b, c = instruction->c;
  bool a_scalar = values[a].scalar, b_scalar = b < 0 || values[b].scalar;
  bool c_scalar = c < 0 || values[c].scalar;
  *scalar = a_scalar && b_scalar && c_scalar;
  if (instruction->convert) {
    int64_t n = *scalar ? 1 : count;
    return instruction->convert(out, values[a].data, n) < 0 ? CK_OK : CK_OUT_OF_RANGE;
  }
  if (b < 0) {
    return (ck_status)instruction->forms.vv(out, values[a].data, NULL, NULL, *scalar ? 1 : count);
  }
  if (*scalar) {
    return (ck_status)instruction->forms.vv(
      out, values[a].data, values[b].data, c < 0 ? NULL : values[c].data, 1);
  }
  if (c < 0) {
    ck_kernel form = a_scalar ? instruction->forms.sv : b_scalar ? instruction->forms.vs : NULL;
    if (form) return (ck_status)form(out, values[a].data, values[b].data, NULL, count);
  }
  const char *x = elements(program, scratch, values, a, count);
  const char *y = elements(program, scratch, values, b, count);
  const char *z = c < 0 ? NULL : elements(program, scratch, values, c, count);
  return (ck_status)instruction->forms.vv(out, x, y, z, count);
}

ck_status ck_run_block(
  const ck_program *program, char *scratch, block_value *values, int64_t count, char *out,
  int64_t *failed_step) {
  for (int32_t i = 0; i < program->instruction_count; i++) {
    const ck_instruction *instruction = &program->instructions[i];
    bool last = i == program->instruction_count - 1;
    block_value *target = &values[instruction->target];
    char *place = last ? out : scratch + program->buffers[instruction->target];
    bool scalar;
    ck_status status
      = run_instruction(program, instruction, scratch, values, place, count, &scalar);
    if (status != CK_OK) {
      *failed_step = i;
      return status;
    }
    *target = (block_value){.data = place, .scalar = scalar};
    if (last && scalar && count > 1) {
      int64_t size = program->sizes[instruction->target];
      char element[16];
      memcpy(element, out, (size_t)size);
      ck_fill(out, element, size, count);
    }
  }
  return CK_OK;
}
