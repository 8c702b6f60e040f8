// The neural kernels for x86-64-v3.
#include "neural.h"

#if defined(__x86_64__)
#pragma clang diagnostic ignored "-Wpass-failed"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)

#define NEURAL_TABLE ck_neural_v3
#define VECTOR_BYTES 32
#define TILE_VECTORS 2
#define TILE_ROWS 6
#include "neural_kernels.h"

#pragma clang attribute pop
#endif
