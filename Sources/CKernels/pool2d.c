// Pooling of planes: every plane is one part of the work or more are.
#include "neural.h"

typedef struct {
  const ck_neural *kernels;
  const ck_pool_layout *layout;
  const void *x, *from;
  void *out;
} pool_job;

// The rows (or columns) of the kernel that fall inside for an output place: low ≤ k < high.
typedef struct {
  int64_t start, low, high;
} window;

static window window_of(const ck_pool_layout *layout, int axis, int64_t place, int64_t size) {
  int64_t start = place * layout->stride[axis] - layout->padding[axis];
  int64_t dilation = layout->dilation[axis], kernel = layout->kernel[axis];
  int64_t low = start < 0 ? -start : 0, high = size - start <= 0 ? 0 : size - start;
  if (dilation != 1) {
    low = (low + dilation - 1) / dilation;
    high = (high + dilation - 1) / dilation;
  }
  if (high > kernel) high = kernel;
  if (low > high) low = high;
  return (window){start, low, high};
}

// How many elements an average divides by: with padding counted, what lies on the padded plane.
static int64_t divisor(const ck_pool_layout *layout, window rows, window columns) {
  if (!layout->counts_padding) return (rows.high - rows.low) * (columns.high - columns.low);
  int64_t height = layout->height + layout->padding[0] - rows.start;
  int64_t width = layout->width + layout->padding[1] - columns.start;
  if (height > layout->kernel[0]) height = layout->kernel[0];
  if (width > layout->kernel[1]) width = layout->kernel[1];
  return height * width;
}

// Whether the windows are whole, two by two, and touch each other.
static bool lies_side_by_side(const ck_pool_layout *layout) {
  bool result = 2 * layout->out_height <= layout->height && 2 * layout->out_width <= layout->width;
  for (int axis = 0; axis < 2; axis++) {
    result = result && layout->kernel[axis] == 2 && layout->stride[axis] == 2
             && layout->dilation[axis] == 1 && layout->padding[axis] == 0;
  }
  return result;
}

#define POOL(F, T)                                                                                \
  /* Where the largest element of a window is; -1 for a window outside. */                        \
  static int64_t largest_##T(                                                                     \
    const ck_pool_layout *layout, const F *x, window rows, window columns) {                      \
    int64_t found = -1;                                                                           \
    F largest = 0;                                                                                \
    for (int64_t i = rows.low; i < rows.high; i++) {                                              \
      int64_t row = (rows.start + i * layout->dilation[0]) * layout->width + columns.start;       \
      for (int64_t j = columns.low; j < columns.high; j++) {                                      \
        int64_t place = row + j * layout->dilation[1];                                            \
        if (found < 0 || x[place] > largest || x[place] != x[place]) {                            \
          found = place;                                                                          \
          largest = x[place];                                                                     \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
    return found;                                                                                 \
  }                                                                                               \
  /* Maxima of one row of windows that are not dilated: first down the columns, all at once. */   \
  static void max_row_##T(                                                                        \
    const pool_job *job, const F *x, window rows, F *row, F *out) {                               \
    const ck_pool_layout *layout = job->layout;                                                   \
    job->kernels->T.max_rows(                                                                     \
      row, x + (rows.start + rows.low) * layout->width, layout->width, rows.high - rows.low,      \
      layout->width);                                                                             \
    bool whole = layout->padding[1] == 0 && 2 * layout->out_width <= layout->width;               \
    if (whole && layout->kernel[1] == 2 && layout->stride[1] == 2) {                              \
      for (int64_t j = 0; j < layout->out_width; j++) {                                           \
        F a = row[2 * j], b = row[2 * j + 1];                                                     \
        out[j] = b > a || b != b ? b : a;                                                         \
      }                                                                                           \
      return;                                                                                     \
    }                                                                                             \
    for (int64_t j = 0; j < layout->out_width; j++) {                                             \
      window columns = window_of(layout, 1, j, layout->width);                                    \
      F largest = columns.low < columns.high ? row[columns.start + columns.low] : -(F)INFINITY;   \
      for (int64_t i = columns.low + 1; i < columns.high; i++) {                                  \
        F next = row[columns.start + i];                                                          \
        largest = next > largest || next != next ? next : largest;                                \
      }                                                                                           \
      out[j] = largest;                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void max_planes_##T(void *context, ck_int low, ck_int high) {                            \
    const pool_job *job = context;                                                                \
    const ck_pool_layout *layout = job->layout;                                                   \
    int64_t area = layout->height * layout->width;                                                \
    bool quick = job->x == job->from && layout->dilation[0] == 1 && layout->dilation[1] == 1      \
                 && layout->width <= 2048;                                                        \
    F row[2048];                                                                                  \
    for (int64_t plane = low; plane < high && !ck_interrupted(); plane++) {                       \
      const F *x = (const F *)job->x + plane * area, *from = (const F *)job->from + plane * area; \
      F *out = (F *)job->out + plane * layout->out_height * layout->out_width;                    \
      for (int64_t i = 0; i < layout->out_height; i++, out += layout->out_width) {                \
        window rows = window_of(layout, 0, i, layout->height);                                    \
        if (quick && rows.low < rows.high) {                                                      \
          max_row_##T(job, x, rows, row, out);                                                    \
          continue;                                                                               \
        }                                                                                         \
        for (int64_t j = 0; j < layout->out_width; j++) {                                         \
          int64_t place = largest_##T(layout, x, rows, window_of(layout, 1, j, layout->width));   \
          out[j] = place < 0 ? -(F)INFINITY : from[place];                                        \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void max_planes_back_##T(void *context, ck_int low, ck_int high) {                       \
    const pool_job *job = context;                                                                \
    const ck_pool_layout *layout = job->layout;                                                   \
    int64_t area = layout->height * layout->width;                                                \
    bool pairs = lies_side_by_side(layout);                                                       \
    for (int64_t plane = low; plane < high && !ck_interrupted(); plane++) {                       \
      const F *x = (const F *)job->x + plane * area;                                              \
      const F *g = (const F *)job->from + plane * layout->out_height * layout->out_width;         \
      F *gx = (F *)job->out + plane * area;                                                       \
      memset(gx, 0, (size_t)area * sizeof(F));                                                    \
      if (pairs) {                                                                                \
        for (int64_t i = 0; i < layout->out_height; i++, g += layout->out_width) {                \
          int64_t row = 2 * i * layout->width;                                                    \
          job->kernels->T.max_pair_back(                                                          \
            gx + row, x + row, g, layout->width, layout->out_width);                              \
        }                                                                                         \
        continue;                                                                                 \
      }                                                                                           \
      for (int64_t i = 0; i < layout->out_height; i++) {                                          \
        window rows = window_of(layout, 0, i, layout->height);                                    \
        for (int64_t j = 0; j < layout->out_width; j++, g++) {                                    \
          int64_t place = largest_##T(layout, x, rows, window_of(layout, 1, j, layout->width));   \
          if (place >= 0) gx[place] += *g;                                                        \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void avg_planes_##T(void *context, ck_int low, ck_int high) {                            \
    const pool_job *job = context;                                                                \
    const ck_pool_layout *layout = job->layout;                                                   \
    for (int64_t plane = low; plane < high && !ck_interrupted(); plane++) {                       \
      const F *x = (const F *)job->x + plane * layout->height * layout->width;                    \
      F *out = (F *)job->out + plane * layout->out_height * layout->out_width;                    \
      for (int64_t i = 0; i < layout->out_height; i++) {                                          \
        window rows = window_of(layout, 0, i, layout->height);                                    \
        for (int64_t j = 0; j < layout->out_width; j++, out++) {                                  \
          window columns = window_of(layout, 1, j, layout->width);                                \
          double sum = 0;                                                                         \
          for (int64_t k = rows.low; k < rows.high; k++) {                                        \
            const F *row = x + (rows.start + k) * layout->width + columns.start;                  \
            for (int64_t l = columns.low; l < columns.high; l++) sum += (double)row[l];           \
          }                                                                                       \
          int64_t count = divisor(layout, rows, columns);                                         \
          *out = (F)(count > 0 ? sum / (double)count : 0);                                        \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }                                                                                               \
  static void avg_planes_back_##T(void *context, ck_int low, ck_int high) {                       \
    const pool_job *job = context;                                                                \
    const ck_pool_layout *layout = job->layout;                                                   \
    int64_t area = layout->height * layout->width;                                                \
    for (int64_t plane = low; plane < high && !ck_interrupted(); plane++) {                       \
      const F *g = (const F *)job->from + plane * layout->out_height * layout->out_width;         \
      F *gx = (F *)job->out + plane * area;                                                       \
      memset(gx, 0, (size_t)area * sizeof(F));                                                    \
      for (int64_t i = 0; i < layout->out_height; i++) {                                          \
        window rows = window_of(layout, 0, i, layout->height);                                    \
        for (int64_t j = 0; j < layout->out_width; j++, g++) {                                    \
          window columns = window_of(layout, 1, j, layout->width);                                \
          int64_t count = divisor(layout, rows, columns);                                         \
          F part = count > 0 ? *g / (F)count : 0;                                                 \
          for (int64_t k = rows.low; k < rows.high; k++) {                                        \
            F *row = gx + (rows.start + k) * layout->width + columns.start;                       \
            for (int64_t l = columns.low; l < columns.high; l++) row[l] += part;                  \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }

POOL(float, f32)
POOL(double, f64)

static ck_status run(const pool_job *job, ck_range_function body) {
  const ck_pool_layout *layout = job->layout;
  int64_t work = layout->height * layout->width
                 + layout->out_height * layout->out_width * layout->kernel[0] * layout->kernel[1];
  ck_parallel_for(layout->planes, work >= 32768 ? 1 : 32768 / (work + 1) + 1, body, (void *)job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_max_pool(
  int32_t dtype, const ck_pool_layout *layout, const void *x, const void *from, void *out) {
  pool_job job = {
    .kernels = ck_best_neural(), .layout = layout, .x = x, .from = from, .out = out};
  return run(&job, dtype == CK_F32 ? max_planes_f32 : max_planes_f64);
}

ck_status ck_max_pool_backward(
  int32_t dtype, const ck_pool_layout *layout, const void *x, const void *g, void *gx) {
  pool_job job = {.kernels = ck_best_neural(), .layout = layout, .x = x, .from = g, .out = gx};
  return run(&job, dtype == CK_F32 ? max_planes_back_f32 : max_planes_back_f64);
}

ck_status ck_avg_pool(int32_t dtype, const ck_pool_layout *layout, const void *x, void *out) {
  pool_job job = {.layout = layout, .x = x, .out = out};
  return run(&job, dtype == CK_F32 ? avg_planes_f32 : avg_planes_f64);
}

ck_status ck_avg_pool_backward(
  int32_t dtype, const ck_pool_layout *layout, const void *g, void *gx) {
  pool_job job = {.layout = layout, .from = g, .out = gx};
  return run(&job, dtype == CK_F32 ? avg_planes_back_f32 : avg_planes_back_f64);
}
