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
  CK_DTYPE_COUNT = 9
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
// How many threads share the work, this one included; at least 1.
void ck_set_threads(int32_t count);
int32_t ck_thread_count(void);

// A process-wide wish to stop. Long kernels look between blocks and return CK_INTERRUPTED.
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

#endif
