// Layer, group, batch and root-mean-square normalisation: one driver, by the layout of what is normalised together.
#include "neural.h"

#include <stdatomic.h>

typedef struct {
  const ck_neural *kernels;
  const ck_norm_layout *layout;
  const void *x, *scale, *shift, *g;
  void *out;
  double epsilon, *means, *factors;
  // Of scales by element, sums of one part of the rows; of scales by run, two sums for each run of each row.
  void *gscale, *gshift;
  double *run_sums;
  int64_t grain;
} norm_job;

static int64_t elements(const ck_norm_layout *layout) { return layout->segments * layout->length; }

static int64_t rows_of_part(const ck_norm_layout *layout) {
  int64_t n = elements(layout);
  return n >= 16384 ? 1 : 16384 / (n + 1) + 1;
}

static int64_t scale_of(const ck_norm_layout *layout, int64_t row, int64_t segment) {
  return row % layout->cycle * layout->step + segment * layout->each;
}

#define NORM(F, T)                                                                                \
  static void norm_row_##T(const norm_job *job, int64_t row) {                                    \
    const ck_norm_layout *layout = job->layout;                                                   \
    const F *x = (const F *)job->x + row * layout->row_stride;                                    \
    F *out = (F *)job->out + row * layout->row_stride;                                            \
    int64_t n = layout->length, step = layout->segment_stride;                                    \
    double count = (double)elements(layout), mean = 0, squares = 0;                               \
    if (layout->centred) {                                                                        \
      for (int64_t s = 0; s < layout->segments; s++) mean += job->kernels->T.sum(x + s * step, n); \
      mean /= count;                                                                              \
    }                                                                                             \
    for (int64_t s = 0; s < layout->segments; s++) {                                              \
      squares += job->kernels->T.squares_about(x + s * step, (F)mean, n);                         \
    }                                                                                             \
    double factor = 1 / sqrt(squares / count + job->epsilon);                                     \
    if (job->means) job->means[row] = mean;                                                       \
    if (job->factors) job->factors[row] = factor;                                                 \
    const F *scale = job->scale, *shift = job->shift;                                             \
    if (layout->by_element) {                                                                     \
      job->kernels->T.norm_elements(out, x, (F)mean, (F)factor, scale, shift, n);                 \
      return;                                                                                     \
    }                                                                                             \
    for (int64_t s = 0; s < layout->segments; s++) {                                              \
      int64_t place = scale_of(layout, row, s);                                                   \
      double by = scale ? factor * (double)scale[place] : factor;                                 \
      double offset = (shift ? (double)shift[place] : 0) - mean * by;                             \
      job->kernels->T.norm_run(out + s * step, x + s * step, (F)by, (F)offset, n);                \
    }                                                                                             \
  }                                                                                               \
  static void norm_##T(void *context, ck_int low, ck_int high) {                                  \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) norm_row_##T(context, row);   \
  }                                                                                               \
  static void norm_back_row_##T(                                                                  \
    const norm_job *job, int64_t row, F *gscale, F *gshift, double *run_sums) {                   \
    const ck_norm_layout *layout = job->layout;                                                   \
    const F *x = (const F *)job->x + row * layout->row_stride, *scale = job->scale;               \
    const F *g = (const F *)job->g + row * layout->row_stride;                                    \
    F *out = (F *)job->out + row * layout->row_stride;                                            \
    int64_t n = layout->length, step = layout->segment_stride;                                    \
    double count = (double)elements(layout), mean = job->means[row];                              \
    double factor = job->factors[row], sum = 0, product = 0;                                      \
    if (layout->by_element) {                                                                     \
      job->kernels->T.scaled_sums_about(                                                          \
        g, x, scale, (F)mean, (F)factor, n, gscale, gshift, &sum, &product);                      \
    } else {                                                                                      \
      for (int64_t s = 0; s < layout->segments; s++) {                                            \
        double *sums = run_sums + 2 * s;                                                          \
        job->kernels->T.sums_about(g + s * step, x + s * step, (F)mean, n, &sums[0], &sums[1]);   \
        double by = scale ? (double)scale[scale_of(layout, row, s)] : 1;                          \
        sum += by * sums[0];                                                                      \
        product += by * sums[1];                                                                  \
        sums[1] *= factor;                                                                        \
      }                                                                                           \
    }                                                                                             \
    /* gx = factor (g scale - mean(g scale) - (x - mean) factor² mean(g scale (x - mean))) */     \
    double slope = -factor * factor * factor * product / count;                                   \
    double offset = -slope * mean - (layout->centred ? factor * sum / count : 0);                 \
    if (layout->by_element) {                                                                     \
      job->kernels->T.norm_back(out, g, scale, x, (F)factor, (F)slope, (F)offset, n);             \
      return;                                                                                     \
    }                                                                                             \
    for (int64_t s = 0; s < layout->segments; s++) {                                              \
      double by = factor * (scale ? (double)scale[scale_of(layout, row, s)] : 1);                 \
      job->kernels->T.norm_back(                                                                  \
        out + s * step, g + s * step, NULL, x + s * step, (F)by, (F)slope, (F)offset, n);         \
    }                                                                                             \
  }                                                                                               \
  static void norm_back_##T(void *context, ck_int low, ck_int high) {                             \
    const norm_job *job = context;                                                                \
    int64_t scales = job->layout->scales, part = low / job->grain;                                \
    F *gscale = job->gscale ? (F *)job->gscale + part * scales : NULL;                            \
    F *gshift = job->gshift ? (F *)job->gshift + part * scales : NULL;                            \
    for (int64_t row = low; row < high && !ck_interrupted(); row++) {                             \
      double *run_sums = job->run_sums ? job->run_sums + 2 * row * job->layout->segments : NULL;  \
      norm_back_row_##T(job, row, gscale, gshift, run_sums);                                      \
    }                                                                                             \
  }                                                                                               \
  /* Sums of parts or runs, in their order. */                                                    \
  static void gather_parts_##T(const norm_job *job, int64_t parts, F *gscale, F *gshift) {        \
    int64_t scales = job->layout->scales;                                                         \
    for (int64_t part = 0; part < parts; part++) {                                                \
      for (int64_t i = 0; gscale && i < scales; i++) {                                            \
        gscale[i] += ((F *)job->gscale)[part * scales + i];                                       \
      }                                                                                           \
      for (int64_t i = 0; gshift && i < scales; i++) {                                            \
        gshift[i] += ((F *)job->gshift)[part * scales + i];                                       \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static ck_status gather_runs_##T(const norm_job *job, F *gscale, F *gshift) {                   \
    const ck_norm_layout *layout = job->layout;                                                   \
    int64_t bytes = 2 * layout->scales * (int64_t)sizeof(double);                                 \
    double *sums = ck_pool_allocate(bytes);                                                       \
    if (!sums) return CK_NO_MEMORY;                                                               \
    memset(sums, 0, (size_t)bytes);                                                               \
    for (int64_t row = 0; row < layout->rows; row++) {                                            \
      for (int64_t s = 0; s < layout->segments; s++) {                                            \
        const double *from = job->run_sums + 2 * (row * layout->segments + s);                    \
        double *to = sums + 2 * scale_of(layout, row, s);                                         \
        to[0] += from[0];                                                                         \
        to[1] += from[1];                                                                         \
      }                                                                                           \
    }                                                                                             \
    for (int64_t i = 0; i < layout->scales; i++) {                                                \
      if (gshift) gshift[i] = (F)sums[2 * i];                                                     \
      if (gscale) gscale[i] = (F)sums[2 * i + 1];                                                 \
    }                                                                                             \
    ck_pool_free(sums, bytes);                                                                    \
    return CK_OK;                                                                                 \
  }

NORM(float, f32)
NORM(double, f64)

static ck_status finished(void) { return ck_interrupted() ? CK_INTERRUPTED : CK_OK; }

ck_status ck_norm(
  int32_t dtype, const ck_norm_layout *layout, const void *x, const void *scale, const void *shift,
  double epsilon, void *out, double *means, double *factors) {
  norm_job job = {
    .kernels = ck_best_neural(), .layout = layout, .x = x, .scale = scale, .shift = shift,
    .out = out, .epsilon = epsilon, .means = means, .factors = factors};
  ck_parallel_for(layout->rows, rows_of_part(layout), dtype == CK_F32 ? norm_f32 : norm_f64, &job);
  return finished();
}

// Scales by element: each part of the rows sums into its own, at most 64 of them.
static ck_status back_by_element(
  int32_t dtype, norm_job *job, void *gscale, void *gshift) {
  const ck_norm_layout *layout = job->layout;
  int64_t size = dtype == CK_F32 ? 4 : 8, rows = layout->rows;
  job->grain = rows_of_part(layout);
  if (job->grain < (rows + 63) / 64) job->grain = (rows + 63) / 64;
  int64_t parts = rows == 0 ? 0 : (rows + job->grain - 1) / job->grain;
  int64_t bytes = parts * layout->scales * size, wanted = (gscale != NULL) + (gshift != NULL);
  char *sums = NULL;
  if (wanted > 0) {
    sums = ck_pool_allocate(2 * bytes);
    if (!sums) return CK_NO_MEMORY;
    memset(sums, 0, (size_t)(2 * bytes));
    memset(gscale ? gscale : gshift, 0, (size_t)(layout->scales * size));
    if (gscale && gshift) memset(gshift, 0, (size_t)(layout->scales * size));
    job->gscale = gscale ? sums : NULL;
    job->gshift = gshift ? sums + bytes : NULL;
  }
  ck_parallel_for(rows, job->grain, dtype == CK_F32 ? norm_back_f32 : norm_back_f64, job);
  if (dtype == CK_F32) {
    gather_parts_f32(job, wanted ? parts : 0, gscale, gshift);
  } else {
    gather_parts_f64(job, wanted ? parts : 0, gscale, gshift);
  }
  if (sums) ck_pool_free(sums, 2 * bytes);
  return finished();
}

ck_status ck_norm_backward(
  int32_t dtype, const ck_norm_layout *layout, const void *x, const void *scale, const void *g,
  const double *means, const double *factors, void *gx, void *gscale, void *gshift) {
  norm_job job = {
    .kernels = ck_best_neural(), .layout = layout, .x = x, .scale = scale, .g = g, .out = gx,
    .means = (double *)means, .factors = (double *)factors, .grain = 1};
  if (layout->by_element) return back_by_element(dtype, &job, gscale, gshift);
  int64_t bytes = 2 * layout->rows * layout->segments * (int64_t)sizeof(double);
  job.run_sums = ck_pool_allocate(bytes);
  if (!job.run_sums) return CK_NO_MEMORY;
  job.grain = rows_of_part(layout);
  ck_parallel_for(
    layout->rows, job.grain, dtype == CK_F32 ? norm_back_f32 : norm_back_f64, &job);
  ck_status status = CK_OK;
  if (gscale || gshift) {
    status = dtype == CK_F32 ? gather_runs_f32(&job, gscale, gshift)
                             : gather_runs_f64(&job, gscale, gshift);
  }
  ck_pool_free(job.run_sums, bytes);
  return status == CK_OK ? finished() : status;
}
