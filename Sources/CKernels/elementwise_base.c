// The elementwise kernels for any machine of this architecture.
#include "reduce.h"

#pragma clang diagnostic ignored "-Wpass-failed"

#define CK_TABLE ck_table_base
#define CK_REDUCERS ck_block_reducers_base
#include "elementwise.h"
#include "reduce_block.h"
