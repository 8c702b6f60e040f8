#ifndef LAMELLA_KERNELS_H
#define LAMELLA_KERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Counts, sizes and strides: Swift sees an Int.
typedef ptrdiff_t ck_int;

// Element types, as `DType`'s raw values.
enum {
  CK_BOOL = 0,
  CK_U8 = 1,
  CK_I8 = 2,
  CK_I32 = 3,
  CK_I64 = 4,
  CK_F32 = 5,
  CK_F64 = 6,
  CK_C64 = 7,
  CK_C128 = 8,
  // Storage only: computed in f32.
  CK_BF16 = 9,
  CK_DTYPE_COUNT = 10
};

// At most this many axes, as `Shape.maxRank`.
enum { CK_MAX_RANK = 8 };

// What a kernel reports of its elements. 0 is success.
typedef enum {
  CK_OK = 0,
  CK_OVERFLOW = 1,
  CK_ZERO_DIVISION = 2,
  CK_NEGATIVE_EXPONENT = 3,
  CK_OUT_OF_RANGE = 4,
  CK_INTERRUPTED = 5,
  CK_NO_MEMORY = 6
} ck_status;

// MARK: - The buffer pool (pool.c)

// Blocks aligned to 64 bytes, kept by size class when freed, bounded. Thread-safe.
// NULL when the memory limit would be passed or the system refuses.
void *ck_pool_allocate(ck_int byte_count);
void ck_pool_free(void *block, ck_int byte_count);
// The most bytes that may be live at once; 0 means no limit.
void ck_pool_set_limit(ck_int byte_count);
ck_int ck_pool_live_bytes(void);
ck_int ck_pool_peak_bytes(void);
// Makes the peak the present.
void ck_pool_reset_peak(void);
// Gives kept blocks back to the system.
void ck_pool_trim(void);

// MARK: - Threads and interruption (threads.c)

typedef void (*ck_range_function)(void *context, ck_int low, ck_int high);

// Calls `body` on consecutive parts of 0 ..< count, each of `grain` elements but the last, on all threads.
// Parts are the same for any number of threads. Called from inside a part, runs serially.
void ck_parallel_for(ck_int count, ck_int grain, ck_range_function body, void *context);
// Whether this thread works on a part of a region that has several: what it calls shall keep to it.
bool ck_inside_region(void);
// How many threads share the work, this one included; at least 1.
void ck_set_threads(int32_t count);
int32_t ck_thread_count(void);

// A process-wide wish to stop. Long kernels look between blocks and return CK_INTERRUPTED.
// Kernels called from this thread stop when the flag is not 0; NULL: this thread's own, which `request` sets.
void ck_interrupt_observe(const volatile int32_t *flag);
void ck_interrupt_request(void);
void ck_interrupt_clear(void);
bool ck_interrupted(void);

// MARK: - Copies and casts (copy.c, cast.c)

// Copies elements between two strided arrays of one shape; strides in bytes.
ck_status ck_copy_strided(
  void *target, const ck_int *target_strides, const void *source, const ck_int *source_strides,
  const ck_int *shape, int32_t rank, ck_int element_size);
// Converts contiguous elements. Numbers to integers truncate; one that does not fit gives CK_OUT_OF_RANGE and its
// position in `*bad`. Complex to real is not offered.
ck_status ck_cast(
  void *target, int32_t target_type, const void *source, int32_t source_type, ck_int count,
  ck_int *bad);
// Sets contiguous elements to one value of `element_size` bytes.
void ck_fill(void *target, const void *value, ck_int element_size, ck_int count);

// MARK: - Elementwise operations (elementwise.h, rare.c, complex.c)

// Whether the operation (`ElementwiseOperation`'s raw value) is defined for operands of the type.
bool ck_has_kernel(int32_t operation, int32_t dtype);
// One operation on contiguous operands of one type, of one element where `is_scalar` says so, on this thread. False
// when it has no such form or there is work for several threads; the status of the elements otherwise.
bool ck_apply(
  int32_t operation, int32_t dtype, void *out, const void *a, bool a_is_scalar, const void *b,
  bool b_is_scalar, ck_int count, ck_status *status);
// Uses no more than the given instruction set from now on, for tests of all variants: 0 the plainest, 1 x86-64-v3, 2 x86-64-v4.
// Programs that exist keep theirs. The set in use.
int32_t ck_limit_instruction_set(int32_t level);

// MARK: - Fused elementwise programs (program.c, fused.c)

// A step of a program. Values are numbered: first the inputs, then the results of the steps in order.
typedef struct {
  // An elementwise operation, or CK_CAST.
  int32_t operation;
  // The type of the operands (of `b` and `c` for `where`, whose `a` is bool).
  int32_t dtype;
  int32_t result_dtype;
  // Value numbers; -1 where the operation has no such operand.
  int32_t a, b, c;
} ck_step;

enum { CK_CAST = 255, CK_MOST_VALUES = 256 };

typedef struct ck_program ck_program;

// A program over inputs of the given types. Its last step is its result; at least one step. NULL without memory, or with
// more than CK_MOST_VALUES values.
ck_program *ck_program_create(
  ck_int input_count, const int32_t *input_types, ck_int step_count, const ck_step *steps);
void ck_program_free(ck_program *program);

// An input: its first element, and strides in elements (0 repeats). Rank 0 or all strides 0: a scalar.
typedef struct {
  const void *data;
  ck_int strides[CK_MAX_RANK];
} ck_view;

// Evaluates into `out`, contiguous. When an element fails, the lowest failing step and its status, for any number of threads.
ck_status ck_program_run(
  const ck_program *program, const ck_view *inputs, const ck_int *shape, int32_t rank, void *out,
  ck_int *failed_step);

// MARK: - Reductions of contiguous elements (reduce.c)

typedef enum {
  CK_SUM = 0,
  CK_MEAN = 1,
  CK_MAX = 2,
  CK_MIN = 3,
  CK_PRODUCT = 4,
  CK_ANY = 5,
  CK_ALL = 6,
  CK_COUNT_NONZERO = 7
} ck_reduction;

// Evaluates and reduces to one element without keeping the result. Sums of floats err no more than pairwise ones.
// `out` has the type the reduction gives: i64 for sums of integers, f64 for means of integers, else the program's.
ck_status ck_program_reduce(
  const ck_program *program, const ck_view *inputs, const ck_int *shape, int32_t rank,
  ck_reduction reduction, void *out, ck_int *failed_step);

// MARK: - Reductions over axes, extremes' positions and running totals (reduce_axes.c, scan.c)

// Reduces the axes whose bit is set in `reduced`; `out` is contiguous over the others, of the type the reduction gives.
// Strides in elements.
ck_status ck_reduce_axes(
  ck_reduction reduction, int32_t dtype, const void *data, const ck_int *strides,
  const ck_int *shape, int32_t rank, uint32_t reduced, void *out);
// Along the middle axis of a contiguous [outer, length, inner]: the position of the first largest (or smallest)
// element; a NaN wins. `length` is at least 1. `out` is [outer, inner] of i64.
ck_status ck_extreme_positions(
  bool largest, int32_t dtype, const void *data, ck_int outer, ck_int length, ck_int inner,
  int64_t *out);
// Running sums (or products) along the middle axis, in place.
ck_status ck_accumulate_along(
  bool product, int32_t dtype, void *data, ck_int outer, ck_int length, ck_int inner);

// MARK: - Picking elements by offset (index.c)

// Axes around the picked one: sizes, and strides in bytes.
typedef struct {
  int32_t rank;
  ck_int shape[CK_MAX_RANK];
  ck_int strides[CK_MAX_RANK];
} ck_axes;

ck_int ck_count_true(const uint8_t *mask, ck_int count);
// For each true element of a contiguous mask, in order, the sum of its coordinates times the strides.
void ck_mask_offsets(
  const uint8_t *mask, const ck_int *shape, const ck_int *strides, int32_t rank, int64_t *out);
// Positions on an axis (negative from its end) times its stride. The first that is off the axis, or -1.
ck_int ck_index_offsets(
  const int64_t *positions, ck_int count, ck_int size, ck_int stride, int64_t *out);
// target [before..., count, after...], contiguous, from source + offset (in elements) for each offset.
ck_status ck_gather(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, ck_int element_size);
// The reverse: later offsets write over earlier ones.
ck_status ck_scatter(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, ck_int element_size);
// target + offset += source for each offset, in order; of f32, or f64 when is_double.
ck_status ck_scatter_add(
  void *target, const void *source, const int64_t *offsets, ck_int count, const ck_axes *before,
  const ck_axes *after, int32_t is_double);

#endif
