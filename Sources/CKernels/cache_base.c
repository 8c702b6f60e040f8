// Attention over a cache for any processor.
#include "cache_table.h"

#pragma clang diagnostic ignored "-Wpass-failed"

#define CACHE_TABLE ck_cache_base
#define VECTOR_BYTES 16
#include "cache_kernels.h"

#define CODE_TABLE ck_codes_base
#define CODES(name) name##_base
#include "codes_kernels.h"
