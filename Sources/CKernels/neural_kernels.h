// The vectorised parts of the neural kernels: a template, compiled once for each instruction set (neural_*.c), which define
// NEURAL_TABLE and the sizes of neural_product.h.
#include "functions_types.h"

// The error function's complement: erfc(z) = t P(t) exp(-z²) with t = 1 / (1 + z / 2); P is a Chebyshev fit of relative
// error 6e-9 for z ≤ 10.
static inline float normal_tail_f32(float x) {
  float z = x * 0.70710678f;
  z = z > 10 ? 10 : z;
  float t = 1 / (1 + 0.5f * z);
  float p =
    0.282087374f
    + t * (0.282283208f
    + t * (0.244828028f
    + t * (0.18783574f
    + t * (0.0459849899f
    + t * (0.0584197042f
    + t * (-0.0614391187f
    + t * (-0.245094427f
    + t * (0.349765884f + t * (-0.178156419f + t * 0.0334850395f)))))))));
  return 0.5f * t * p * fast_exp_f32(-0.5f * x * x);
}

static inline double normal_tail_f64(double x) { return 0.5 * fast_erfc_f64(x * 0.7071067811865476); }

// The largest of n ≥ 0 elements.
#define LARGEST(F, name)                                                                          \
  static F name(const F *x, int64_t n) {                                                          \
    F lanes[64], largest = -(F)INFINITY;                                                          \
    for (int j = 0; j < 64; j++) lanes[j] = largest;                                              \
    int64_t i = 0;                                                                                \
    for (; i + 64 <= n; i += 64) {                                                                \
      for (int j = 0; j < 64; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];          \
    }                                                                                             \
    for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;                                 \
    for (int j = 0; j < 64; j++) largest = lanes[j] > largest ? lanes[j] : largest;               \
    return largest;                                                                               \
  }

LARGEST(float, largest_f32)
LARGEST(double, largest_f64)

#define F float
#define FN(name) name##_f32
#include "neural_product.h"
#include "neural_rows.h"
#include "neural_attention.h"
#include "neural_grouped.h"
#undef F
#undef FN

#define F double
#define FN(name) name##_f64
#include "neural_product.h"
#include "neural_rows.h"
#include "neural_attention.h"
#include "neural_few.h"
#include "neural_grouped.h"
#undef F
#undef FN

#define ENTRIES(T)                                                                                \
  {                                                                                               \
    .softmax_row = softmax_row_##T, .log_softmax_row = log_softmax_row_##T,                       \
    .logsumexp_row = logsumexp_row_##T, .softmax_columns = softmax_columns_##T,                   \
    .softmax_back_row = softmax_back_row_##T, .log_softmax_back_row = log_softmax_back_row_##T,   \
    .softmax_back_columns = softmax_back_columns_##T,                                             \
    .cross_entropy_back_row = cross_entropy_back_row_##T, .sum = sum_##T,                         \
    .squares_about = squares_about_##T, .sums_about = sums_about_##T,                             \
    .scaled_sums_about = scaled_sums_about_##T, .norm_elements = norm_elements_##T,               \
    .norm_run = norm_run_##T, .norm_back = norm_back_##T, .lstm = lstm_##T,                       \
    .lstm_back = lstm_back_##T, .gru = gru_##T, .gru_back = gru_back_##T, .gelu = gelu_##T,       \
    .gelu_back = gelu_back_##T, .rope = rope_##T, .rope_angles = rope_angles_##T,                 \
    .attend = attend_##T, .attend_back = attend_back_##T,           \
    .max_rows = max_rows_##T, .max_pair_back = max_pair_back_##T, .grouped = grouped_##T,         \
    .grouped_turn = grouped_turn_##T, .grouped_back_rows = grouped_back_rows_##T,                 \
    .grouped_back_matrices = grouped_back_matrices_##T, .lanes = lanes_##T,                       \
    .tile_width = tile_width_##T,                                                                 \
  }

const ck_neural NEURAL_TABLE = {
  .f32 = ENTRIES(f32), .f64 = ENTRIES(f64), .attend_few = attend_few_f64};
