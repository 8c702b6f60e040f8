// The buffer pool: temporaries of tensor code come back in the same sizes again and again, and a fresh block from
// the system costs page faults (about 8 times the arithmetic on 1e7 elements). Freed blocks are kept by size class.
//
// A size class is a quarter of a power of two: a block wastes at most a fifth of its size. What is kept is bounded:
// by bytes over all, and by count in each class. Under the address sanitizer nothing is kept and blocks are exact, so
// that it sees every step past an end.
#define _GNU_SOURCE
#include "include/kernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#if __has_feature(address_sanitizer)
enum { EXACT_BLOCKS = true };
#else
enum { EXACT_BLOCKS = false };
#endif

enum {
  ALIGNMENT = 64,
  SMALLEST_LOG = 6,
  CLASS_COUNT = 4 * (48 - SMALLEST_LOG),
  KEPT_PER_CLASS = 64,
  KEPT_BIG_PER_CLASS = 4,
  // A big block may be cut from one of up to so many classes above: four times its size.
  CUT_CLASSES = 8
};
// Blocks of at least `system_block` come straight from the system, on huge pages where it has them; of those from `big_block` on
// few are kept, and they are cut from one another.
static const int64_t system_block = (int64_t)2 << 20;
static const int64_t big_block = (int64_t)4 << 20;
static const int64_t largest_kept_bytes = (int64_t)2 << 30;

typedef struct {
  int32_t count;
  void *blocks[KEPT_PER_CLASS];
} size_class;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static size_class classes[CLASS_COUNT];
static int64_t kept_bytes;
static _Atomic int64_t live_bytes;
static _Atomic int64_t peak_bytes;
static _Atomic int64_t limit_bytes;

// The class of a size and the size its blocks have; -1 when too large for any.
static int32_t class_of(int64_t byte_count, int64_t *class_size) {
  int64_t size = byte_count < 64 ? 64 : byte_count;
  if (EXACT_BLOCKS) {
    *class_size = size;
    return 0;
  }
  int32_t log = 63 - __builtin_clzll((uint64_t)size);
  int64_t quarter = (int64_t)1 << (log - 2);
  int64_t steps = (size - ((int64_t)1 << log) + quarter - 1) / quarter;
  *class_size = ((int64_t)1 << log) + steps * quarter;
  int32_t index = (log - SMALLEST_LOG) * 4 + (int32_t)steps;
  return index < CLASS_COUNT ? index : -1;
}

static int64_t size_of_class(int32_t index) {
  int64_t power = (int64_t)1 << (SMALLEST_LOG + index / 4);
  return power + index % 4 * (power / 4);
}

static void *allocate_from_system(int64_t size) {
  if (size < system_block || EXACT_BLOCKS) {
    void *small = NULL;
    return posix_memalign(&small, ALIGNMENT, (size_t)size) == 0 ? small : NULL;
  }
  void *block = mmap(
    NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return NULL;
  madvise(block, (size_t)size, MADV_HUGEPAGE);
  return block;
}

static void return_to_system(void *block, int64_t size) {
  if (size < system_block || EXACT_BLOCKS) {
    free(block);
  } else {
    munmap(block, (size_t)size);
  }
}

// Takes a kept block of the class; NULL when there is none. Under the lock.
static void *take_kept(int32_t index) {
  size_class *list = &classes[index];
  if (list->count == 0) return NULL;
  kept_bytes -= size_of_class(index);
  return list->blocks[--list->count];
}

// Keeps a free block of the class if there is room. Under the lock.
static bool keep(void *block, int32_t index) {
  if (EXACT_BLOCKS) return false;
  size_class *list = &classes[index];
  int64_t size = size_of_class(index);
  int32_t most = size < big_block ? KEPT_PER_CLASS : KEPT_BIG_PER_CLASS;
  if (list->count >= most || kept_bytes + size > largest_kept_bytes) return false;
  list->blocks[list->count++] = block;
  kept_bytes += size;
  return true;
}

// Cuts a big block from a kept larger one, whose pages are there already; NULL when there is none. The rest is kept too.
static void *cut_block(int32_t index, int64_t size) {
  pthread_mutex_lock(&mutex);
  char *block = NULL;
  int64_t found = 0;
  for (int32_t larger = index + 1; !block && larger < CLASS_COUNT && larger <= index + CUT_CLASSES;
       larger++) {
    block = take_kept(larger);
    found = size_of_class(larger);
  }
  int64_t rest = found - size, kept = 0;
  if (block && rest >= big_block) {
    int32_t rest_class = class_of(rest, &kept);
    if (kept > rest) kept = size_of_class(--rest_class);
    if (!keep(block + size, rest_class)) kept = 0;
  }
  pthread_mutex_unlock(&mutex);
  if (block && rest > kept) munmap(block + size + kept, (size_t)(rest - kept));
  return block;
}

void *ck_pool_allocate(int64_t byte_count) {
  int64_t size;
  if (byte_count < 0 || byte_count > (int64_t)1 << 46) return NULL;
  int32_t index = class_of(byte_count, &size);
  if (index < 0) return NULL;
  int64_t limit = atomic_load_explicit(&limit_bytes, memory_order_relaxed);
  int64_t live = atomic_fetch_add_explicit(&live_bytes, size, memory_order_relaxed) + size;
  if (limit > 0 && live > limit) {
    atomic_fetch_sub_explicit(&live_bytes, size, memory_order_relaxed);
    return NULL;
  }
  int64_t peak = atomic_load_explicit(&peak_bytes, memory_order_relaxed);
  while (live > peak && !atomic_compare_exchange_weak_explicit(
                          &peak_bytes, &peak, live, memory_order_relaxed, memory_order_relaxed)) {
  }
  pthread_mutex_lock(&mutex);
  void *block = take_kept(index);
  pthread_mutex_unlock(&mutex);
  if (!block && size >= big_block && !EXACT_BLOCKS) block = cut_block(index, size);
  if (block) return block;
  block = allocate_from_system(size);
  if (!block) {
    ck_pool_trim();
    block = allocate_from_system(size);
  }
  if (!block) atomic_fetch_sub_explicit(&live_bytes, size, memory_order_relaxed);
  return block;
}

void ck_pool_free(void *block, int64_t byte_count) {
  if (!block) return;
  int64_t size;
  int32_t index = class_of(byte_count, &size);
  atomic_fetch_sub_explicit(&live_bytes, size, memory_order_relaxed);
  pthread_mutex_lock(&mutex);
  bool kept = keep(block, index);
  pthread_mutex_unlock(&mutex);
  if (!kept) return_to_system(block, size);
}

void ck_pool_trim(void) {
  for (int32_t index = 0; index < CLASS_COUNT; index++) {
    for (;;) {
      pthread_mutex_lock(&mutex);
      void *block = take_kept(index);
      pthread_mutex_unlock(&mutex);
      if (!block) break;
      return_to_system(block, size_of_class(index));
    }
  }
}

void ck_pool_set_limit(int64_t byte_count) {
  atomic_store_explicit(&limit_bytes, byte_count, memory_order_relaxed);
}

int64_t ck_pool_live_bytes(void) {
  return atomic_load_explicit(&live_bytes, memory_order_relaxed);
}

int64_t ck_pool_peak_bytes(void) {
  return atomic_load_explicit(&peak_bytes, memory_order_relaxed);
}

void ck_pool_reset_peak(void) {
  atomic_store_explicit(&peak_bytes, ck_pool_live_bytes(), memory_order_relaxed);
}
