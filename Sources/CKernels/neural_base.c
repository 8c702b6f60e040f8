// The neural kernels for any processor.
#include "neural.h"

#pragma clang diagnostic ignored "-Wpass-failed"

#define NEURAL_TABLE ck_neural_base
#define VECTOR_BYTES 16
#define TILE_VECTORS 2
#define TILE_ROWS 6
#include "neural_kernels.h"
