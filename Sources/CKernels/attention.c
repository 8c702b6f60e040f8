// Attention and rotary positions, spread over threads.
#include "cache_table.h"
#include "neural.h"

#include <stdatomic.h>

typedef struct {
  const ck_neural *kernels;
  // Reads keys and values for few queries of f32.
  const ck_cache_table *reader;
  // Of the queries, and of keys and values.
  int32_t dtype, stored;
  ck_attention_task task;
  // How many blocks of queries a head has, or parts of the keys.
  int64_t blocks;
  char *partial;
  _Atomic bool failed;
} attention_job;

static int64_t size_of(int32_t dtype) { return dtype == CK_F32 ? 4 : 8; }

static ck_status finished(attention_job *job) {
  if (atomic_load(&job->failed)) return CK_NO_MEMORY;
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

static void blocks_of_queries(void *context, ck_int low, ck_int high) {
  attention_job *job = context;
  const ck_attention_layout *layout = job->task.layout;
  int64_t bytes =
    CK_QUERY_BLOCK * (layout->width + CK_KEY_BLOCK + 3) * size_of(job->dtype);
  void *workspace = ck_pool_allocate(bytes);
  if (!workspace) {
    atomic_store(&job->failed, true);
    return;
  }
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    // The last blocks first: of a causal layout they are the longest.
    int64_t block = job->blocks - 1 - part % job->blocks, head = part / job->blocks;
    ck_attention_task task = job->task;
    task.batch = head / layout->heads;
    task.head = head % layout->heads;
    task.first_query = block * CK_QUERY_BLOCK;
    if (job->dtype == CK_F32) {
      job->kernels->f32.attend(&task, workspace);
    } else {
      job->kernels->f64.attend(&task, workspace);
    }
  }
  ck_pool_free(workspace, bytes);
}

// Of a part of the keys: sums [rows, value_width], then the largest scores and totals of the rows.
static int64_t partial_elements(const ck_attention_layout *layout) {
  return CK_FEW_QUERIES * (layout->value_width + 2);
}

// What the masks make of the scores of a row, as they are laid out for all queries of a head.
static void mask_row(
  const ck_cache_rows *rows, int64_t r, int64_t first, int64_t count, float *scores) {
  const ck_attention_task *task = rows->masked_by;
  const ck_attention_layout *layout = task->layout;
  int64_t head = task->head * (layout->heads / layout->key_heads) + r / layout->queries;
  int64_t step = layout->mask_strides[3];
  int64_t start = task->batch * layout->mask_strides[0] + head * layout->mask_strides[1]
                  + r % layout->queries * layout->mask_strides[2] + first * step;
  const float *added = layout->added;
  for (int64_t i = 0; added && i < count; i++) scores[i] += added[start + i * step];
  for (int64_t i = 0; layout->seen && i < count; i++) {
    if (!layout->seen[start + i * step]) scores[i] = -INFINITY;
  }
}

// As `attend_few` of the kernels. Workspace: CK_FEW_QUERIES width + value_width + CK_CACHE_ROWS CK_CACHE_BLOCK elements.
static void read_keys(
  const attention_job *job, const ck_attention_task *task, int64_t first, int64_t count,
  float *sums, float *largest, float *totals, float *workspace) {
  const ck_attention_layout *layout = task->layout;
  int64_t width = layout->width, value_width = layout->value_width, queries = layout->queries;
  int64_t shared = layout->heads / layout->key_heads, visible[CK_FEW_QUERIES];
  int64_t head = task->batch * layout->key_heads + task->head;
  float *row = workspace + CK_FEW_QUERIES * width;
  ck_cache_rows rows = {
    .stored = job->stored, .width = width, .value_width = value_width, .rows = shared * queries,
    .q = workspace, .sums = sums, .largest = largest, .totals = totals,
    .weights = row + value_width, .visible = visible,
    .mask = layout->seen || layout->added ? mask_row : NULL, .masked_by = task};
  for (int64_t r = 0; r < rows.rows; r++) {
    visible[r] = layout->causal ? layout->keys - queries + r % queries + 1 : layout->keys;
    largest[r] = -INFINITY;
    totals[r] = 0;
  }
  memset(sums, 0, (size_t)(rows.rows * value_width) * sizeof(float));
  job->reader->prepare(
    rows.stored, (const float *)task->q + head * rows.rows * width, rows.rows, width,
    (float)layout->scale, workspace);
  int64_t size = ck_stored_size(rows.stored), end = first + count;
  for (int64_t low = first; low < end; low += CK_CACHE_BLOCK) {
    int64_t some = end - low < CK_CACHE_BLOCK ? end - low : CK_CACHE_BLOCK;
    const char *keys = (const char *)task->k + (head * layout->keys + low) * width * size;
    const char *values = (const char *)task->v + (head * layout->keys + low) * value_width * size;
    job->reader->attend(&rows, low, keys, values, some, keys + some * width * size);
  }
  for (int64_t r = 0; r < rows.rows; r++) {
    job->reader->settle(rows.stored, sums + r * value_width, value_width, 1, row);
    memcpy(sums + r * value_width, row, (size_t)value_width * sizeof(float));
  }
}

static void parts_of_keys(void *context, ck_int low, ck_int high) {
  attention_job *job = context;
  const ck_attention_layout *layout = job->task.layout;
  int64_t size = size_of(job->dtype);
  int64_t bytes = size * (CK_FEW_QUERIES * layout->width + layout->value_width + CK_FEW_BLOCK
                          + CK_CACHE_ROWS * CK_CACHE_BLOCK);
  void *workspace = ck_pool_allocate(bytes);
  if (!workspace) {
    atomic_store(&job->failed, true);
    return;
  }
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    int64_t head = part / job->blocks, first = part % job->blocks * CK_FEW_KEYS;
    int64_t left = layout->keys - first, count = left < CK_FEW_KEYS ? left : CK_FEW_KEYS;
    ck_attention_task task = job->task;
    task.batch = head / layout->key_heads;
    task.head = head % layout->key_heads;
    char *sums = job->partial + part * partial_elements(layout) * size;
    char *largest = sums + CK_FEW_QUERIES * layout->value_width * size;
    char *totals = largest + CK_FEW_QUERIES * size;
    if (job->dtype == CK_F32) {
      read_keys(
        job, &task, first, count, (float *)sums, (float *)largest, (float *)totals, workspace);
    } else {
      job->kernels->attend_few(
        &task, first, count, (double *)sums, (double *)largest, (double *)totals, workspace);
    }
  }
  ck_pool_free(workspace, bytes);
}

// One row's parts of the keys put together, in their order.
#define JOIN(F, T)                                                                                \
  static void join_##T(const attention_job *job, int64_t head, int64_t row, int64_t target) {     \
    const ck_attention_layout *layout = job->task.layout;                                         \
    int64_t width = layout->value_width, each = partial_elements(layout);                         \
    const F *parts = (const F *)job->partial + head * job->blocks * each;                         \
    const F *largest = parts + CK_FEW_QUERIES * width, *totals = largest + CK_FEW_QUERIES;        \
    F *out = (F *)job->task.result + target * width;                                              \
    double top = -INFINITY, total = 0;                                                            \
    for (int64_t i = 0; i < job->blocks; i++) {                                                   \
      double next = (double)largest[i * each + row];                                              \
      top = next > top || next != next ? next : top;                                              \
    }                                                                                             \
    if (top == -INFINITY) top = 0;                                                                \
    for (int64_t j = 0; j < width; j++) out[j] = 0;                                               \
    for (int64_t i = 0; i < job->blocks; i++) {                                                   \
      F factor = (F)exp((double)largest[i * each + row] - top);                                   \
      total += (double)factor * (double)totals[i * each + row];                                   \
      const F *sums = parts + i * each + row * width;                                             \
      for (int64_t j = 0; j < width; j++) out[j] += factor * sums[j];                             \
    }                                                                                             \
    F factor = (F)(total == 0 ? 0 : 1 / total);                                                   \
    for (int64_t j = 0; j < width; j++) out[j] *= factor;                                         \
    if (job->task.result_totals) {                                                                \
      ((F *)job->task.result_totals)[target] = (F)(top + log(total));                             \
    }                                                                                             \
  }

JOIN(float, f32)
JOIN(double, f64)

static ck_status attend_few(attention_job *job) {
  const ck_attention_layout *layout = job->task.layout;
  int64_t heads = layout->batch * layout->key_heads;
  int64_t rows = layout->heads / layout->key_heads * layout->queries;
  job->blocks = (layout->keys + CK_FEW_KEYS - 1) / CK_FEW_KEYS;
  int64_t bytes = heads * job->blocks * partial_elements(layout) * size_of(job->dtype);
  job->partial = ck_pool_allocate(bytes);
  if (!job->partial) return CK_NO_MEMORY;
  ck_parallel_for(heads * job->blocks, 1, parts_of_keys, job);
  ck_status status = finished(job);
  for (int64_t head = 0; status == CK_OK && head < heads; head++) {
    for (int64_t row = 0; row < rows; row++) {
      (job->dtype == CK_F32 ? join_f32 : join_f64)(job, head, row, head * rows + row);
    }
  }
  ck_pool_free(job->partial, bytes);
  return status;
}

ck_status ck_attention(
  int32_t dtype, int32_t stored, const ck_attention_layout *layout, const void *q, const void *k,
  const void *v, void *out, void *totals) {
  attention_job job = {
    .kernels = ck_best_neural(), .reader = ck_best_cache(), .dtype = dtype, .stored = stored,
    .task = {.layout = layout, .q = q, .k = k, .v = v, .result = out, .result_totals = totals}};
  int64_t heads = layout->batch * layout->heads;
  if (heads == 0 || layout->queries == 0) return CK_OK;
  int64_t rows = layout->heads / layout->key_heads * layout->queries;
  if (rows <= CK_FEW_QUERIES && layout->keys > 0 && (layout->queries <= 4 || stored == CK_STORED_BF16)) {
    return attend_few(&job);
  }
  job.blocks = (layout->queries + CK_QUERY_BLOCK - 1) / CK_QUERY_BLOCK;
  int64_t work = CK_QUERY_BLOCK * layout->keys * (layout->width + layout->value_width);
  ck_parallel_for(
    heads * job.blocks, work > 500000 ? 1 : 500000 / (work + 1) + 1, blocks_of_queries, &job);
  return finished(&job);
}

static void key_heads(void *context, ck_int low, ck_int high) {
  attention_job *job = context;
  const ck_attention_layout *layout = job->task.layout;
  int64_t bytes = CK_QUERY_BLOCK * size_of(job->dtype)
                  * (layout->width + layout->value_width + 2 * CK_KEY_BLOCK + 2);
  void *workspace = ck_pool_allocate(bytes);
  if (!workspace) {
    atomic_store(&job->failed, true);
    return;
  }
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    ck_attention_task task = job->task;
    task.batch = part / layout->key_heads;
    task.head = part % layout->key_heads;
    if (job->dtype == CK_F32) {
      job->kernels->f32.attend_back(&task, workspace);
    } else {
      job->kernels->f64.attend_back(&task, workspace);
    }
  }
  ck_pool_free(workspace, bytes);
}

ck_status ck_attention_backward(
  int32_t dtype, const ck_attention_layout *layout, const void *q, const void *k, const void *v,
  const void *out, const void *totals, const void *g, void *gq, void *gk, void *gv) {
  attention_job job = {
    .kernels = ck_best_neural(), .dtype = dtype,
    .task = {.layout = layout, .q = q, .k = k, .v = v, .out = out, .totals = totals, .g = g,
             .gq = gq, .gk = gk, .gv = gv}};
  int64_t size = size_of(dtype), keys = layout->batch * layout->key_heads * layout->keys;
  int64_t queries = layout->batch * layout->heads * layout->queries;
  memset(gq, 0, (size_t)(queries * layout->width * size));
  memset(gk, 0, (size_t)(keys * layout->width * size));
  memset(gv, 0, (size_t)(keys * layout->value_width * size));
  if (queries == 0 || keys == 0) return CK_OK;
  ck_parallel_for(layout->batch * layout->key_heads, 1, key_heads, &job);
  return finished(&job);
}

// MARK: - Rotary positions

typedef struct {
  const ck_neural *kernels;
  const void *x;
  void *out, *cosines, *sines;
  const double *positions, *frequencies;
  int64_t length, width, turned;
  bool interleaved, backwards;
} rope_job;

#define ROPE(F, T)                                                                                \
  static void rope_angles_##T(void *context, ck_int low, ck_int high) {                           \
    const rope_job *job = context;                                                                \
    int64_t half = job->turned / 2;                                                               \
    for (int64_t i = low; i < high; i++) {                                                        \
      job->kernels->T.rope_angles(                                                                \
        (F *)job->cosines + i * half, (F *)job->sines + i * half, job->positions[i],              \
        job->frequencies, half);                                                                  \
    }                                                                                             \
  }                                                                                               \
  static void rope_##T(void *context, ck_int low, ck_int high) {                                  \
    const rope_job *job = context;                                                                \
    int64_t half = job->turned / 2, rest = job->width - job->turned;                              \
    for (int64_t row = low; row < high; row++) {                                                  \
      const F *x = (const F *)job->x + row * job->width;                                          \
      F *out = (F *)job->out + row * job->width;                                                  \
      int64_t angle = row % job->length * half;                                                   \
      job->kernels->T.rope(                                                                       \
        out, x, (F *)job->cosines + angle, (F *)job->sines + angle, half, job->interleaved,       \
        job->backwards);                                                                          \
      memcpy(out + job->turned, x + job->turned, (size_t)rest * sizeof(F));                       \
    }                                                                                             \
  }

ROPE(float, f32)
ROPE(double, f64)

ck_status ck_rope(
  int32_t dtype, const void *x, const double *positions, ck_int rows, ck_int length, ck_int width,
  ck_int turned, double base, bool interleaved, bool backwards, void *out) {
  if (rows * length * width == 0) return CK_OK;
  int64_t half = turned / 2, angles = length * half * size_of(dtype);
  int64_t bytes = 2 * angles + half * (int64_t)sizeof(double);
  char *space = ck_pool_allocate(bytes);
  if (!space) return CK_NO_MEMORY;
  double *frequencies = (double *)space;
  for (int64_t i = 0; i < half; i++) {
    frequencies[i] = pow(base, -2.0 * (double)i / (double)turned);
  }
  rope_job job = {
    .kernels = ck_best_neural(), .x = x, .out = out, .positions = positions,
    .frequencies = frequencies, .cosines = space + half * (int64_t)sizeof(double),
    .sines = space + half * (int64_t)sizeof(double) + angles, .length = length, .width = width,
    .turned = turned, .interleaved = interleaved, .backwards = backwards};
  int64_t grain = 16384 / (width + 1) + 1;
  ck_parallel_for(length, grain / 8 + 1, dtype == CK_F32 ? rope_angles_f32 : rope_angles_f64, &job);
  ck_parallel_for(rows * length, grain, dtype == CK_F32 ? rope_f32 : rope_f64, &job);
  ck_pool_free(space, bytes);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}
