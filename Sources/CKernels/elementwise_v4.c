// The elementwise kernels for x86-64-v4. The tuning is for 512-bit vectors; without it the compiler takes 256.
#include "reduce.h"

#if defined(__x86_64__)
#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,tune=znver4"))), apply_to = function)

#define CK_TABLE ck_table_v4
#define CK_REDUCERS ck_block_reducers_v4
#include "elementwise.h"
#include "reduce_block.h"

#pragma clang attribute pop
#endif
