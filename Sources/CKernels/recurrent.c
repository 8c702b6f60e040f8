// Steps of recurrent cells and the activations that are no elementwise operation, spread over threads.
#include "neural.h"

typedef struct {
  const ck_neural *kernels;
  const void *a, *b, *c, *d;
  void *x, *y, *z;
  int64_t hidden;
} cell_job;

#define OF(F, pointer, factor) ((F *)(pointer) + row * (factor) * hidden)

#define CELLS(F, T)                                                                               \
  static void lstm_##T(void *context, ck_int low, ck_int high) {                                  \
    const cell_job *job = context;                                                                \
    int64_t hidden = job->hidden;                                                                 \
    for (int64_t row = low; row < high; row++) {                                                  \
      job->kernels->T.lstm(                                                                       \
        OF(F, job->x, 4), OF(const F, job->a, 1), hidden, OF(F, job->y, 1), OF(F, job->z, 1));    \
    }                                                                                             \
  }                                                                                               \
  static void lstm_back_##T(void *context, ck_int low, ck_int high) {                             \
    const cell_job *job = context;                                                                \
    int64_t hidden = job->hidden;                                                                 \
    for (int64_t row = low; row < high; row++) {                                                  \
      job->kernels->T.lstm_back(                                                                  \
        OF(const F, job->a, 4), OF(const F, job->b, 1), OF(const F, job->c, 1),                   \
        OF(const F, job->d, 1), OF(F, job->x, 1), hidden, OF(F, job->y, 4));                      \
    }                                                                                             \
  }                                                                                               \
  static void gru_##T(void *context, ck_int low, ck_int high) {                                   \
    const cell_job *job = context;                                                                \
    int64_t hidden = job->hidden;                                                                 \
    for (int64_t row = low; row < high; row++) {                                                  \
      job->kernels->T.gru(                                                                        \
        OF(const F, job->a, 3), OF(const F, job->b, 3), OF(const F, job->c, 1), hidden,           \
        OF(F, job->x, 3), OF(F, job->y, 1));                                                      \
    }                                                                                             \
  }                                                                                               \
  static void gru_back_##T(void *context, ck_int low, ck_int high) {                              \
    const cell_job *job = context;                                                                \
    int64_t hidden = job->hidden;                                                                 \
    for (int64_t row = low; row < high; row++) {                                                  \
      job->kernels->T.gru_back(                                                                   \
        OF(const F, job->a, 3), OF(const F, job->b, 3), OF(const F, job->c, 1),                   \
        OF(const F, job->d, 1), hidden, OF(F, job->x, 3), OF(F, job->y, 3), OF(F, job->z, 1));    \
    }                                                                                             \
  }                                                                                               \
  static void gelu_##T(void *context, ck_int low, ck_int high) {                                  \
    const cell_job *job = context;                                                                \
    job->kernels->T.gelu((const F *)job->a + low, high - low, (F *)job->x + low);                 \
  }                                                                                               \
  static void gelu_back_##T(void *context, ck_int low, ck_int high) {                             \
    const cell_job *job = context;                                                                \
    job->kernels->T.gelu_back(                                                                    \
      (const F *)job->a + low, (const F *)job->b + low, high - low, (F *)job->x + low);           \
  }

CELLS(float, f32)
CELLS(double, f64)

static ck_status cells(cell_job *job, int64_t batch, ck_range_function body) {
  ck_parallel_for(batch, 4096 / (job->hidden + 1) + 1, body, job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_lstm_step(
  int32_t dtype, void *gates, const void *cell, ck_int batch, ck_int hidden, void *next,
  void *hidden_state) {
  cell_job job = {
    .kernels = ck_best_neural(), .a = cell, .x = gates, .y = next, .z = hidden_state,
    .hidden = hidden};
  return cells(&job, batch, dtype == CK_F32 ? lstm_f32 : lstm_f64);
}

ck_status ck_lstm_step_backward(
  int32_t dtype, const void *gates, const void *cell, const void *next, const void *ghidden,
  void *gcell, ck_int batch, ck_int hidden, void *gsums) {
  cell_job job = {
    .kernels = ck_best_neural(), .a = gates, .b = cell, .c = next, .d = ghidden, .x = gcell,
    .y = gsums, .hidden = hidden};
  return cells(&job, batch, dtype == CK_F32 ? lstm_back_f32 : lstm_back_f64);
}

ck_status ck_gru_step(
  int32_t dtype, const void *input, const void *recurrent, const void *state, ck_int batch,
  ck_int hidden, void *gates, void *next) {
  cell_job job = {
    .kernels = ck_best_neural(), .a = input, .b = recurrent, .c = state, .x = gates, .y = next,
    .hidden = hidden};
  return cells(&job, batch, dtype == CK_F32 ? gru_f32 : gru_f64);
}

ck_status ck_gru_step_backward(
  int32_t dtype, const void *gates, const void *recurrent, const void *state, const void *gnext,
  ck_int batch, ck_int hidden, void *ginput, void *grecurrent, void *gstate) {
  cell_job job = {
    .kernels = ck_best_neural(), .a = gates, .b = recurrent, .c = state, .d = gnext, .x = ginput,
    .y = grecurrent, .z = gstate, .hidden = hidden};
  return cells(&job, batch, dtype == CK_F32 ? gru_back_f32 : gru_back_f64);
}

ck_status ck_gelu(int32_t dtype, const void *x, ck_int count, void *out) {
  cell_job job = {.kernels = ck_best_neural(), .a = x, .x = out};
  ck_parallel_for(count, 16384, dtype == CK_F32 ? gelu_f32 : gelu_f64, &job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_gelu_backward(int32_t dtype, const void *x, const void *g, ck_int count, void *out) {
  cell_job job = {.kernels = ck_best_neural(), .a = x, .b = g, .x = out};
  ck_parallel_for(count, 16384, dtype == CK_F32 ? gelu_back_f32 : gelu_back_f64, &job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}
