#ifndef LAMELLA_MACHINE_H
#define LAMELLA_MACHINE_H
#include "objects.h"

// The register machine's instruction loop. It handles numbers, jumps, calls of closures, and the common cases of
// containers; everything else it hands to the host, instruction by instruction (`lm_machine.slow`).

// Each entry: name. Operands a, b, c are registers unless said otherwise; K is the constant table.
#define LM_INSTRUCTIONS(X) \
  X(move)        /* a = b */ \
  X(take)        /* a = b, leaving none in b */ \
  X(constant)    /* a = K[b + c * 65536] */ \
  X(none)        /* a = none */ \
  X(unbind)      /* a = unbound */ \
  X(global)      /* a = globals[b] */ \
  X(capture)     /* a = captures[b] */ \
  X(self)        /* a = the running function */ \
  X(check_bound) /* error when a is unbound */ \
  X(add) X(subtract) X(multiply) X(divide) X(floor_divide) X(remainder) X(power) /* a = b op c */ \
  X(add_k) X(subtract_k) X(multiply_k) X(divide_k) X(remainder_k) /* a = b op K[c] */ \
  X(less) X(less_equal) X(equal) X(not_equal) /* a = b op c */ \
  X(binary)      /* a = b op c, op in the next instruction's a: host only */ \
  X(negate) X(invert) X(not) /* a = op b */ \
  X(math1)       /* a = function c of b */ \
  X(math2)       /* a = function x of b and c */ \
  X(jump)        /* pc += a + (b << 16), signed */ \
  X(loop)        /* as jump, backwards: polls for an interrupt */ \
  X(jump_if) X(jump_unless) /* on a: pc += b + (c << 16), signed */ \
  X(jump_bound)  /* unless a is unbound */ \
  X(jump_less) X(jump_less_equal) X(jump_equal) /* if a op b: pc += c, signed */ \
  X(jump_not_less) X(jump_not_less_equal) X(jump_not_equal) \
  X(jump_not_less_k) X(jump_not_less_equal_k) X(jump_not_greater_k) X(jump_not_greater_equal_k) \
  X(jump_not_equal_k) X(jump_equal_k) /* b in K */ \
  X(for_prepare) /* a: start, a+1: end, a+2: step; b: variable; jumps by c when empty */ \
  X(for_next)    /* jumps back by c while there are more */ \
  X(iterate)     /* a: the iterable; a+1 becomes the position */ \
  X(next)        /* b = the next element of a, or jumps by c */ \
  X(tuple)       /* a = the tuple of b cells that begin at register c (taken) */ \
  X(record)      /* a = the record of form shapes[b] from cells at c (taken) */ \
  X(closure)     /* a = a function of children[b] */ \
  X(range)       /* a = range from cells b, b+1, b+2; c: closed */ \
  X(concat)      /* a = the text of c values at b joined (taken) */ \
  X(index)       /* a = b[c] */ \
  X(index_n)     /* a = b[descriptor c] */ \
  X(set_index)   /* a[b] = c in place */ \
  X(set_index_k) /* a[b] = K[c] in place */ \
  X(set_index_n) /* a[descriptor b] = c in place */ \
  X(set_path)    /* a.path = c, path by descriptor b */ \
  X(field)       /* a = b.caches[c] */ \
  X(set_field)   /* a.caches[b] = c */ \
  X(length)      /* a = len(b) */ \
  X(push)        /* a = push(a, b) in place */ \
  X(call)        /* a = a(a+1 ...), b arguments */ \
  X(call_global) /* a = globals[b](a+1 ...), c arguments */ \
  X(call_general)/* a = a(...), arguments by descriptor b */ \
  X(call_builtin)/* a = builtins[b](a+1 ...), c arguments */ \
  X(method)      /* a = (a+1).caches[b](a+2 ...), c arguments with the receiver; x: all plain */ \
  X(return)      /* a */ \
  X(try)         /* on error: the error goes to a, pc += b + (c << 16) */ \
  X(end_try) \
  X(host)        /* operation a of the host, on registers from b, with descriptor c */ \
  X(halt)

enum lm_opcode {
#define X(name) LM_OP_##name,
  LM_INSTRUCTIONS(X)
#undef X
  LM_OPCODE_COUNT
};

typedef struct lm_instruction {
  uint8_t op;
  uint8_t x;
  uint16_t a, b, c;
} lm_instruction;

// Functions of one number that `math1` knows, in this order.
#define LM_MATH1(X) \
  X(sqrt) X(exp) X(log) X(sin) X(cos) X(tan) X(tanh) X(abs) X(floor) X(ceil) X(log2) X(log10) X(square)
enum lm_math1 {
#define X(name) LM_MATH1_##name,
  LM_MATH1(X)
#undef X
  LM_MATH1_COUNT
};
enum lm_math2 { LM_MATH2_maximum, LM_MATH2_minimum, LM_MATH2_atan2, LM_MATH2_hypot };

// Where a field was found last: valid while the record's form is `shape`.
typedef struct lm_cache {
  uint32_t symbol;
  int32_t position;
  const lm_shape *shape;
} lm_cache;

// The integer-only view of an index descriptor: how many index registers there are, from which, and whether all are
// plain expressions (no slice, `...` or `new`).
typedef struct lm_index_form {
  uint16_t first;
  uint8_t count;
  uint8_t is_plain;
} lm_index_form;

typedef struct lm_prototype {
  const lm_instruction *code;
  const lm_cell *constants;
  lm_cache *caches;
  const lm_shape *const *shapes;
  const lm_index_form *indices;
  struct lm_prototype *const *children;
  const uint16_t *capture_sources;  // registers of the maker
  int32_t capture_count;
  int32_t register_count;
  int32_t first_own;  // registers from here on are released on return: 0, or past the globals for top-level code
  int32_t parameter_count;
  int32_t required_count;
  int32_t exact_count;  // parameter_count when all are required and the call needs no arranging, else -1
  bool is_simple;  // no rest parameter, so positional calls need no arranging
  const void *host;  // what else belongs to it: names, spans, descriptors
} lm_prototype;

typedef struct lm_frame {
  const lm_instruction *return_pc;
  lm_cell *caller_registers;
  const lm_prototype *prototype;
  lm_function *function;  // borrowed: the caller's register or global holds it; retained by `holds`
  bool holds;
} lm_frame;

typedef struct lm_handler {
  lm_frame *frame;
  const lm_instruction *pc;
  uint16_t target;
} lm_handler;

typedef struct lm_machine {
  // The state of the loop, saved whenever the host runs.
  const lm_instruction *pc;
  lm_cell *registers;
  lm_frame *frame;
  // Memory: globals are the first cells of the stack, so that top-level code addresses them as registers.
  lm_cell *stack, *stack_end;
  lm_frame *frames, *frames_limit;
  lm_frame *volatile frames_end;  // frames_limit, or frames while an interrupt is wanted: calls then go to the host
  lm_handler *handlers, *handlers_end, *handler;  // `handler` points past the innermost
  volatile int32_t interrupt;
  volatile int32_t poll;  // not 0: loops and calls go to the host at the next turn
  // Runs the instruction before `pc`. False ends the loop.
  bool (*slow)(struct lm_machine *);
  void *host;
} lm_machine;

// Cells of the stack that hold globals; top-level code uses registers from here on as temporaries.
enum { LM_GLOBAL_LIMIT = 32768 };

// Makes loops, calls and builtins stop for the host, which sees `reason` (not 0). From any thread.
void lm_machine_interrupt(lm_machine *machine, int32_t reason);
// Makes the host see the machine once, to take a sample. From any thread.
void lm_machine_poke(lm_machine *machine);
// Ends a poke or an interrupt.
void lm_machine_resume(lm_machine *machine);
// Not 0 while an interrupt is wanted: for kernels to look at.
const int32_t *lm_machine_interrupt_flag(const lm_machine *machine);
// NULL when memory cannot be had.
lm_machine *lm_machine_make(int64_t stack_cells, int64_t frame_limit);
void lm_machine_free(lm_machine *machine);
// Runs from machine->pc until `halt` or until the host says stop.
void lm_machine_run(lm_machine *machine);
// Pushes a frame for `function`, whose arguments stand at `registers[0 ..< argument_count]` (missing optional ones are
// made unbound), to return to `return_pc` with `caller_registers`. False: the stack or frame limit is reached.
bool lm_machine_enter(
  lm_machine *machine, lm_function *function, bool holds, lm_cell *registers, int32_t argument_count,
  const lm_instruction *return_pc, lm_cell *caller_registers);
// Leaves the innermost frame without a result, releasing its registers.
void lm_machine_unwind(lm_machine *machine);
// The element at a position (in elements from `data`) as a cell; complex elements are not known here (false).
bool lm_tensor_load(const lm_tensor *tensor, int64_t position, lm_cell *result);

#endif
