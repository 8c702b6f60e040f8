// The instruction loop: one small function an instruction, each ending in a tail call of the next, so that the machine's
// state stays in processor registers. Whatever is not a common case goes to the host (`slow`).
#define _GNU_SOURCE
#include "machine.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STATE \
  const lm_instruction *pc, lm_cell *r, const lm_cell *K, lm_frame *frame, lm_machine *m
#define STATE_ARGUMENTS pc, r, K, frame, m
#define HANDLER __attribute__((preserve_none)) static void
typedef __attribute__((preserve_none)) void (*handler)(STATE);

static const handler handlers[LM_OPCODE_COUNT];

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define I (pc[-1])
#define A (r[I.a])
#define B (r[I.b])
#define C (r[I.c])
#define KB (K[I.b])
#define KC (K[I.c])
#define NEXT \
  do { \
    const lm_instruction *now = pc++; \
    __attribute__((musttail)) return handlers[now->op](STATE_ARGUMENTS); \
  } while (0)
#define SLOW __attribute__((musttail)) return slow(STATE_ARGUMENTS)
#define NEAR_JUMP(offset) (pc += (int16_t)(offset))
#define FAR_JUMP(low, high) (pc += (int32_t)((uint32_t)(low) | ((uint32_t)(high) << 16)))

// Hands the instruction before `pc` to the host and goes on where it says.
__attribute__((preserve_none, noinline)) static void slow(STATE) {
  m->pc = pc;
  m->registers = r;
  m->frame = frame;
  if (!m->slow(m)) return;
  pc = m->pc;
  r = m->registers;
  frame = m->frame;
  K = frame->prototype->constants;
  NEXT;
}

__attribute__((noinline)) static void release_out_of_line(lm_object *object) {
  lm_release_object(object);
}

static inline void set_int(lm_cell *cell, int64_t value) {
  cell->tag = LM_INT;
  cell->i = value;
}
static inline void set_float(lm_cell *cell, double value) {
  cell->tag = LM_FLOAT;
  cell->f = value;
}
static inline void set_bool(lm_cell *cell, bool value) {
  cell->tag = LM_BOOL;
  cell->bits = value;
}

// Writing a register gives up what it held. A handler whose result is a number and whose operands are numbers begins with
// CLEAR(target): a target that holds an object is then no operand, so it can be released first, out of line, and the
// instruction begun anew. This keeps calls, and with them stack frames, out of the common path.
__attribute__((preserve_none, noinline)) static void release_a(STATE) {
  lm_cell old = r[pc[-1].a];
  r[pc[-1].a].tag = LM_NONE;
  lm_release(old);
  pc--;
  NEXT;
}
__attribute__((preserve_none, noinline)) static void release_b(STATE) {
  lm_cell old = r[pc[-1].b];
  r[pc[-1].b].tag = LM_NONE;
  lm_release(old);
  pc--;
  NEXT;
}
#define CLEAR_A \
  if (UNLIKELY(A.tag & LM_REFERENCE)) __attribute__((musttail)) return release_a(STATE_ARGUMENTS)
#define CLEAR_B \
  if (UNLIKELY(B.tag & LM_REFERENCE)) __attribute__((musttail)) return release_b(STATE_ARGUMENTS)
// Takes over the count of `value`. The old value dies last: it may hold what `value` points into.
static inline void set_cell(lm_cell *cell, lm_cell value) {
  lm_cell old = *cell;
  *cell = value;
  if (UNLIKELY(old.tag & LM_REFERENCE)) release_out_of_line(old.object);
}
static inline lm_cell int_cell(int64_t value) { return (lm_cell){.tag = LM_INT, .i = value}; }
static inline lm_cell bool_cell(bool value) { return (lm_cell){.tag = LM_BOOL, .bits = value}; }
static inline void set_object(lm_cell *cell, uint64_t tag, void *object) {
  set_cell(cell, (lm_cell){.tag = tag, .object = object});
}

static inline bool both(const lm_cell *p, const lm_cell *q, uint64_t tag) {
  return ((p->tag ^ tag) | (q->tag ^ tag)) == 0;
}
static inline bool is_number(const lm_cell *p) { return (p->tag & ~(uint64_t)1) == LM_INT; }
static inline bool both_numbers(const lm_cell *p, const lm_cell *q) { return is_number(p) && is_number(q); }
static inline double number(const lm_cell *p) { return p->tag == LM_FLOAT ? p->f : (double)p->i; }
// Whether an Int compares with a Float as exactly as its double does.
static inline bool is_exact(const lm_cell *p) {
  return p->tag == LM_FLOAT || (p->i < (1LL << 53) && p->i > -(1LL << 53));
}

// MARK: Moving

HANDLER op_move(STATE) {
  lm_cell value = B;
  lm_retain(value);
  set_cell(&A, value);
  NEXT;
}
HANDLER op_take(STATE) {
  lm_cell value = B;
  B.tag = LM_NONE;
  set_cell(&A, value);
  NEXT;
}
HANDLER op_constant(STATE) {
  lm_cell value = K[(uint32_t)I.b | ((uint32_t)I.c << 16)];
  lm_retain(value);
  set_cell(&A, value);
  NEXT;
}
HANDLER op_none(STATE) {
  CLEAR_A;
  A.tag = LM_NONE;
  NEXT;
}
HANDLER op_unbind(STATE) {
  CLEAR_A;
  A.tag = LM_UNBOUND;
  NEXT;
}
HANDLER op_global(STATE) {
  lm_cell value = m->stack[I.b];
  if (UNLIKELY(value.tag == LM_UNBOUND)) SLOW;
  lm_retain(value);
  set_cell(&A, value);
  NEXT;
}
HANDLER op_capture(STATE) {
  lm_cell value = frame->function->captures[I.b];
  lm_retain(value);
  set_cell(&A, value);
  NEXT;
}
HANDLER op_self(STATE) {
  lm_retain_object(&frame->function->header);
  set_object(&A, LM_FUNCTION, frame->function);
  NEXT;
}
HANDLER op_check_bound(STATE) {
  if (UNLIKELY(A.tag == LM_UNBOUND)) SLOW;
  NEXT;
}

// MARK: Arithmetic

static inline bool add_ints(int64_t a, int64_t b, int64_t *s) { return __builtin_add_overflow(a, b, s); }
static inline bool subtract_ints(int64_t a, int64_t b, int64_t *s) { return __builtin_sub_overflow(a, b, s); }
static inline bool multiply_ints(int64_t a, int64_t b, int64_t *s) { return __builtin_mul_overflow(a, b, s); }

#define ARITHMETIC(name, operator, q_expression) \
  { \
    const lm_cell *p = &B, *q = &q_expression; \
    if (LIKELY(both(p, q, LM_FLOAT))) { \
      CLEAR_A; \
      set_float(&A, p->f operator q->f); \
      NEXT; \
    } \
    if (LIKELY(both(p, q, LM_INT))) { \
      int64_t s; \
      if (UNLIKELY(name##_ints(p->i, q->i, &s))) SLOW; \
      CLEAR_A; \
      set_int(&A, s); \
      NEXT; \
    } \
    if (both_numbers(p, q)) { \
      CLEAR_A; \
      set_float(&A, number(p) operator number(q)); \
      NEXT; \
    } \
    SLOW; \
  }

HANDLER op_add_text(STATE) {
  // Text grows in place when the target is the only holder: building a string piece by piece is linear.
  lm_cell *p = &B, *q = &C;
  if (p == &A && p != q && lm_is_unique(p->object)) {
    lm_string *grown = lm_string_append(p->string, q->string);
    if (!grown) SLOW;
    p->string = grown;
    NEXT;
  }
  lm_string *joined = lm_string_concat(p->string, q->string);
  if (!joined) SLOW;
  set_object(&A, LM_STRING, joined);
  NEXT;
}
HANDLER op_add_other(STATE) {
  const lm_cell *p = &B, *q = &C;
  if (both(p, q, LM_STRING)) __attribute__((musttail)) return op_add_text(STATE_ARGUMENTS);
  SLOW;
}
HANDLER op_add(STATE) {
  const lm_cell *p = &B, *q = &C;
  if (LIKELY(both(p, q, LM_FLOAT))) {
    CLEAR_A;
    set_float(&A, p->f + q->f);
    NEXT;
  }
  if (LIKELY(both(p, q, LM_INT))) {
    int64_t s;
    if (UNLIKELY(add_ints(p->i, q->i, &s))) SLOW;
    CLEAR_A;
    set_int(&A, s);
    NEXT;
  }
  if (both_numbers(p, q)) {
    CLEAR_A;
    set_float(&A, number(p) + number(q));
    NEXT;
  }
  __attribute__((musttail)) return op_add_other(STATE_ARGUMENTS);
}
HANDLER op_subtract(STATE) ARITHMETIC(subtract, -, C)
HANDLER op_multiply(STATE) ARITHMETIC(multiply, *, C)
HANDLER op_add_k(STATE) ARITHMETIC(add, +, KC)
HANDLER op_subtract_k(STATE) ARITHMETIC(subtract, -, KC)
HANDLER op_multiply_k(STATE) ARITHMETIC(multiply, *, KC)

#define DIVISION(q_expression) \
  { \
    const lm_cell *p = &B, *q = &q_expression; \
    if (LIKELY(both(p, q, LM_FLOAT))) { \
      CLEAR_A; \
      set_float(&A, p->f / q->f); \
      NEXT; \
    } \
    if (LIKELY(both_numbers(p, q))) { \
      CLEAR_A; \
      set_float(&A, number(p) / number(q)); \
      NEXT; \
    } \
    SLOW; \
  }
HANDLER op_divide(STATE) DIVISION(C)
HANDLER op_divide_k(STATE) DIVISION(KC)

static inline int64_t floor_remainder(int64_t a, int64_t b) {
  int64_t remainder = a % b;
  return remainder != 0 && (remainder ^ b) < 0 ? remainder + b : remainder;
}
static double float_remainder(double a, double b) {
  double remainder = fmod(a, b);
  if (remainder != 0 ? (remainder < 0) != (b < 0) : 0) return remainder + b;
  return remainder == 0 ? copysign(0.0, b) : remainder;
}
static double float_floor_divide(double a, double b) {
  if (b == 0 || !isfinite(a) || isnan(b)) return b == 0 ? a / b : floor(a / b);
  double remainder = float_remainder(a, b);
  if (isinf(b)) return (a != 0 && (a < 0) != (b < 0)) ? -1.0 : 0.0;
  double quotient = (a - remainder) / b;
  double floored = floor(quotient);
  return quotient - floored > 0.5 ? floored + 1.0 : floored;
}

HANDLER op_floor_divide(STATE) {
  const lm_cell *p = &B, *q = &C;
  if (LIKELY(both(p, q, LM_INT))) {
    if (UNLIKELY(q->i == 0 || q->i == -1)) {
      if (q->i == 0 || p->i == INT64_MIN) SLOW;
      CLEAR_A;
      set_int(&A, -p->i);
      NEXT;
    }
    CLEAR_A;
    set_int(&A, (p->i - floor_remainder(p->i, q->i)) / q->i);
    NEXT;
  }
  if (both_numbers(p, q)) {
    CLEAR_A;
    set_float(&A, float_floor_divide(number(p), number(q)));
    NEXT;
  }
  SLOW;
}

#define REMAINDER(q_expression) \
  { \
    const lm_cell *p = &B, *q = &q_expression; \
    if (LIKELY(both(p, q, LM_INT))) { \
      if (UNLIKELY(q->i == 0)) SLOW; \
      CLEAR_A; \
      set_int(&A, q->i == -1 ? 0 : floor_remainder(p->i, q->i)); \
      NEXT; \
    } \
    if (both_numbers(p, q)) { \
      CLEAR_A; \
      set_float(&A, float_remainder(number(p), number(q))); \
      NEXT; \
    } \
    SLOW; \
  }
HANDLER op_remainder(STATE) REMAINDER(C)
HANDLER op_remainder_k(STATE) REMAINDER(KC)

static bool power_ints(int64_t base, int64_t exponent, int64_t *result) {
  int64_t product = 1;
  while (exponent > 0) {
    if (exponent & 1 && __builtin_mul_overflow(product, base, &product)) return true;
    exponent >>= 1;
    if (exponent && __builtin_mul_overflow(base, base, &base)) return true;
  }
  *result = product;
  return false;
}

HANDLER op_power(STATE) {
  const lm_cell *p = &B, *q = &C;
  if (both(p, q, LM_INT)) {
    if (q->i < 0) {
      CLEAR_A;
      set_float(&A, pow((double)p->i, (double)q->i));
      NEXT;
    }
    int64_t result;
    if (power_ints(p->i, q->i, &result)) SLOW;
    CLEAR_A;
    set_int(&A, result);
    NEXT;
  }
  if (both_numbers(p, q)) {
    CLEAR_A;
    set_float(&A, pow(number(p), number(q)));
    NEXT;
  }
  SLOW;
}

HANDLER op_negate(STATE) {
  const lm_cell *p = &B;
  if (LIKELY(p->tag == LM_FLOAT)) {
    CLEAR_A;
    set_float(&A, -p->f);
    NEXT;
  }
  if (p->tag == LM_INT && p->i != INT64_MIN) {
    CLEAR_A;
    set_int(&A, -p->i);
    NEXT;
  }
  SLOW;
}
HANDLER op_invert(STATE) {
  if (LIKELY(B.tag == LM_BOOL)) {
    CLEAR_A;
    set_bool(&A, !B.bits);
    NEXT;
  }
  SLOW;
}
HANDLER op_not(STATE) {
  if (LIKELY(B.tag == LM_BOOL)) {
    CLEAR_A;
    set_bool(&A, !B.bits);
    NEXT;
  }
  SLOW;
}

HANDLER op_math1(STATE) {
  const lm_cell *p = &B;
  if (UNLIKELY(!is_number(p))) SLOW;
  if (p->tag == LM_INT) {
    int64_t result;
    switch (I.c) {
      case LM_MATH1_abs:
        if (p->i == INT64_MIN) SLOW;
        CLEAR_A;
        set_int(&A, p->i < 0 ? -p->i : p->i);
        NEXT;
      case LM_MATH1_floor:
      case LM_MATH1_ceil:
        CLEAR_A;
        set_int(&A, p->i);
        NEXT;
      case LM_MATH1_square:
        if (multiply_ints(p->i, p->i, &result)) SLOW;
        CLEAR_A;
        set_int(&A, result);
        NEXT;
    }
  }
  double x = number(p), y = 0;
  switch (I.c) {
    case LM_MATH1_sqrt: y = sqrt(x); break;
    case LM_MATH1_exp: y = exp(x); break;
    case LM_MATH1_log: y = log(x); break;
    case LM_MATH1_sin: y = sin(x); break;
    case LM_MATH1_cos: y = cos(x); break;
    case LM_MATH1_tan: y = tan(x); break;
    case LM_MATH1_tanh: y = tanh(x); break;
    case LM_MATH1_abs: y = fabs(x); break;
    case LM_MATH1_floor: y = floor(x); break;
    case LM_MATH1_ceil: y = ceil(x); break;
    case LM_MATH1_log2: y = log2(x); break;
    case LM_MATH1_log10: y = log10(x); break;
    case LM_MATH1_square: y = x * x; break;
  }
  CLEAR_A;
  set_float(&A, y);
  NEXT;
}

HANDLER op_math2(STATE) {
  const lm_cell *p = &B, *q = &C;
  if (I.x <= LM_MATH2_minimum && both(p, q, LM_INT)) {
    bool first = (p->i > q->i) == (I.x == LM_MATH2_maximum);
    CLEAR_A;
    set_int(&A, first ? p->i : q->i);
    NEXT;
  }
  if (UNLIKELY(!both_numbers(p, q))) SLOW;
  double x = number(p), y = number(q), z = 0;
  switch (I.x) {
    case LM_MATH2_maximum: z = isnan(x) || isnan(y) ? x + y : x > y ? x : y; break;
    case LM_MATH2_minimum: z = isnan(x) || isnan(y) ? x + y : x < y ? x : y; break;
    case LM_MATH2_atan2: z = atan2(x, y); break;
    case LM_MATH2_hypot: z = hypot(x, y); break;
  }
  CLEAR_A;
  set_float(&A, z);
  NEXT;
}

// MARK: Comparing

#define COMPARED(p, q, operator, then) \
  if (LIKELY(both(p, q, LM_INT))) { bool holds = p->i operator q->i; then; } \
  if (LIKELY(both(p, q, LM_FLOAT))) { bool holds = p->f operator q->f; then; } \
  if (both_numbers(p, q) && is_exact(p) && is_exact(q)) { \
    bool holds = number(p) operator number(q); \
    then; \
  }
#define COMPARISON(name, operator) \
  HANDLER op_##name(STATE) { \
    const lm_cell *p = &B, *q = &C; \
    COMPARED(p, q, operator, { CLEAR_A; set_bool(&A, holds); NEXT; }) \
    SLOW; \
  }
COMPARISON(less, <)
COMPARISON(less_equal, <=)

#define EQUALITY(name, operator, negation) \
  HANDLER op_##name(STATE) { \
    const lm_cell *p = &B, *q = &C; \
    COMPARED(p, q, operator, { CLEAR_A; set_bool(&A, holds); NEXT; }) \
    if (both(p, q, LM_STRING)) { \
      set_cell(&A, bool_cell(negation lm_string_equal(p->string, q->string))); \
      NEXT; \
    } \
    if (both(p, q, LM_BOOL)) { \
      CLEAR_A; \
      set_bool(&A, p->bits operator q->bits); \
      NEXT; \
    } \
    SLOW; \
  }
EQUALITY(equal, ==, )
EQUALITY(not_equal, !=, !)

// A jump on a comparison that the loop cannot decide is left to the host, which evaluates the comparison and jumps.
#define JUMP_COMPARISON(name, operator, q_expression, when) \
  HANDLER op_##name(STATE) { \
    const lm_cell *p = &A, *q = &q_expression; \
    COMPARED(p, q, operator, { if (holds == when) NEAR_JUMP(I.c); NEXT; }) \
    SLOW; \
  }
#define JUMP_EQUALITY(name, q_expression, when) \
  HANDLER op_##name(STATE) { \
    const lm_cell *p = &A, *q = &q_expression; \
    COMPARED(p, q, ==, { if (holds == when) NEAR_JUMP(I.c); NEXT; }) \
    if (both(p, q, LM_STRING)) { \
      if (lm_string_equal(p->string, q->string) == when) NEAR_JUMP(I.c); \
      NEXT; \
    } \
    if (both(p, q, LM_BOOL)) { \
      if ((p->bits == q->bits) == when) NEAR_JUMP(I.c); \
      NEXT; \
    } \
    SLOW; \
  }
JUMP_COMPARISON(jump_less, <, B, true)
JUMP_COMPARISON(jump_less_equal, <=, B, true)
JUMP_EQUALITY(jump_equal, B, true)
JUMP_COMPARISON(jump_not_less, <, B, false)
JUMP_COMPARISON(jump_not_less_equal, <=, B, false)
JUMP_EQUALITY(jump_not_equal, B, false)
JUMP_COMPARISON(jump_not_less_k, <, KB, false)
JUMP_COMPARISON(jump_not_less_equal_k, <=, KB, false)
JUMP_COMPARISON(jump_not_greater_k, >, KB, false)
JUMP_COMPARISON(jump_not_greater_equal_k, >=, KB, false)
JUMP_EQUALITY(jump_not_equal_k, KB, false)
JUMP_EQUALITY(jump_equal_k, KB, true)

// MARK: Jumps and loops

HANDLER op_jump(STATE) {
  FAR_JUMP(I.a, I.b);
  NEXT;
}
HANDLER op_loop(STATE) {
  if (UNLIKELY(m->poll)) SLOW;
  FAR_JUMP(I.a, I.b);
  NEXT;
}
HANDLER op_jump_if(STATE) {
  if (UNLIKELY(A.tag != LM_BOOL)) SLOW;
  if (A.bits) FAR_JUMP(I.b, I.c);
  NEXT;
}
HANDLER op_jump_unless(STATE) {
  if (UNLIKELY(A.tag != LM_BOOL)) SLOW;
  if (!A.bits) FAR_JUMP(I.b, I.c);
  NEXT;
}
HANDLER op_jump_bound(STATE) {
  if (A.tag != LM_UNBOUND) FAR_JUMP(I.b, I.c);
  NEXT;
}

// A counted loop keeps in a: the current value, a+1: how many more turns, a+2: the step.
HANDLER op_for_prepare(STATE) {
  lm_cell *state = &A;
  if (UNLIKELY(((state[0].tag ^ LM_INT) | (state[1].tag ^ LM_INT) | (state[2].tag ^ LM_INT)) != 0)) SLOW;
  int64_t start = state[0].i, end = state[1].i, step = state[2].i;
  if (UNLIKELY(step == 0)) SLOW;
  uint64_t turns = 0;
  if (step > 0 && start < end) turns = ((uint64_t)end - (uint64_t)start - 1) / (uint64_t)step + 1;
  if (step < 0 && start > end) turns = ((uint64_t)start - (uint64_t)end - 1) / (0 - (uint64_t)step) + 1;
  if (turns == 0) {
    NEAR_JUMP(I.c);
    NEXT;
  }
  CLEAR_B;
  state[1].bits = turns - 1;
  set_int(&B, start);
  NEXT;
}
HANDLER op_for_next(STATE) {
  lm_cell *state = &A;
  if (state[1].bits == 0) NEXT;
  if (UNLIKELY(m->poll)) SLOW;
  CLEAR_B;
  state[1].bits--;
  int64_t value = (int64_t)((uint64_t)state[0].i + state[2].bits);
  state[0].i = value;
  set_int(&B, value);
  NEAR_JUMP(I.c);
  NEXT;
}

HANDLER op_iterate(STATE) {
  lm_cell *state = &A;
  if (state->tag != LM_TUPLE && state->tag != LM_RANGE && state->tag != LM_STRING && state->tag != LM_MAP &&
      !(state->tag == LM_TENSOR && state->tensor->rank > 0))
    SLOW;
  set_cell(state + 1, int_cell(0));
  NEXT;
}

static inline int64_t range_count(const lm_range *range) {
  if (range->step > 0)
    return range->end > range->start
             ? (int64_t)(((uint64_t)range->end - (uint64_t)range->start - 1) / (uint64_t)range->step + 1)
             : 0;
  return range->start > range->end
           ? (int64_t)(((uint64_t)range->start - (uint64_t)range->end - 1) / (0 - (uint64_t)range->step) + 1)
           : 0;
}

enum { DTYPE_BOOL, DTYPE_U8, DTYPE_I8, DTYPE_I32, DTYPE_I64, DTYPE_F32, DTYPE_F64, DTYPE_BF16 = 9 };

bool lm_tensor_load(const lm_tensor *tensor, int64_t position, lm_cell *result) {
  const char *data = tensor->data;
  switch (tensor->dtype) {
    case DTYPE_BOOL: set_bool(result, ((const uint8_t *)data)[position] != 0); return true;
    case DTYPE_U8: set_int(result, ((const uint8_t *)data)[position]); return true;
    case DTYPE_I8: set_int(result, ((const int8_t *)data)[position]); return true;
    case DTYPE_I32: set_int(result, ((const int32_t *)data)[position]); return true;
    case DTYPE_I64: set_int(result, ((const int64_t *)data)[position]); return true;
    case DTYPE_F32: set_float(result, ((const float *)data)[position]); return true;
    case DTYPE_F64: set_float(result, ((const double *)data)[position]); return true;
    case DTYPE_BF16: {
      uint32_t bits = (uint32_t)((const uint16_t *)data)[position] << 16;
      float value;
      memcpy(&value, &bits, sizeof value);
      set_float(result, value);
      return true;
    }
  }
  return false;
}

// Stores a number of the tensor's own kind; anything that needs a conversion or a check goes to the host.
static bool store(const lm_tensor *tensor, int64_t position, const lm_cell *value) {
  char *data = tensor->data;
  switch (tensor->dtype) {
    case DTYPE_BOOL:
      if (value->tag != LM_BOOL) return false;
      ((uint8_t *)data)[position] = (uint8_t)value->bits;
      return true;
    case DTYPE_I64:
      if (value->tag != LM_INT) return false;
      ((int64_t *)data)[position] = value->i;
      return true;
    case DTYPE_F32:
      if (!is_number(value)) return false;
      ((float *)data)[position] = (float)number(value);
      return true;
    case DTYPE_F64:
      if (!is_number(value)) return false;
      ((double *)data)[position] = number(value);
      return true;
  }
  return false;
}

// The first byte after the character that begins at `offset`.
static int64_t character_end(const lm_string *string, int64_t offset) {
  do offset++;
  while (offset < string->length && ((unsigned char)string->bytes[offset] & 0xC0) == 0x80);
  return offset;
}
static lm_string *character(const lm_string *string, int64_t offset, int64_t end) {
  unsigned char first = (unsigned char)string->bytes[offset];
  if (first >= 128) return lm_string_make(string->bytes + offset, end - offset);
  lm_string *shared = lm_string_ascii(first);
  lm_retain_object(&shared->header);
  return shared;
}

HANDLER op_next(STATE) {
  lm_cell *state = &A;
  int64_t position = state[1].i;
  switch (state->tag) {
    case LM_TUPLE: {
      if (position >= state->tuple->count) break;
      state[1].i = position + 1;
      lm_cell item = state->tuple->items[position];
      lm_retain(item);
      set_cell(&B, item);
      NEXT;
    }
    case LM_RANGE: {
      if (position >= range_count(state->range)) break;
      state[1].i = position + 1;
      set_cell(&B, int_cell((int64_t)((uint64_t)state->range->start + (uint64_t)position * (uint64_t)state->range->step)));
      NEXT;
    }
    case LM_STRING: {
      if (position >= state->string->length) break;
      int64_t end = character_end(state->string, position);
      lm_string *one = character(state->string, position, end);
      if (!one) SLOW;
      state[1].i = end;
      set_object(&B, LM_STRING, one);
      NEXT;
    }
    case LM_MAP: {
      const lm_map *map = state->map;
      while (position < map->used && map->entries[position].key.tag == LM_UNBOUND) position++;
      if (position >= map->used) break;
      state[1].i = position + 1;
      lm_cell key = map->entries[position].key;
      lm_retain(key);
      set_cell(&B, key);
      NEXT;
    }
    case LM_TENSOR: {
      const lm_tensor *tensor = state->tensor;
      if (position >= tensor->shape[0]) break;
      lm_cell element = {.tag = LM_NONE};
      if (tensor->rank != 1 || !lm_tensor_load(tensor, position * tensor->strides[0], &element)) SLOW;
      state[1].i = position + 1;
      set_cell(&B, element);
      NEXT;
    }
    case LM_BOX: SLOW;
  }
  NEAR_JUMP(I.c);
  NEXT;
}

// MARK: Making

HANDLER op_tuple(STATE) {
  int32_t count = I.b;
  lm_tuple *tuple = lm_tuple_make_raw(count);
  if (UNLIKELY(!tuple)) SLOW;
  lm_cell *source = &C;
  for (int32_t i = 0; i < count; i++) {
    tuple->items[i] = source[i];
    source[i].tag = LM_NONE;
  }
  set_object(&A, LM_TUPLE, tuple);
  NEXT;
}
HANDLER op_record(STATE) {
  const lm_shape *shape = frame->prototype->shapes[I.b];
  lm_record *record = lm_record_make_raw(shape);
  if (UNLIKELY(!record)) SLOW;
  lm_cell *source = &C;
  for (int32_t i = 0; i < shape->count; i++) {
    record->items[i] = source[i];
    source[i].tag = LM_NONE;
  }
  set_object(&A, LM_RECORD, record);
  NEXT;
}
HANDLER op_closure(STATE) {
  const lm_prototype *child = frame->prototype->children[I.b];
  lm_function *function = lm_function_make(child, child->capture_count);
  if (UNLIKELY(!function)) SLOW;
  for (int32_t i = 0; i < child->capture_count; i++) {
    lm_cell value = r[child->capture_sources[i]];
    lm_retain(value);
    function->captures[i] = value;
  }
  set_object(&A, LM_FUNCTION, function);
  NEXT;
}
HANDLER op_range(STATE) {
  const lm_cell *part = &B;
  if (UNLIKELY(((part[0].tag ^ LM_INT) | (part[1].tag ^ LM_INT) | (part[2].tag ^ LM_INT)) != 0)) SLOW;
  int64_t end = part[1].i, step = part[2].i;
  if (step == 0) SLOW;
  if (I.c && __builtin_add_overflow(end, step > 0 ? 1 : -1, &end)) SLOW;
  lm_range *range = lm_range_make(part[0].i, end, step);
  if (!range) SLOW;
  set_object(&A, LM_RANGE, range);
  NEXT;
}

// The decimal digits of a number; how many characters that is.
static int write_int(char *buffer, int64_t value) {
  static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
  char digits[24];
  int first = sizeof digits;
  uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  for (; magnitude >= 100; magnitude /= 100) memcpy(digits + (first -= 2), pairs + magnitude % 100 * 2, 2);
  if (magnitude >= 10) memcpy(digits + (first -= 2), pairs + magnitude * 2, 2);
  else digits[--first] = (char)('0' + magnitude);
  if (value < 0) digits[--first] = '-';
  int length = (int)sizeof digits - first;
  memcpy(buffer, digits + first, (size_t)length);
  return length;
}

// Longest text of an Int.
enum { int_text_limit = 20 };

HANDLER op_concat(STATE) {
  lm_cell *part = &B;
  int64_t limit = 0, characters = 0;
  for (int32_t i = 0; i < I.c; i++) {
    if (part[i].tag == LM_STRING) {
      limit += part[i].string->length;
      characters += part[i].string->characters;
    } else if (part[i].tag == LM_INT) limit += int_text_limit;
    else SLOW;
  }
  char near[256];
  char *start = near;
  lm_string *string = NULL;
  if (limit > (int64_t)sizeof near) {
    string = lm_string_reserve(limit);
    if (!string) SLOW;
    start = string->bytes;
  }
  char *end = start;
  for (int32_t i = 0; i < I.c; i++) {
    if (part[i].tag == LM_INT) {
      int length = write_int(end, part[i].i);
      end += length;
      characters += length;
      continue;
    }
    memcpy(end, part[i].string->bytes, (size_t)part[i].string->length);
    end += part[i].string->length;
  }
  if (!string) {
    string = lm_string_reserve(end - start);
    if (!string) SLOW;
    memcpy(string->bytes, near, (size_t)(end - start));
  }
  string->length = end - start;
  string->characters = characters;
  for (int32_t i = 0; i < I.c; i++) {
    if (part[i].tag != LM_STRING) continue;
    lm_release(part[i]);
    part[i].tag = LM_NONE;
  }
  set_object(&A, LM_STRING, string);
  NEXT;
}

// MARK: Containers

// An index counted from the end when negative; false when out of range.
static inline bool resolve(int64_t *index, int64_t count) {
  if (*index < 0) *index += count;
  return (uint64_t)*index < (uint64_t)count;
}

HANDLER op_index_other(STATE) {
  const lm_cell *base = &B, *key = &C;
  int64_t i = key->i;
  if (base->tag == LM_MAP) {
    if (!lm_is_hashable(*key)) SLOW;
    lm_cell *found = lm_map_find(base->map, *key);
    if (!found) SLOW;
    lm_cell value = *found;
    lm_retain(value);
    set_cell(&A, value);
    NEXT;
  }
  if (key->tag != LM_INT) SLOW;
  if (base->tag == LM_STRING) {
    const lm_string *string = base->string;
    if (!resolve(&i, string->characters)) SLOW;
    int64_t offset = lm_string_offset(string, i);
    lm_string *one = character(string, offset, character_end(string, offset));
    if (!one) SLOW;
    set_object(&A, LM_STRING, one);
    NEXT;
  }
  if (base->tag == LM_RANGE) {
    if (!resolve(&i, range_count(base->range))) SLOW;
    set_cell(&A, int_cell((int64_t)((uint64_t)base->range->start + (uint64_t)i * (uint64_t)base->range->step)));
    NEXT;
  }
  SLOW;
}
HANDLER op_index(STATE) {
  const lm_cell *base = &B, *key = &C;
  int64_t i = key->i;
  if (LIKELY(key->tag == LM_INT)) {
    if (base->tag == LM_TUPLE) {
      if (UNLIKELY(!resolve(&i, base->tuple->count))) SLOW;
      lm_cell item = base->tuple->items[i];
      lm_retain(item);
      set_cell(&A, item);
      NEXT;
    }
    if (base->tag == LM_TENSOR && base->tensor->rank == 1) {
      const lm_tensor *tensor = base->tensor;
      if (UNLIKELY(!resolve(&i, tensor->shape[0]))) SLOW;
      lm_cell element = {.tag = LM_NONE};
      if (UNLIKELY(!lm_tensor_load(tensor, i * tensor->strides[0], &element))) SLOW;
      set_cell(&A, element);
      NEXT;
    }
  }
  __attribute__((musttail)) return op_index_other(STATE_ARGUMENTS);
}

// The position that `count` plain integers name in a tensor of that rank; false when anything is not so plain.
static inline bool locate(const lm_tensor *tensor, const lm_cell *keys, int32_t count, int64_t *position) {
  if (tensor->rank != count) return false;
  int64_t sum = 0;
  for (int32_t axis = 0; axis < count; axis++) {
    int64_t i = keys[axis].i;
    if (keys[axis].tag != LM_INT || !resolve(&i, tensor->shape[axis])) return false;
    sum += i * tensor->strides[axis];
  }
  *position = sum;
  return true;
}

HANDLER op_index_n(STATE) {
  const lm_index_form *form = &frame->prototype->indices[I.c];
  const lm_cell *base = &B;
  int64_t position;
  if (!form->is_plain || base->tag != LM_TENSOR) SLOW;
  if (!locate(base->tensor, r + form->first, form->count, &position)) SLOW;
  lm_cell element = {.tag = LM_NONE};
  if (!lm_tensor_load(base->tensor, position, &element)) SLOW;
  set_cell(&A, element);
  NEXT;
}

HANDLER op_set_index_other(STATE);

// Whether two cells hold one object. A value is never stored in place into itself: `t[0] = t` stores into a copy.
static inline bool is_same(const lm_cell *p, const lm_cell *q) { return (q->tag & LM_REFERENCE) && p->object == q->object; }

// Stores into a tensor of rank 1 or a tuple that has no other holder; the value is the cell `v`.
#define SET_INDEX(v, otherwise) \
  lm_cell *base = &A; \
  const lm_cell *key = &B; \
  if (UNLIKELY(key->tag != LM_INT)) otherwise; \
  int64_t i = key->i; \
  if (LIKELY(base->tag == LM_TENSOR)) { \
    const lm_tensor *tensor = base->tensor; \
    if (UNLIKELY(!lm_is_unique(base->object) || tensor->rank != 1 || !tensor->owned)) SLOW; \
    if (UNLIKELY(!resolve(&i, tensor->shape[0]))) SLOW; \
    if (UNLIKELY(!store(tensor, i * tensor->strides[0], &v))) SLOW; \
    NEXT; \
  } \
  if (base->tag == LM_TUPLE && !is_same(base, &v) && lm_is_unique(base->object) && \
      resolve(&i, base->tuple->count)) { \
    lm_cell value = v; \
    lm_retain(value); \
    set_cell(&base->tuple->items[i], value); \
    NEXT; \
  } \
  otherwise

HANDLER op_set_index(STATE) {
  SET_INDEX(C, __attribute__((musttail)) return op_set_index_other(STATE_ARGUMENTS));
}
HANDLER op_set_index_k(STATE) {
  SET_INDEX(KC, SLOW);
}
HANDLER op_set_index_other(STATE) {
  const lm_cell *base = &A, *key = &B;
  if (base->tag != LM_MAP || !lm_is_unique(base->object) || is_same(base, &C) || !lm_is_hashable(*key)) SLOW;
  lm_cell taken_key = *key, value = C;
  lm_retain(taken_key);
  lm_retain(value);
  if (!lm_map_set(base->map, taken_key, value)) {
    lm_release(taken_key);
    lm_release(value);
    SLOW;
  }
  NEXT;
}
HANDLER op_set_index_n(STATE) {
  const lm_index_form *form = &frame->prototype->indices[I.b];
  const lm_cell *base = &A;
  int64_t position;
  if (!form->is_plain || base->tag != LM_TENSOR || !lm_is_unique(base->object) || !base->tensor->owned) SLOW;
  if (!locate(base->tensor, r + form->first, form->count, &position)) SLOW;
  if (!store(base->tensor, position, &C)) SLOW;
  NEXT;
}
HANDLER op_set_path(STATE) { SLOW; }

static inline int32_t field_position(lm_cache *cache, const lm_shape *shape) {
  if (LIKELY(cache->shape == shape)) return cache->position;
  int32_t position = lm_shape_find(shape, cache->symbol);
  if (position >= 0 && !__atomic_load_n(&lm_code_sharers, __ATOMIC_RELAXED)) {
    cache->shape = shape;
    cache->position = position;
  }
  return position;
}
HANDLER op_field(STATE) {
  if (UNLIKELY(B.tag != LM_RECORD)) SLOW;
  const lm_record *record = B.record;
  int32_t position = field_position(&frame->prototype->caches[I.c], record->shape);
  if (UNLIKELY(position < 0)) SLOW;
  lm_cell value = record->items[position];
  lm_retain(value);
  set_cell(&A, value);
  NEXT;
}
HANDLER op_set_field(STATE) {
  lm_cell *base = &A;
  if (UNLIKELY(base->tag != LM_RECORD || !lm_is_unique(base->object) || is_same(base, &C))) SLOW;
  int32_t position = field_position(&frame->prototype->caches[I.b], base->record->shape);
  if (UNLIKELY(position < 0)) SLOW;
  lm_cell value = C;
  lm_retain(value);
  set_cell(&base->record->items[position], value);
  NEXT;
}
HANDLER op_length(STATE) {
  const lm_cell *p = &B;
  switch (p->tag) {
    case LM_TUPLE: set_cell(&A, int_cell(p->tuple->count)); NEXT;
    case LM_STRING: set_cell(&A, int_cell(p->string->characters)); NEXT;
    case LM_MAP: set_cell(&A, int_cell(p->map->count)); NEXT;
    case LM_RANGE: set_cell(&A, int_cell(range_count(p->range))); NEXT;
    case LM_RECORD: set_cell(&A, int_cell(p->record->shape->count)); NEXT;
    case LM_TENSOR:
      if (p->tensor->rank == 0) SLOW;
      set_cell(&A, int_cell(p->tensor->shape[0]));
      NEXT;
  }
  SLOW;
}
HANDLER op_push(STATE) {
  lm_cell *base = &A;
  if (UNLIKELY(base->tag != LM_TUPLE || !lm_is_unique(base->object))) SLOW;
  lm_cell item = B;
  lm_retain(item);
  if (UNLIKELY(base == &B)) {  // push(t, t): t is no longer unique
    lm_release(item);
    SLOW;
  }
  lm_tuple *grown = lm_tuple_push(base->tuple, item);
  if (UNLIKELY(!grown)) {
    lm_release(item);
    SLOW;
  }
  base->tuple = grown;
  NEXT;
}

// MARK: Calls

bool lm_machine_enter(
  lm_machine *m, lm_function *function, bool holds, lm_cell *registers, int32_t argument_count,
  const lm_instruction *return_pc, lm_cell *caller_registers) {
  const lm_prototype *prototype = function->prototype;
  lm_frame *next = m->frame + 1;
  if (next >= m->frames_limit || registers + prototype->register_count >= m->stack_end) return false;
  for (int32_t i = argument_count; i < prototype->parameter_count; i++)
    set_cell(&registers[i], (lm_cell){.tag = LM_UNBOUND});
  *next = (lm_frame){return_pc, caller_registers, prototype, function, holds};
  m->frame = next;
  m->registers = registers;
  m->pc = prototype->code;
  return true;
}

#define ENTER(function_expression, count) \
  { \
    lm_function *function = function_expression; \
    const lm_prototype *prototype = function->prototype; \
    int32_t given = count; \
    lm_cell *registers = &A + 1; \
    lm_frame *next = frame + 1; \
    if (UNLIKELY(next >= m->frames_end || registers + prototype->register_count >= m->stack_end)) SLOW; \
    if (UNLIKELY(given != prototype->exact_count)) { \
      if ((uint32_t)(given - prototype->required_count) > \
            (uint32_t)(prototype->parameter_count - prototype->required_count) || \
          !prototype->is_simple) \
        SLOW; \
      /* What a temporary left there the host releases. */ \
      for (int32_t i = given; i < prototype->parameter_count; i++) { \
        if (UNLIKELY(registers[i].tag & LM_REFERENCE)) SLOW; \
        registers[i].tag = LM_UNBOUND; \
      } \
    } \
    next->return_pc = pc; \
    next->caller_registers = r; \
    next->prototype = prototype; \
    next->function = function; \
    next->holds = false; \
    frame = next; \
    r = registers; \
    K = prototype->constants; \
    pc = prototype->code; \
    NEXT; \
  }

HANDLER op_call(STATE) {
  if (UNLIKELY(A.tag != LM_FUNCTION)) SLOW;
  ENTER(A.function, I.b)
}
HANDLER op_call_global(STATE) {
  const lm_cell *callee = &m->stack[I.b];
  if (UNLIKELY(callee->tag != LM_FUNCTION)) SLOW;
  ENTER(callee->function, I.c)
}
HANDLER op_call_general(STATE) { SLOW; }
HANDLER op_call_builtin(STATE) { SLOW; }
HANDLER op_method(STATE) {
  // A record's field called as a function: `object.step(x)`. Anything else the host resolves.
  lm_cell *receiver = &A + 1;
  if (!I.x || receiver->tag != LM_RECORD) SLOW;
  int32_t position = field_position(&frame->prototype->caches[I.b], receiver->record->shape);
  if (position < 0) SLOW;
  lm_cell callee = receiver->record->items[position];
  if (callee.tag != LM_FUNCTION) SLOW;
  int32_t moved = I.c - 1;
  // Once the receiver has gone the host cannot do the call any more: what ENTER would hand over goes there now.
  const lm_prototype *callee_prototype = callee.function->prototype;
  if (moved != callee_prototype->exact_count || frame + 1 >= m->frames_end ||
      &A + 1 + callee_prototype->register_count >= m->stack_end)
    SLOW;
  lm_retain(callee);
  set_cell(&A, callee);
  lm_release(*receiver);
  for (int32_t i = 0; i < moved; i++) receiver[i] = receiver[i + 1];
  receiver[moved].tag = LM_NONE;
  ENTER(callee.function, moved)
}

// Registers above a frame never hold references; this makes it so again when the frame goes.
static inline void clear_registers(lm_cell *r, const lm_prototype *prototype) {
  uint64_t seen = 0;
  r += prototype->first_own;
  int32_t count = prototype->register_count - prototype->first_own;
#pragma clang loop vectorize(disable) unroll_count(2)
  for (int32_t i = 0; i < count; i++) seen |= r[i].tag;
  if (LIKELY(!(seen & LM_REFERENCE))) return;
  for (int32_t i = 0; i < count; i++) {
    lm_cell old = r[i];
    r[i].tag = LM_NONE;
    lm_release(old);
  }
}

void lm_machine_unwind(lm_machine *m) {
  lm_frame *frame = m->frame;
  clear_registers(m->registers, frame->prototype);
  m->registers = frame->caller_registers;
  m->pc = frame->return_pc;
  m->frame = frame - 1;
  if (frame->holds) lm_release_object(&frame->function->header);
}

HANDLER op_return(STATE) {
  lm_cell value = A;
  A.tag = LM_NONE;
  clear_registers(r, frame->prototype);
  pc = frame->return_pc;
  r = frame->caller_registers;
  if (UNLIKELY(frame->holds)) release_out_of_line(&frame->function->header);
  frame--;
  K = frame->prototype->constants;
  set_cell(&A, value);
  NEXT;
}

HANDLER op_try(STATE) {
  if (UNLIKELY(m->handler == m->handlers_end)) SLOW;
  const lm_instruction *target = pc + (int32_t)((uint32_t)I.b | ((uint32_t)I.c << 16));
  *m->handler++ = (lm_handler){frame, target, I.a};
  NEXT;
}
HANDLER op_end_try(STATE) {
  m->handler--;
  NEXT;
}
HANDLER op_binary(STATE) { SLOW; }
HANDLER op_host(STATE) { SLOW; }
HANDLER op_halt(STATE) {
  m->pc = pc;
  m->registers = r;
  m->frame = frame;
}

static const handler handlers[LM_OPCODE_COUNT] = {
#define X(name) op_##name,
  LM_INSTRUCTIONS(X)
#undef X
};

void lm_machine_run(lm_machine *m) {
  const lm_instruction *pc = m->pc;
  lm_cell *r = m->registers;
  lm_frame *frame = m->frame;
  handlers[pc->op](pc + 1, r, frame->prototype->constants, frame, m);
}

void lm_machine_interrupt(lm_machine *m, int32_t reason) {
  m->interrupt = reason;
  lm_machine_poke(m);
}

void lm_machine_poke(lm_machine *m) {
  m->poll = 1;
  m->frames_end = m->frames;
}

void lm_machine_resume(lm_machine *m) {
  m->interrupt = 0;
  m->poll = 0;
  m->frames_end = m->frames_limit;
}

const int32_t *lm_machine_interrupt_flag(const lm_machine *m) { return (const int32_t *)&m->interrupt; }

// MARK: Memory

static void *reserve(int64_t bytes) {
  void *block = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return block == MAP_FAILED ? NULL : block;
}

lm_machine *lm_machine_make(int64_t stack_cells, int64_t frame_limit) {
  enum { handler_limit = 65536 };
  lm_machine *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  m->stack = reserve(stack_cells * (int64_t)sizeof(lm_cell));
  m->frames = reserve(frame_limit * (int64_t)sizeof(lm_frame));
  m->handlers = reserve(handler_limit * (int64_t)sizeof(lm_handler));
  m->stack_end = m->stack ? m->stack + stack_cells : NULL;
  m->frames_end = m->frames_limit = m->frames ? m->frames + frame_limit : NULL;
  m->handlers_end = m->handlers ? m->handlers + handler_limit : NULL;
  m->handler = m->handlers;
  m->frame = m->frames;
  m->registers = m->stack;
  if (!m->stack || !m->frames || !m->handlers) {
    lm_machine_free(m);
    return NULL;
  }
  for (int64_t i = 0; i < LM_GLOBAL_LIMIT; i++) m->stack[i].tag = LM_UNBOUND;
  return m;
}

void lm_machine_free(lm_machine *m) {
  if (m->stack) {
    for (int64_t i = 0; i < LM_GLOBAL_LIMIT; i++) lm_release(m->stack[i]);
    munmap(m->stack, (size_t)(m->stack_end - m->stack) * sizeof(lm_cell));
  }
  if (m->frames) munmap(m->frames, (size_t)(m->frames_limit - m->frames) * sizeof(lm_frame));
  if (m->handlers) munmap(m->handlers, (size_t)(m->handlers_end - m->handlers) * sizeof(lm_handler));
  free(m);
}
