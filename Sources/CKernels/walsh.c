// The fast Walsh-Hadamard transform of rows.
#include "include/coding.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { PART_ELEMENTS = 1 << 14 };

typedef struct {
  const void *x;
  void *out;
  ck_int width;
  atomic_bool stopped;
} job;

// Sums and differences over distances 1, 2 and 4 within each eight, then over 8, 16, …: as many rounds as the width has bits.
#define TRANSFORM(F)                                                                              \
  static void short_rounds_##F(F *restrict v, ck_int width) {                                     \
    if (width < 8) {                                                                              \
      for (ck_int half = 1; half < width; half *= 2) {                                            \
        for (ck_int i = 0; i < width; i++) {                                                      \
          if (i & half) continue;                                                                 \
          F a = v[i], b = v[i + half];                                                            \
          v[i] = a + b;                                                                           \
          v[i + half] = a - b;                                                                    \
        }                                                                                         \
      }                                                                                           \
      return;                                                                                     \
    }                                                                                             \
    for (ck_int i = 0; i < width; i += 8) {                                                       \
      F *w = v + i;                                                                               \
      F a0 = w[0] + w[1], a1 = w[0] - w[1], a2 = w[2] + w[3], a3 = w[2] - w[3];                   \
      F a4 = w[4] + w[5], a5 = w[4] - w[5], a6 = w[6] + w[7], a7 = w[6] - w[7];                   \
      F b0 = a0 + a2, b1 = a1 + a3, b2 = a0 - a2, b3 = a1 - a3;                                   \
      F b4 = a4 + a6, b5 = a5 + a7, b6 = a4 - a6, b7 = a5 - a7;                                   \
      w[0] = b0 + b4, w[1] = b1 + b5, w[2] = b2 + b6, w[3] = b3 + b7;                             \
      w[4] = b0 - b4, w[5] = b1 - b5, w[6] = b2 - b6, w[7] = b3 - b7;                             \
    }                                                                                             \
  }                                                                                               \
  static void long_rounds_##F(F *restrict v, ck_int width) {                                      \
    for (ck_int half = 8; half < width; half *= 2) {                                              \
      for (ck_int i = 0; i < width; i += 2 * half) {                                              \
        F *restrict low = v + i, *restrict high = v + i + half;                                   \
        for (ck_int j = 0; j < half; j++) {                                                       \
          F a = low[j], b = high[j];                                                              \
          low[j] = a + b;                                                                         \
          high[j] = a - b;                                                                        \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void hadamard_##F(void *context, ck_int low, ck_int high) {                              \
    job *work = context;                                                                          \
    F scale = (F)(1 / sqrt((double)work->width));                                                 \
    for (ck_int row = low; row < high; row++) {                                                   \
      if (ck_interrupted()) {                                                                     \
        atomic_store_explicit(&work->stopped, true, memory_order_relaxed);                        \
        return;                                                                                   \
      }                                                                                           \
      F *v = (F *)work->out + row * work->width;                                                  \
      memcpy(v, (const F *)work->x + row * work->width, (size_t)work->width * sizeof(F));         \
      short_rounds_##F(v, work->width);                                                           \
      long_rounds_##F(v, work->width);                                                            \
      for (ck_int i = 0; i < work->width; i++) v[i] *= scale;                                     \
    }                                                                                             \
  }
TRANSFORM(float)
TRANSFORM(double)

ck_status ck_walsh_rows(int32_t dtype, const void *x, ck_int rows, ck_int width, void *out) {
  if (width == 0) return CK_OK;
  job work = { .x = x, .out = out, .width = width };
  ck_int grain = width < PART_ELEMENTS ? PART_ELEMENTS / width : 1;
  if (rows > 0) {
    ck_parallel_for(rows, grain, dtype == CK_F32 ? hadamard_float : hadamard_double, &work);
  }
  return atomic_load(&work.stopped) ? CK_INTERRUPTED : CK_OK;
}
