#ifndef LAMELLA_KERNELS_H
#define LAMELLA_KERNELS_H
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

// The buffer pool: blocks aligned to 64 bytes, kept by size class when freed, bounded.
// NULL when the memory limit would be passed or the system refuses.
void *ck_pool_allocate(int64_t byte_count);
void ck_pool_free(void *block, int64_t byte_count);

#endif
