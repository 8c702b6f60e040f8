// Running fused programs: block by block in the first-level cache, on all threads.
//
// The shape is first reduced: axes of size 1 go, and axes that all inputs cross evenly are merged. Then a run is one of
//   linear   every input is contiguous or one element: blocks of the whole
//   rows     the inner axis is long: blocks within a row; an input is contiguous, one element, or gathered there
//   gather   the inner axis is short: blocks of the whole, in which inputs that are not contiguous are gathered
// An input that is one element is passed as such to kernels that take it, else repeated in its scratch buffer.
#include "program.h"

#include "reduce.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHORTEST_ROW = 192 };
// Elements a part of a reduction: fixed, so that results do not depend on the number of threads.
static const int64_t reduction_part = 1 << 16;

typedef enum { LINEAR, ROWS, GATHER } run_mode;

typedef struct {
  const char *data;
  // In bytes.
  int64_t strides[CK_MAX_RANK];
  bool scalar;
  bool linear;
} run_input;

typedef struct {
  const ck_program *program;
  run_mode mode;
  int32_t rank;
  int64_t shape[CK_MAX_RANK];
  int64_t count;
  char *out;
  bool streams;
  // NULL unless reducing: one a part.
  ck_accumulator *accumulators;
  ck_reduction reduction;
  // The lowest failing step << 8 | status.
  _Atomic int64_t failure;
  run_input inputs[];
} run;

static const int64_t no_failure = INT64_MAX;

static void fail(run *r, int64_t step, ck_status status) {
  int64_t failure = step << 8 | status;
  int64_t known = atomic_load_explicit(&r->failure, memory_order_relaxed);
  while (failure < known && !atomic_compare_exchange_weak(&r->failure, &known, failure)) {
  }
}

// Copies past the caches, for results that do not fit there.
static void stream(char *restrict target, const char *restrict source, int64_t bytes) {
  typedef float lanes __attribute__((vector_size(16)));
  int64_t whole = bytes / 16;
  for (int64_t i = 0; i < whole; i++) {
    __builtin_nontemporal_store(((const lanes *)source)[i], (lanes *)target + i);
  }
  memcpy(target + whole * 16, source + whole * 16, (size_t)(bytes - whole * 16));
}

// MARK: - A part of the elements

// The thread's scratch memory; NULL without memory.
static char *scratch_memory(int64_t bytes) {
  static _Thread_local char *memory;
  static _Thread_local int64_t available;
  if (bytes > available) {
    free(memory);
    memory = aligned_alloc(64, (size_t)bytes);
    available = memory ? bytes : 0;
  }
  return memory;
}

// Where a run of elements begins: the position on the outer axes, and each input's address there.
typedef struct {
  int64_t position[CK_MAX_RANK];
} cursor;

static void seek(const run *r, cursor *at, int64_t index) {
  for (int32_t axis = r->rank - 1; axis >= 0; axis--) {
    at->position[axis] = index % r->shape[axis];
    index /= r->shape[axis];
  }
}

static int64_t byte_offset(const run *r, const cursor *at, const run_input *input) {
  int64_t offset = 0;
  for (int32_t axis = 0; axis < r->rank; axis++) offset += at->position[axis] * input->strides[axis];
  return offset;
}

// Moves on by `count` elements within a row, then to the next rows.
static void advance(const run *r, cursor *at, int64_t count) {
  int32_t axis = r->rank - 1;
  at->position[axis] += count;
  while (axis > 0 && at->position[axis] >= r->shape[axis]) {
    at->position[axis] = 0;
    at->position[--axis]++;
  }
}

#define GATHER_ROW(type)                                                       \
  for (int64_t i = 0; i < n; i++) ((type *)target)[i] = *(const type *)(source + i * stride);

static void gather_row(char *target, const char *source, int64_t stride, int64_t size, int64_t n) {
  if (stride == size && n >= 32) {
    memcpy(target, source, (size_t)(n * size));
    return;
  }
  switch (size) {
  case 1: GATHER_ROW(uint8_t) break;
  case 2: GATHER_ROW(uint16_t) break;
  case 4: GATHER_ROW(uint32_t) break;
  case 8: GATHER_ROW(uint64_t) break;
  case 16: GATHER_ROW(complex128) break;
  }
}

// Gathers `count` elements from the cursor's place on, over row ends.
static void gather(
  const run *r, cursor at, const run_input *input, int64_t size, char *target, int64_t count) {
  int32_t inner = r->rank - 1;
  const char *source = input->data + byte_offset(r, &at, input);
  for (;;) {
    int64_t n = r->shape[inner] - at.position[inner];
    if (n > count) n = count;
    gather_row(target, source, input->strides[inner], size, n);
    count -= n;
    if (count == 0) return;
    target += n * size;
    source -= at.position[inner] * input->strides[inner];
    at.position[inner] = 0;
    int32_t axis = inner - 1;
    source += input->strides[axis];
    while (++at.position[axis] == r->shape[axis]) {
      source -= at.position[axis] * input->strides[axis];
      at.position[axis--] = 0;
      source += input->strides[axis];
    }
  }
}

// Points the inputs at `count` elements from `index` on, the cursor's place.
static void set_inputs(
  const run *r, char *scratch, block_value *values, const cursor *at, int64_t index,
  int64_t count) {
  const ck_program *program = r->program;
  for (int32_t i = 0; i < program->input_count; i++) {
    const run_input *input = &r->inputs[i];
    int64_t size = program->sizes[i];
    block_value *value = &values[i];
    if (input->scalar) continue;
    if (input->linear) {
      value->data = input->data + index * size;
      continue;
    }
    char *buffer = scratch + program->buffers[i];
    if (r->mode == GATHER) {
      gather(r, *at, input, size, buffer, count);
      value->data = buffer;
      continue;
    }
    int64_t stride = input->strides[r->rank - 1];
    value->data = input->data + byte_offset(r, at, input);
    value->scalar = stride == 0;
    value->repeated = 0;
    if (stride != 0 && stride != size) {
      gather_row(buffer, value->data, stride, size, count);
      value->data = buffer;
    }
  }
}

static void run_part(void *context, int64_t low, int64_t high) {
  run *r = context;
  const ck_program *program = r->program;
  char *scratch = scratch_memory(program->scratch_bytes);
  if (!scratch) {
    fail(r, 0, CK_NO_MEMORY);
    return;
  }
  block_value values[CK_MOST_VALUES];
  for (int32_t i = 0; i < program->input_count; i++) {
    values[i] = (block_value){.data = r->inputs[i].data, .scalar = r->inputs[i].scalar};
  }
  cursor at;
  if (r->mode != LINEAR) seek(r, &at, low);
  int64_t size = ck_element_sizes[program->result_dtype];
  bool direct = !r->streams && !r->accumulators;
  for (int64_t index = low, count; index < high; index += count) {
    if (ck_interrupted()) {
      fail(r, 0, CK_INTERRUPTED);
      return;
    }
    count = high - index < program->block ? high - index : program->block;
    if (r->mode == ROWS) {
      int64_t left = r->shape[r->rank - 1] - at.position[r->rank - 1];
      if (left < count) count = left;
    }
    set_inputs(r, scratch, values, &at, index, count);
    int32_t result = program->value_count - 1;
    char *out = direct ? r->out + index * size : scratch + program->buffers[result];
    // After a failure the blocks still run, to find the lowest failing step.
    int64_t step;
    ck_status status = ck_run_block(program, scratch, values, count, out, &step);
    if (status != CK_OK) {
      fail(r, step, status);
    } else if (r->accumulators) {
      ck_accumulate(
        &r->accumulators[index / reduction_part], r->reduction, program->result_dtype, out, count);
    } else if (r->streams) {
      stream(r->out + index * size, out, count * size);
    }
    if (r->mode == ROWS) advance(r, &at, count);
    if (r->mode == GATHER) seek(r, &at, index + count);
  }
#if defined(__x86_64__)
  if (r->streams) __builtin_ia32_sfence();
#endif
}

// MARK: - Setting up

// Merges axes that every input crosses evenly; strides become bytes.
static void merge_axes(run *r, const ck_view *inputs, const ck_int *shape, int32_t rank) {
  const ck_program *program = r->program;
  r->rank = 0;
  r->count = 1;
  for (int32_t axis = 0; axis < rank; axis++) {
    int64_t length = shape[axis];
    r->count *= length;
    if (length == 1) continue;
    int32_t last = r->rank - 1;
    bool merges = last >= 0;
    for (int32_t i = 0; merges && i < program->input_count; i++) {
      merges = r->inputs[i].strides[last] == inputs[i].strides[axis] * program->sizes[i] * length;
    }
    if (merges) {
      r->shape[last] *= length;
    } else {
      last = r->rank++;
      r->shape[last] = length;
    }
    for (int32_t i = 0; i < program->input_count; i++) {
      r->inputs[i].strides[last] = inputs[i].strides[axis] * program->sizes[i];
    }
  }
}

static void choose_mode(run *r) {
  const ck_program *program = r->program;
  bool all_linear = true;
  for (int32_t i = 0; i < program->input_count; i++) {
    run_input *input = &r->inputs[i];
    int64_t step = program->sizes[i];
    input->scalar = input->linear = true;
    for (int32_t axis = r->rank - 1; axis >= 0; axis--) {
      if (input->strides[axis] != 0) input->scalar = false;
      if (input->strides[axis] != step) input->linear = false;
      step *= r->shape[axis];
    }
    if (r->rank == 0) input->linear = false;
    if (!input->scalar && !input->linear) all_linear = false;
  }
  r->mode = all_linear ? LINEAR : r->shape[r->rank - 1] >= SHORTEST_ROW ? ROWS : GATHER;
}

// Bytes beyond which a result is not worth keeping in cache.
static int64_t last_cache_bytes(void) {
  static _Atomic int64_t known;
  int64_t bytes = atomic_load_explicit(&known, memory_order_relaxed);
  if (bytes > 0) return bytes;
#ifdef _SC_LEVEL3_CACHE_SIZE
  bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
  if (bytes < 1 << 20) bytes = 16 << 20;
  atomic_store_explicit(&known, bytes, memory_order_relaxed);
  return bytes;
}

static int64_t part_size(const run *r) {
  if (r->accumulators) return reduction_part;
  int64_t cost = r->program->cost;
  if (r->count * cost <= ck_parallel_work) return r->count;
  int64_t threads = ck_thread_count();
  int64_t part = r->count / (threads * 4);
  int64_t smallest = ck_parallel_work / 2 / cost, largest = 1 << 20;
  if (part < smallest) part = smallest;
  if (part > largest) part = largest;
  return (part + 63) / 64 * 64;
}

static ck_status evaluate(
  run *r, const ck_view *inputs, const ck_int *shape, int32_t rank, ck_int *failed_step) {
  for (int32_t i = 0; i < r->program->input_count; i++) r->inputs[i].data = inputs[i].data;
  atomic_init(&r->failure, no_failure);
  merge_axes(r, inputs, shape, rank);
  choose_mode(r);
  int64_t bytes = r->count * ck_element_sizes[r->program->result_dtype];
  r->streams = !r->accumulators && r->mode != ROWS && bytes > last_cache_bytes();
  int64_t part = part_size(r);
  if (part >= r->count) {
    run_part(r, 0, r->count);
  } else {
    ck_parallel_for(r->count, part, run_part, r);
  }
  int64_t failure = atomic_load_explicit(&r->failure, memory_order_relaxed);
  if (failure == no_failure) return CK_OK;
  *failed_step = failure >> 8;
  return (ck_status)(failure & 0xff);
}

// A run with room for the program's inputs, on the stack.
#define RUN(name, given)                                                       \
  _Alignas(run) char name##_memory[sizeof(run) + CK_MOST_VALUES * sizeof(run_input)]; \
  run *name = (run *)name##_memory;                                            \
  name->program = given;                                                       \
  name->accumulators = NULL

ck_status ck_program_run(
  const ck_program *program, const ck_view *inputs, const ck_int *shape, int32_t rank, void *out,
  ck_int *failed_step) {
  for (int32_t axis = 0; axis < rank; axis++) {
    if (shape[axis] == 0) return CK_OK;
  }
  RUN(r, program);
  r->out = out;
  return evaluate(r, inputs, shape, rank, failed_step);
}

ck_status ck_program_reduce(
  const ck_program *program, const ck_view *inputs, const ck_int *shape, int32_t rank,
  ck_reduction reduction, void *out, ck_int *failed_step) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < rank; axis++) count *= shape[axis];
  int64_t parts = (count + reduction_part - 1) / reduction_part;
  ck_accumulator first = {0};
  ck_accumulator *accumulators = &first;
  if (parts > 1) {
    accumulators = calloc((size_t)parts, sizeof(ck_accumulator));
    if (!accumulators) return CK_NO_MEMORY;
  }
  RUN(r, program);
  r->out = NULL;
  r->accumulators = accumulators;
  r->reduction = reduction;
  ck_status status
    = count == 0 ? CK_OK : evaluate(r, inputs, shape, rank, failed_step);
  if (status == CK_OK) {
    for (int64_t part = 1; part < parts; part++) {
      ck_merge(accumulators, &accumulators[part], reduction, program->result_dtype);
    }
    *failed_step = program->instruction_count - 1;
    status = ck_finish(accumulators, reduction, program->result_dtype, count, out);
  }
  if (parts > 1) free(accumulators);
  return status;
}
