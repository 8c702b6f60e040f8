// Products of rows with the matrix of their group, in blocks of all groups that the threads share.
#include "neural.h"

#include <stdatomic.h>

enum {
  // Rows of a block: of x, of turned cotangents (whole tiles of every instruction set), of a matrix.
  MOST_ROWS = 192,
  MOST_TURNED = 256,
  MOST_MATRIX_ROWS = 96,
  MOST_TILE_ROWS = 16,
  // Columns of a block on the way back to x.
  MOST_BACK_COLUMNS = 128,
  LEAST_COLUMNS = 64,
  // As many blocks as are worth cutting for, and the multiply-adds that are worth a part of their own.
  MANY_BLOCKS = 32,
  PART_WORK = 200000
};

typedef struct job job;
typedef void (*block_function)(const job *job, const ck_group_block *block, void *workspace);

struct job {
  const ck_neural *kernels;
  ck_group_task task;
  ck_group_block *blocks;
  int64_t count, workspace;
  block_function run;
  _Atomic bool failed;
};

#define RUN(name)                                                                                 \
  static void run_##name(const job *job, const ck_group_block *block, void *workspace) {          \
    if (job->task.layout->dtype == CK_F32) {                                                      \
      job->kernels->f32.name(&job->task, block, workspace);                                       \
    } else {                                                                                      \
      job->kernels->f64.name(&job->task, block, workspace);                                       \
    }                                                                                             \
  }

RUN(grouped)
RUN(grouped_back_rows)
RUN(grouped_back_matrices)

static void run_turn(const job *job, const ck_group_block *block, void *workspace) {
  (void)workspace;
  if (job->task.layout->dtype == CK_F32) {
    job->kernels->f32.grouped_turn(&job->task, block);
  } else {
    job->kernels->f64.grouped_turn(&job->task, block);
  }
}

static void run_blocks(void *context, ck_int low, ck_int high) {
  job *j = context;
  void *workspace = j->workspace > 0 ? ck_pool_allocate(j->workspace) : NULL;
  if (j->workspace > 0 && !workspace) {
    atomic_store(&j->failed, true);
    return;
  }
  for (int64_t i = low; i < high && !ck_interrupted(); i++) j->run(j, &j->blocks[i], workspace);
  if (workspace) ck_pool_free(workspace, j->workspace);
}

static int64_t rows_of(const ck_group_layout *layout, int64_t group) {
  return layout->starts[group + 1] - layout->starts[group];
}

static int64_t parts(int64_t whole, int64_t most) { return (whole + most - 1) / most; }

// What is cut: a matrix of each group, [rows or the group's own, columns].
typedef struct {
  int64_t rows, most_rows, columns, most_columns;
} cutting;

static int64_t count_blocks(const ck_group_layout *layout, const cutting *cut) {
  int64_t high = 0, wide = parts(cut->columns, cut->most_columns);
  for (int64_t g = 0; g < layout->groups; g++) {
    high += parts(cut->rows < 0 ? rows_of(layout, g) : cut->rows, cut->most_rows);
  }
  return high * wide;
}

static void list_blocks(const ck_group_layout *layout, const cutting *cut, ck_group_block *to) {
  for (int64_t g = 0; g < layout->groups; g++) {
    int64_t rows = cut->rows < 0 ? rows_of(layout, g) : cut->rows;
    for (int64_t column = 0; column < cut->columns; column += cut->most_columns) {
      int64_t right = cut->columns - column;
      for (int64_t row = 0; row < rows; row += cut->most_rows) {
        int64_t below = rows - row;
        *to++ = (ck_group_block){
          .group = g, .row = row, .rows = below < cut->most_rows ? below : cut->most_rows,
          .column = column, .columns = right < cut->most_columns ? right : cut->most_columns};
      }
    }
  }
}

// Does all blocks; `work` is the multiply-adds of all of them.
static ck_status run(job *j, cutting cut, double work) {
  const ck_group_layout *layout = j->task.layout;
  while (cut.most_columns > LEAST_COLUMNS && count_blocks(layout, &cut) < MANY_BLOCKS) {
    cut.most_columns /= 2;
  }
  j->count = count_blocks(layout, &cut);
  if (j->count == 0) return CK_OK;
  int64_t bytes = j->count * (int64_t)sizeof *j->blocks;
  j->blocks = ck_pool_allocate(bytes);
  if (!j->blocks) return CK_NO_MEMORY;
  list_blocks(layout, &cut, j->blocks);
  double each = work / (double)j->count;
  int64_t grain = each >= PART_WORK ? 1 : (int64_t)(PART_WORK / (each + 1)) + 1;
  ck_parallel_for(j->count, grain, run_blocks, j);
  ck_pool_free(j->blocks, bytes);
  if (atomic_load(&j->failed)) return CK_NO_MEMORY;
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

static int64_t size_of(const ck_group_layout *layout) { return layout->dtype == CK_F32 ? 4 : 8; }

static int64_t lanes(const ck_neural *kernels, const ck_group_layout *layout) {
  return layout->dtype == CK_F32 ? kernels->f32.lanes : kernels->f64.lanes;
}

static int64_t tile_width(const ck_neural *kernels, const ck_group_layout *layout) {
  return layout->dtype == CK_F32 ? kernels->f32.tile_width : kernels->f64.tile_width;
}

static double work_of(const ck_group_layout *layout) {
  return (double)layout->starts[layout->groups] * (double)layout->in * (double)layout->out;
}

ck_status ck_grouped_product(
  const ck_group_layout *layout, const void *x, const void *w, void *y) {
  job job = {
    .kernels = ck_best_neural(), .task = {.layout = layout, .x = x, .w = w, .result = y},
    .run = run_grouped};
  int64_t narrow = lanes(job.kernels, layout) * (MOST_ROWS + CK_GROUP_DEPTH);
  int64_t widened = layout->stores_bf16 ? CK_GROUP_DEPTH * CK_GROUP_COLUMNS : 0;
  job.workspace = (narrow + widened) * size_of(layout);
  cutting cut = {
    .rows = -1, .most_rows = MOST_ROWS, .columns = layout->out, .most_columns = CK_GROUP_COLUMNS};
  return run(&job, cut, work_of(layout));
}

ck_status ck_grouped_product_back_rows(
  const ck_group_layout *layout, const void *g, const void *w, void *gx) {
  job job = {
    .kernels = ck_best_neural(), .task = {.layout = layout, .w = w, .g = g, .result = gx},
    .run = run_turn};
  int64_t width = lanes(job.kernels, layout), groups = layout->groups;
  int64_t start_bytes = (groups + 1) * (int64_t)sizeof(int64_t);
  int64_t *padded = ck_pool_allocate(start_bytes);
  if (!padded) return CK_NO_MEMORY;
  padded[0] = 0;
  for (int64_t i = 0; i < groups; i++) {
    padded[i + 1] = padded[i] + parts(rows_of(layout, i), width) * width;
  }
  int64_t bytes = padded[groups] * layout->out * size_of(layout);
  job.task.padded_starts = padded;
  job.task.turned = bytes > 0 ? ck_pool_allocate(bytes) : NULL;
  ck_status status = bytes > 0 && !job.task.turned ? CK_NO_MEMORY : CK_OK;
  if (status == CK_OK) {
    int64_t panel = tile_width(job.kernels, layout);
    cutting turn = {.rows = -1, .most_rows = panel, .columns = 1, .most_columns = 1};
    double moved = (double)padded[groups] * (double)layout->out;
    if (layout->out > 0) status = run(&job, turn, moved);
  }
  if (status == CK_OK) {
    job.run = run_grouped_back_rows;
    job.workspace =
      size_of(layout) * (MOST_TURNED * MOST_BACK_COLUMNS + CK_GROUP_LONG_DEPTH * MOST_TILE_ROWS);
    cutting cut = {
      .rows = -1, .most_rows = MOST_TURNED, .columns = layout->in,
      .most_columns = MOST_BACK_COLUMNS};
    status = run(&job, cut, work_of(layout));
  }
  if (job.task.turned) ck_pool_free(job.task.turned, bytes);
  ck_pool_free(padded, start_bytes);
  return status;
}

ck_status ck_grouped_product_back_matrices(
  const ck_group_layout *layout, const void *x, const void *g, void *gw) {
  job job = {
    .kernels = ck_best_neural(), .task = {.layout = layout, .x = x, .g = g, .result = gw},
    .run = run_grouped_back_matrices};
  int64_t narrow = lanes(job.kernels, layout) * (MOST_MATRIX_ROWS + CK_GROUP_DEPTH);
  job.workspace = (narrow + CK_GROUP_DEPTH * MOST_MATRIX_ROWS) * size_of(layout);
  cutting cut = {
    .rows = layout->in, .most_rows = MOST_MATRIX_ROWS, .columns = layout->out,
    .most_columns = CK_GROUP_COLUMNS};
  return run(&job, cut, work_of(layout));
}
