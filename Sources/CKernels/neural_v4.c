// The neural kernels for x86-64-v4. The tuning is for 512-bit vectors; without it the compiler takes 256.
#include "neural.h"

#if defined(__x86_64__)
#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4,tune=znver4"))), apply_to = function)

#define NEURAL_TABLE ck_neural_v4
#define VECTOR_BYTES 64
#define TILE_VECTORS 4
#define TILE_ROWS 6
#include "neural_kernels.h"

#pragma clang attribute pop
#endif
