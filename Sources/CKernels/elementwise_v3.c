// The elementwise kernels for x86-64-v3.
#include "reduce.h"

#if defined(__x86_64__)
#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)

#define CK_TABLE ck_table_v3
#define CK_REDUCERS ck_block_reducers_v3
#include "elementwise.h"
#include "reduce_block.h"

#pragma clang attribute pop
#endif
