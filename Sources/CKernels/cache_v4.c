// Attention over a cache for x86-64-v4, with 512-bit vectors; codes also for processors that count the bits of a vector.
#include "cache_table.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4,tune=znver4"))), apply_to = function)

#define CACHE_TABLE ck_cache_v4
#define VECTOR_BYTES 64
#include "cache_kernels.h"

#define CODE_TABLE ck_codes_v4
#define CODES(name) name##_v4
#include "codes_kernels.h"
#undef CODE_TABLE
#undef CODES

#pragma clang attribute pop
#pragma clang attribute push( \
  __attribute__((target("arch=x86-64-v4,tune=znver4,avx512vpopcntdq"))), apply_to = function)

#define CODE_TABLE ck_codes_popcnt
#define CODES(name) name##_popcnt
#include "codes_kernels.h"

#pragma clang attribute pop
#endif
