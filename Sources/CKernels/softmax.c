// Softmax and cross-entropy over rows, spread over threads.
#include "neural.h"

#include <stdatomic.h>

typedef struct {
  const ck_neural *kernels;
  int32_t dtype;
  ck_softmax_kind kind;
  const void *x, *y, *g;
  void *out, *totals;
  const int64_t *labels;
  int64_t length, inner, classes, ignored;
  double smoothing;
  bool one_for_all;
  _Atomic int64_t bad;
} rows_job;

enum { PART = 16384, COLUMNS = 64 };

static int64_t rows_of_part(int64_t length) { return length >= PART ? 1 : PART / (length + 1) + 1; }

#define AT(F, pointer, offset) ((F *)(pointer) + (offset))
#define CONST_AT(F, pointer, offset) ((const F *)(pointer) + (offset))

#define SOFTMAX(F, T)                                                                             \
  static void softmax_##T(void *context, ck_int low, ck_int high) {                               \
    const rows_job *job = context;                                                                \
    int64_t n = job->length;                                                                      \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      (job->kind == CK_SOFTMAX ? job->kernels->T.softmax_row : job->kernels->T.log_softmax_row)(  \
        AT(F, job->out, row * n), CONST_AT(F, job->x, row * n), n);                               \
    }                                                                                             \
  }                                                                                               \
  static void softmax_back_##T(void *context, ck_int low, ck_int high) {                          \
    const rows_job *job = context;                                                                \
    int64_t n = job->length;                                                                      \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      (job->kind == CK_SOFTMAX ? job->kernels->T.softmax_back_row                                 \
                               : job->kernels->T.log_softmax_back_row)(                           \
        AT(F, job->out, row * n), CONST_AT(F, job->y, row * n), CONST_AT(F, job->g, row * n), n); \
    }                                                                                             \
  }                                                                                               \
  /* Parts are blocks of columns: of each of the outer ones, one after the other. */              \
  static void columns_##T(void *context, ck_int low, ck_int high) {                               \
    const rows_job *job = context;                                                                \
    int64_t blocks = (job->inner + COLUMNS - 1) / COLUMNS;                                        \
    for (int64_t block = low; block < high && !ck_interrupted(); block++) {                       \
      int64_t first = block % blocks * COLUMNS, width = job->inner - first;                       \
      int64_t place = block / blocks * job->length * job->inner + first;                          \
      if (width > COLUMNS) width = COLUMNS;                                                       \
      bool logarithm = job->kind == CK_LOG_SOFTMAX;                                               \
      if (job->g) {                                                                               \
        job->kernels->T.softmax_back_columns(                                                     \
          logarithm, AT(F, job->out, place), CONST_AT(F, job->y, place),                          \
          CONST_AT(F, job->g, place), job->length, job->inner, width);                            \
      } else {                                                                                    \
        job->kernels->T.softmax_columns(                                                          \
          logarithm, AT(F, job->out, place), CONST_AT(F, job->x, place), job->length, job->inner, \
          width);                                                                                 \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void logsumexp_##T(void *context, ck_int low, ck_int high) {                             \
    const rows_job *job = context;                                                                \
    int64_t n = job->length;                                                                      \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      *AT(F, job->out, row) = job->kernels->T.logsumexp_row(CONST_AT(F, job->x, row * n), n);     \
    }                                                                                             \
  }                                                                                               \
  static void cross_entropy_##T(void *context, ck_int low, ck_int high) {                         \
    rows_job *job = context;                                                                      \
    int64_t n = job->classes;                                                                     \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      const F *x = CONST_AT(F, job->x, row * n);                                                  \
      int64_t label = job->labels[row];                                                           \
      F *loss = AT(F, job->out, row), *total = AT(F, job->totals, row);                           \
      *loss = 0;                                                                                  \
      *total = 0;                                                                                 \
      if (label == job->ignored) continue;                                                        \
      if (label < 0 || label >= n) {                                                              \
        int64_t known = atomic_load(&job->bad);                                                   \
        while ((known < 0 || row < known)                                                         \
               && !atomic_compare_exchange_weak(&job->bad, &known, row)) {}                       \
        continue;                                                                                 \
      }                                                                                           \
      double lse = (double)(*total = job->kernels->T.logsumexp_row(x, n));                        \
      double of_label = lse - (double)x[label];                                                   \
      if (job->smoothing != 0) {                                                                  \
        double of_all = lse - job->kernels->T.sum(x, n) / (double)n;                              \
        of_label = (1 - job->smoothing) * of_label + job->smoothing * of_all;                     \
      }                                                                                           \
      *loss = (F)of_label;                                                                        \
    }                                                                                             \
  }                                                                                               \
  static void cross_entropy_back_##T(void *context, ck_int low, ck_int high) {                    \
    const rows_job *job = context;                                                                \
    int64_t n = job->classes;                                                                     \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      int64_t label = job->labels[row];                                                           \
      F *out = AT(F, job->out, row * n);                                                          \
      F g = *CONST_AT(F, job->g, job->one_for_all ? 0 : row);                                     \
      if (label == job->ignored || label < 0 || label >= n) {                                     \
        memset(out, 0, (size_t)n * sizeof(F));                                                    \
        continue;                                                                                 \
      }                                                                                           \
      job->kernels->T.cross_entropy_back_row(                                                     \
        out, CONST_AT(F, job->x, row * n), *CONST_AT(F, job->totals, row),                        \
        (F)(job->smoothing / (double)n), g, n);                                                   \
      out[label] -= (F)(1 - job->smoothing) * g;                                                  \
    }                                                                                             \
  }

SOFTMAX(float, f32)
SOFTMAX(double, f64)

#define PICK(name) (dtype == CK_F32 ? name##_f32 : name##_f64)

static ck_status finished(void) { return ck_interrupted() ? CK_INTERRUPTED : CK_OK; }

ck_status ck_softmax(
  ck_softmax_kind kind, int32_t dtype, const void *x, ck_int outer, ck_int length, ck_int inner,
  void *out) {
  if (outer == 0 || length == 0 || inner == 0) return CK_OK;
  rows_job job = {
    .kernels = ck_best_neural(), .kind = kind, .x = x, .out = out, .length = length, .inner = inner};
  if (inner == 1) {
    ck_parallel_for(outer, rows_of_part(length), PICK(softmax), &job);
  } else {
    int64_t blocks = (inner + COLUMNS - 1) / COLUMNS;
    ck_parallel_for(outer * blocks, rows_of_part(length * COLUMNS), PICK(columns), &job);
  }
  return finished();
}

ck_status ck_softmax_backward(
  ck_softmax_kind kind, int32_t dtype, const void *y, const void *g, ck_int outer, ck_int length,
  ck_int inner, void *out) {
  if (outer == 0 || length == 0 || inner == 0) return CK_OK;
  rows_job job = {
    .kernels = ck_best_neural(), .kind = kind, .y = y, .g = g, .out = out, .length = length,
    .inner = inner};
  if (inner == 1) {
    ck_parallel_for(outer, rows_of_part(length), PICK(softmax_back), &job);
  } else {
    int64_t blocks = (inner + COLUMNS - 1) / COLUMNS;
    ck_parallel_for(outer * blocks, rows_of_part(length * COLUMNS), PICK(columns), &job);
  }
  return finished();
}

ck_status ck_logsumexp(int32_t dtype, const void *x, ck_int rows, ck_int length, void *out) {
  rows_job job = {.kernels = ck_best_neural(), .x = x, .out = out, .length = length};
  ck_parallel_for(rows, rows_of_part(length), PICK(logsumexp), &job);
  return finished();
}

ck_status ck_cross_entropy(
  int32_t dtype, const void *logits, const int64_t *labels, ck_int rows, ck_int classes,
  double smoothing, int64_t ignored, void *losses, void *totals, ck_int *bad) {
  rows_job job = {
    .kernels = ck_best_neural(), .x = logits, .labels = labels, .out = losses, .totals = totals,
    .classes = classes, .smoothing = smoothing, .ignored = ignored, .bad = -1};
  ck_parallel_for(rows, rows_of_part(classes), PICK(cross_entropy), &job);
  *bad = job.bad;
  return *bad >= 0 ? CK_OUT_OF_RANGE : finished();
}

ck_status ck_cross_entropy_backward(
  int32_t dtype, const void *logits, const void *totals, const int64_t *labels, const void *g,
  bool one_for_all, ck_int rows, ck_int classes, double smoothing, int64_t ignored, void *out) {
  rows_job job = {
    .kernels = ck_best_neural(), .x = logits, .labels = labels, .g = g, .out = out,
    .totals = (void *)totals, .classes = classes, .smoothing = smoothing, .ignored = ignored,
    .one_for_all = one_for_all};
  ck_parallel_for(rows, rows_of_part(classes), PICK(cross_entropy_back), &job);
  return finished();
}
