// Attention over a cache for x86-64-v3.
#include "cache_table.h"

#if defined(__x86_64__)
#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)

#define CACHE_TABLE ck_cache_v3
#define VECTOR_BYTES 32
#include "cache_kernels.h"

#define CODE_TABLE ck_codes_v3
#define CODES(name) name##_v3
#include "codes_kernels.h"

#pragma clang attribute pop
#endif
