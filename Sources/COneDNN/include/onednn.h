#ifndef LAMELLA_ONEDNN_H
#define LAMELLA_ONEDNN_H
// Convolutions and narrow matrix products by oneDNN, loaded on first use.
//
// The library is Debian's, built for OpenMP. It is kept to the thread that calls it, and the work is cut into parts of
// the batch (or of the rows) that the kernels' own threads share: parts depend on the shape alone, so results are the same
// for any number of threads, and no thread of OpenMP ever spins.
#include <stdbool.h>
#include <stdint.h>

typedef enum {
  OD_OK = 0,
  // The library is not there, or has nothing for the shape: the caller computes by other means.
  OD_UNAVAILABLE = 1,
  OD_INTERRUPTED = 2,
  OD_NO_MEMORY = 3
} od_status;

// A convolution of images [batch, groups · in_channels, in[0], in[1]] with weights [groups · out_channels, in_channels,
// kernel[0], kernel[1]] to [batch, groups · out_channels, out[0], out[1]]; channels are counted for one group.
typedef struct {
  int64_t batch, groups, in_channels, out_channels;
  int64_t in[2], out[2], kernel[2], stride[2], dilation[2], padding[2];
} od_convolution;

// Whether the library is there.
bool od_available(void);
// y = x * w + bias, of f32; `bias` may be NULL.
od_status od_convolve(
  const od_convolution *shape, const float *x, const float *w, const float *bias, float *y);
// The cotangents of x and w given that of y; `gx` or `gw` may be NULL. Without `gw`, `x` is not read; without `gx`, `w`.
od_status od_convolve_back(
  const od_convolution *shape, const float *x, const float *w, const float *g, float *gx, float *gw);

// Element types of products.
typedef enum { OD_F32 = 0, OD_BF16 = 1, OD_S8 = 2, OD_S32 = 3 } od_type;

// c [m, n] = a [m, k] b [k, n]: bf16 operands to f32 or bf16, s8 operands to s32. Leading dimensions in elements; a
// transposed operand lies in memory as its transpose.
od_status od_multiply(
  od_type type, od_type result, int64_t m, int64_t n, int64_t k, const void *a, int64_t a_leading,
  bool a_transposed, const void *b, int64_t b_leading, bool b_transposed, void *c);
// c [m, n] = a [m, k] b [k, n] of f32, or with that added. Otherwise as `od_multiply`.
od_status od_multiply_floats(
  int64_t m, int64_t n, int64_t k, const float *a, int64_t a_leading, bool a_transposed,
  const float *b, int64_t b_leading, bool b_transposed, float *c, int64_t c_leading,
  bool accumulates);

#endif
