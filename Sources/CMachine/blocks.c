// Memory for objects. Programs make and drop the same few small sizes all the time: those are cut from large chunks and kept
// by size when freed. Larger blocks are the system's. The address sanitizer must see every block come and go, so under it all
// are.
#define _GNU_SOURCE
#include "internal.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVERY_BLOCK_IS_THE_SYSTEMS
#endif
#endif

#ifdef EVERY_BLOCK_IS_THE_SYSTEMS

void *lm_block_allocate(int64_t bytes) { return malloc((size_t)bytes); }
void lm_block_free(void *block, int64_t bytes) { (void)bytes; free(block); }
void *lm_block_grow(void *block, int64_t old_bytes, int64_t new_bytes) {
  (void)old_bytes;
  return realloc(block, (size_t)new_bytes);
}

#else

enum { step = 16, classes = 16, first_chunk = 1 << 16, large_chunk = 1 << 21 };

typedef struct free_block {
  struct free_block *next;
} free_block;

static free_block *kept[classes];
static char *chunk, *chunk_end;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static int64_t class_of(int64_t bytes) { return (bytes - 1) / step; }

static void enter(void) {
  if (lm_is_shared)
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) {}
}
static void leave(void) {
  if (lm_is_shared) atomic_flag_clear_explicit(&lock, memory_order_release);
}

// A new chunk; what is left of the old one is lost, at most one small block. Large chunks want huge pages: fewer faults.
__attribute__((noinline)) static bool next_chunk(void) {
  size_t size = chunk ? large_chunk : first_chunk;
  void *block = mmap(NULL, size * (chunk ? 2 : 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return false;
  if (chunk) {
    char *aligned = (char *)(((uintptr_t)block + large_chunk - 1) & ~((uintptr_t)large_chunk - 1));
    size_t before = (size_t)(aligned - (char *)block), after = large_chunk - before;
    if (before) munmap(block, before);
    if (after) munmap(aligned + large_chunk, after);
    madvise(aligned, large_chunk, MADV_HUGEPAGE);
    block = aligned;
  }
  chunk = block;
  chunk_end = chunk + size;
  return true;
}

void *lm_block_allocate(int64_t bytes) {
  int64_t class = class_of(bytes);
  if (class >= classes) return malloc((size_t)bytes);
  enter();
  void *block = kept[class];
  if (block) {
    kept[class] = kept[class]->next;
  } else {
    int64_t size = (class + 1) * step;
    if (chunk_end - chunk >= size || next_chunk()) {
      block = chunk;
      chunk += size;
    }
  }
  leave();
  return block;
}

void lm_block_free(void *block, int64_t bytes) {
  int64_t class = class_of(bytes);
  if (class >= classes) {
    free(block);
    return;
  }
  enter();
  free_block *freed = block;
  freed->next = kept[class];
  kept[class] = freed;
  leave();
}

void *lm_block_grow(void *block, int64_t old_bytes, int64_t new_bytes) {
  int64_t old_class = class_of(old_bytes), new_class = class_of(new_bytes);
  if (old_class >= classes) return realloc(block, (size_t)new_bytes);
  if (old_class == new_class) return block;
  void *moved = lm_block_allocate(new_bytes);
  if (!moved) return NULL;
  memcpy(moved, block, (size_t)old_bytes);
  lm_block_free(block, old_bytes);
  return moved;
}

#endif
