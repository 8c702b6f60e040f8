// Attention over a cache: all positions, and chosen ones.
#include "cache_table.h"

#include <stdatomic.h>

// MARK: - Writing and reading

typedef struct {
  const ck_cache *cache;
  ck_int first, count;
  float *keys, *values;
  bool writes;
} transfer_job;

static void transfer_rows(
  const transfer_job *job, void *const *pages, float *rows, int64_t width, int64_t head,
  int64_t page) {
  const ck_cache *cache = job->cache;
  int64_t start = page * CK_PAGE_KEYS, end = job->first + job->count;
  int64_t low = job->first > start ? job->first - start : 0;
  int64_t high = end - start < CK_PAGE_KEYS ? end - start : CK_PAGE_KEYS;
  char *stored = (char *)pages[page]
                 + (head * CK_PAGE_KEYS + low) * width * ck_stored_size(cache->stored);
  float *given = rows + (head * job->count + start + low - job->first) * width;
  if (job->writes) {
    ck_conversion_of(CK_F32, cache->stored)(stored, given, (high - low) * width);
  } else {
    ck_conversion_of(cache->stored, CK_F32)(given, stored, (high - low) * width);
  }
}

static void transfer_parts(void *context, ck_int low, ck_int high) {
  const transfer_job *job = context;
  const ck_cache *cache = job->cache;
  int64_t first_page = job->first / CK_PAGE_KEYS;
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    int64_t head = part % cache->heads, page = first_page + part / cache->heads;
    transfer_rows(job, cache->key_pages, job->keys, cache->width, head, page);
    transfer_rows(job, cache->value_pages, job->values, cache->value_width, head, page);
  }
}

static ck_status transfer(transfer_job job) {
  const ck_cache *cache = job.cache;
  if (job.count <= 0 || cache->heads <= 0) return CK_OK;
  int64_t pages = (job.first + job.count - 1) / CK_PAGE_KEYS - job.first / CK_PAGE_KEYS + 1;
  int64_t rows = job.count < CK_PAGE_KEYS ? job.count : CK_PAGE_KEYS;
  int64_t work = rows * (cache->width + cache->value_width) + 64;
  ck_parallel_for(cache->heads * pages, 1 + 65536 / work, transfer_parts, &job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

ck_status ck_cache_write(
  const ck_cache *cache, ck_int first, ck_int count, const float *keys, const float *values) {
  return transfer((transfer_job){
    .cache = cache, .first = first, .count = count, .keys = (float *)keys,
    .values = (float *)values, .writes = true});
}

ck_status ck_cache_read(
  const ck_cache *cache, ck_int first, ck_int count, float *keys, float *values) {
  return transfer((transfer_job){
    .cache = cache, .first = first, .count = count, .keys = keys, .values = values});
}

// MARK: - All positions

typedef struct {
  const ck_cache *cache;
  const ck_cache_table *table;
  const ck_cache_queries *queries;
  const float *q;
  float *out, *totals;
  // Rows of a head, and how many parts of at most CK_FEW_QUERIES_AT_ONCE of them; parts of the positions.
  int64_t rows, row_parts, parts;
  // Heads that take turns.
  int64_t turn;
  // For each head, part of the rows and part of the positions: sums [rows, value_width], largest, totals.
  float *partial;
  _Atomic bool failed;
} attend_job;

// A part of the positions of one head, for some of its rows.
typedef struct {
  int64_t head, first_row, rows, first, end;
  float *partial;
} attend_part;

static int64_t rows_at_once(const attend_job *job) {
  return job->rows < CK_FEW_QUERIES_AT_ONCE ? job->rows : CK_FEW_QUERIES_AT_ONCE;
}

static int64_t partial_elements(const attend_job *job) {
  return rows_at_once(job) * (job->cache->value_width + 2);
}

static attend_part part_of(const attend_job *job, int64_t number) {
  int64_t group = number / job->parts, length = job->cache->length;
  attend_part part = {.head = group / job->row_parts};
  part.first_row = group % job->row_parts * CK_FEW_QUERIES_AT_ONCE;
  int64_t left = job->rows - part.first_row, most = rows_at_once(job);
  part.rows = left < most ? left : most;
  part.first = number % job->parts * CK_CACHE_PART;
  part.end = part.first + CK_CACHE_PART < length ? part.first + CK_CACHE_PART : length;
  part.partial = job->partial + number * partial_elements(job);
  return part;
}

// Which of the newest positions, from `first` on, the rows from `first_row` on see.
typedef struct {
  const ck_cache_queries *queries;
  int64_t first_row, first;
} tree_mask;

static void hide_others(
  const ck_cache_rows *task, int64_t r, int64_t first, int64_t count, float *scores) {
  const tree_mask *tree = task->masked_by;
  int64_t queries = tree->queries->queries;
  const uint8_t *seen = tree->queries->seen + (tree->first_row + r) % queries * queries;
  int64_t low = tree->first > first ? tree->first : first;
  for (int64_t p = low; p < first + count; p++) {
    if (!seen[p - tree->first]) scores[p - first] = -INFINITY;
  }
}

// The softmax before any position. `space` gets the queries.
static ck_cache_rows start_part(
  const attend_job *job, const attend_part *part, int64_t *visible, tree_mask *tree,
  float *space) {
  const ck_cache *cache = job->cache;
  const ck_cache_queries *queries = job->queries;
  int64_t before = cache->length - queries->queries;
  *tree = (tree_mask){.queries = queries, .first_row = part->first_row, .first = before};
  ck_cache_rows task = {
    .stored = cache->stored, .width = cache->width, .value_width = cache->value_width,
    .rows = part->rows, .q = space, .sums = part->partial,
    .largest = part->partial + part->rows * cache->value_width, .visible = visible,
    .mask = queries->seen ? hide_others : NULL, .masked_by = tree};
  task.totals = task.largest + part->rows;
  memset(task.sums, 0, (size_t)(part->rows * cache->value_width) * sizeof(float));
  for (int64_t r = 0; r < part->rows; r++) {
    int64_t query = (part->first_row + r) % queries->queries;
    visible[r] = queries->seen ? cache->length : before + query + 1;
    task.largest[r] = -INFINITY;
    task.totals[r] = 0;
  }
  const float *q = job->q + (part->head * job->rows + part->first_row) * cache->width;
  job->table->prepare(
    cache->stored, q, part->rows, cache->width, (float)queries->scale, space);
  return task;
}

// Positions low ..< high of one page; the keys at `next` are read afterwards.
static void attend_to_page(
  const attend_job *job, const ck_cache_rows *task, int64_t head, int64_t low, int64_t high,
  const void *next) {
  const ck_cache *cache = job->cache;
  for (int64_t count; low < high; low += count) {
    count = high - low < CK_CACHE_BLOCK ? high - low : CK_CACHE_BLOCK;
    job->table->attend(
      task, low, ck_cache_key(cache, head, low), ck_cache_value(cache, head, low), count,
      low + count < high ? ck_cache_key(cache, head, low + count) : next);
  }
}

// Some heads take turns page by page, because their parts of a page lie side by side: memory is read in longer runs.
enum { MOST_IN_TURN = 8 };

static void attend_to_unit(const attend_job *job, int64_t unit, float *space) {
  const ck_cache *cache = job->cache;
  int64_t number = unit % job->parts, row_part = unit / job->parts % job->row_parts;
  int64_t first_head = unit / job->parts / job->row_parts * job->turn;
  int64_t left = cache->heads - first_head, heads = left < job->turn ? left : job->turn;
  int64_t visible[MOST_IN_TURN][CK_FEW_QUERIES_AT_ONCE];
  tree_mask trees[MOST_IN_TURN];
  ck_cache_rows tasks[MOST_IN_TURN];
  attend_part part = {0};
  for (int64_t i = 0; i < heads; i++) {
    part = part_of(job, ((first_head + i) * job->row_parts + row_part) * job->parts + number);
    float *q = space + CK_CACHE_ROWS * CK_CACHE_BLOCK + i * rows_at_once(job) * cache->width;
    tasks[i] = start_part(job, &part, visible[i], &trees[i], q);
    tasks[i].weights = space;
  }
  for (int64_t low = part.first; low < part.end; low += CK_PAGE_KEYS) {
    int64_t high = low + CK_PAGE_KEYS < part.end ? low + CK_PAGE_KEYS : part.end;
    for (int64_t i = 0; i < heads && !ck_interrupted(); i++) {
      int64_t head = first_head + i;
      const void *next = i + 1 < heads      ? ck_cache_key(cache, head + 1, low)
                         : high < part.end ? ck_cache_key(cache, first_head, high)
                                           : ck_cache_key(cache, head, low);
      attend_to_page(job, &tasks[i], head, low, high, next);
    }
  }
}

static void attend_to_units(void *context, ck_int low, ck_int high) {
  attend_job *job = context;
  int64_t elements =
    job->turn * rows_at_once(job) * job->cache->width + CK_CACHE_ROWS * CK_CACHE_BLOCK;
  int64_t bytes = elements * (int64_t)sizeof(float);
  float *space = ck_pool_allocate(bytes);
  if (!space) {
    atomic_store(&job->failed, true);
    return;
  }
  for (int64_t unit = low; unit < high && !ck_interrupted(); unit++) {
    attend_to_unit(job, unit, space);
  }
  ck_pool_free(space, bytes);
}

// A row's parts of the positions put together, in their order.
static void join_row(const attend_job *job, int64_t head, int64_t row) {
  int64_t width = job->cache->value_width, each = partial_elements(job);
  int64_t group = head * job->row_parts + row / CK_FEW_QUERIES_AT_ONCE;
  attend_part part = part_of(job, group * job->parts);
  float *sum = part.partial + (row - part.first_row) * width;
  const float *largest = part.partial + part.rows * width + (row - part.first_row);
  const float *totals = largest + part.rows;
  double top = -INFINITY, total = 0;
  for (int64_t i = 0; i < job->parts; i++) {
    double next = (double)largest[i * each];
    top = next > top || next != next ? next : top;
  }
  if (top == -INFINITY) top = 0;
  for (int64_t i = 0; i < job->parts; i++) {
    double factor = exp((double)largest[i * each] - top);
    total += factor * (double)totals[i * each];
    job->table->combine(sum, i == 0 ? 0 : 1, sum + i * each, (float)factor, width);
  }
  int64_t target = head * job->rows + row;
  float factor = (float)(total == 0 ? 0 : 1 / total);
  job->table->settle(job->cache->stored, sum, width, factor, job->out + target * width);
  if (job->totals) job->totals[target] = (float)(top + log(total));
}

static void join_rows(void *context, ck_int low, ck_int high) {
  const attend_job *job = context;
  for (int64_t i = low; i < high; i++) join_row(job, i / job->rows, i % job->rows);
}

ck_status ck_cache_attend(
  const ck_cache *cache, const ck_cache_queries *queries, const float *q, float *out,
  float *totals) {
  attend_job job = {
    .cache = cache, .table = ck_best_cache(), .queries = queries, .q = q, .out = out,
    .totals = totals, .rows = queries->group * queries->queries,
    .parts = (cache->length + CK_CACHE_PART - 1) / CK_CACHE_PART};
  int64_t rows = cache->heads * job.rows;
  if (rows <= 0) return CK_OK;
  if (cache->length == 0) {
    memset(out, 0, (size_t)(rows * cache->value_width) * sizeof(float));
    for (int64_t r = 0; totals && r < rows; r++) totals[r] = -INFINITY;
    return CK_OK;
  }
  job.row_parts = (job.rows + CK_FEW_QUERIES_AT_ONCE - 1) / CK_FEW_QUERIES_AT_ONCE;
  int64_t numbers = cache->heads * job.row_parts * job.parts;
  int64_t bytes = numbers * partial_elements(&job) * (int64_t)sizeof(float);
  job.partial = ck_pool_allocate(bytes);
  if (!job.partial) return CK_NO_MEMORY;
  int64_t keys = cache->length < CK_CACHE_PART ? cache->length : CK_CACHE_PART;
  // As many as leave each thread several units; what is computed is the same.
  int64_t turn = numbers / (8 * ck_thread_count());
  job.turn = turn < 1 ? 1 : turn < MOST_IN_TURN ? turn : MOST_IN_TURN;
  int64_t work =
    job.turn * rows_at_once(&job) * keys * (cache->width + cache->value_width) + 64;
  int64_t turns = (cache->heads + job.turn - 1) / job.turn;
  ck_parallel_for(
    turns * job.row_parts * job.parts, 1 + 65536 / work, attend_to_units, &job);
  ck_status status =
    atomic_load(&job.failed) ? CK_NO_MEMORY : ck_interrupted() ? CK_INTERRUPTED : CK_OK;
  if (status == CK_OK) {
    ck_parallel_for(
      rows, 1 + 32768 / (job.parts * (cache->value_width + 16)), join_rows, &job);
  }
  ck_pool_free(job.partial, bytes);
  return status;
}

// MARK: - Scores

typedef struct {
  const ck_cache *cache;
  const ck_cache_table *table;
  int64_t group;
  float *ready, *scores;
} scores_job;

static void score_pages(void *context, ck_int low, ck_int high) {
  const scores_job *job = context;
  const ck_cache *cache = job->cache;
  int64_t pages = (cache->length + CK_PAGE_KEYS - 1) / CK_PAGE_KEYS;
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    int64_t head = part / pages, first = part % pages * CK_PAGE_KEYS;
    int64_t left = cache->length - first;
    job->table->scores(
      cache->stored, job->ready + head * job->group * cache->width, job->group,
      ck_cache_key(cache, head, first), left < CK_PAGE_KEYS ? left : CK_PAGE_KEYS, cache->width,
      job->scores + head * job->group * cache->length + first, cache->length);
  }
}

ck_status ck_cache_scores(const ck_cache *cache, ck_int group, const float *q, float *scores) {
  if (cache->heads * group * cache->length <= 0) return CK_OK;
  int64_t rows = cache->heads * group;
  int64_t bytes = rows * cache->width * (int64_t)sizeof(float);
  scores_job job = {
    .cache = cache, .table = ck_best_cache(), .group = group, .scores = scores,
    .ready = ck_pool_allocate(bytes)};
  if (!job.ready) return CK_NO_MEMORY;
  job.table->prepare(cache->stored, q, rows, cache->width, 1, job.ready);
  int64_t pages = (cache->length + CK_PAGE_KEYS - 1) / CK_PAGE_KEYS;
  int64_t work = group * CK_PAGE_KEYS * cache->width + 64;
  ck_parallel_for(cache->heads * pages, 1 + 65536 / work, score_pages, &job);
  ck_pool_free(job.ready, bytes);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

// MARK: - Chosen positions

int64_t ck_chosen_space(const ck_cache *cache) {
  return cache->width + cache->value_width + CK_CACHE_BLOCK;
}

void ck_attend_positions(
  const ck_cache *cache, const ck_cache_table *table, int64_t head, const float *q, double scale,
  const int32_t *positions, int64_t count, float *space, float *out, float *logsumexp) {
  const void *keys[CK_CACHE_BLOCK], *values[CK_CACHE_BLOCK];
  float largest = -INFINITY, total = 0;
  ck_cache_rows task = {
    .stored = cache->stored, .width = cache->width, .value_width = cache->value_width, .rows = 1,
    .q = space, .sums = space + cache->width, .largest = &largest, .totals = &total,
    .weights = space + cache->width + cache->value_width};
  table->prepare(cache->stored, q, 1, cache->width, (float)scale, space);
  memset(task.sums, 0, (size_t)cache->value_width * sizeof(float));
  for (int64_t low = 0; low < count; low += CK_CACHE_BLOCK) {
    int64_t size = count - low < CK_CACHE_BLOCK ? count - low : CK_CACHE_BLOCK;
    for (int64_t i = 0; i < size; i++) {
      keys[i] = ck_cache_key(cache, head, positions[low + i]);
      values[i] = ck_cache_value(cache, head, positions[low + i]);
    }
    table->attend_at(&task, keys, values, size);
  }
  table->settle(cache->stored, task.sums, cache->value_width, total == 0 ? 0 : 1 / total, out);
  if (logsumexp) *logsumexp = (float)((double)largest + log((double)total));
}

typedef struct {
  const ck_cache *cache;
  const ck_cache_table *table;
  int64_t group, budget;
  double scale;
  const float *q;
  const int32_t *chosen, *counts;
  float *out, *totals;
  _Atomic int32_t failure;
} chosen_job;

static bool are_positions(const int32_t *chosen, int64_t count, int64_t length) {
  bool inside = true;
  for (int64_t i = 0; i < count; i++) inside &= chosen[i] >= 0 && chosen[i] < length;
  return inside;
}

static void attend_to_chosen(void *context, ck_int low, ck_int high) {
  chosen_job *job = context;
  const ck_cache *cache = job->cache;
  int64_t bytes = ck_chosen_space(cache) * (int64_t)sizeof(float);
  float *space = ck_pool_allocate(bytes);
  if (!space) {
    atomic_store(&job->failure, CK_NO_MEMORY);
    return;
  }
  for (int64_t row = low; row < high && !ck_interrupted(); row++) {
    const int32_t *chosen = job->chosen + row * job->budget;
    int64_t count = job->counts[row];
    if (count < 0 || count > job->budget || !are_positions(chosen, count, cache->length)) {
      atomic_store(&job->failure, CK_OUT_OF_RANGE);
      break;
    }
    ck_attend_positions(
      cache, job->table, row / job->group, job->q + row * cache->width, job->scale, chosen, count,
      space, job->out + row * cache->value_width, job->totals ? job->totals + row : NULL);
  }
  ck_pool_free(space, bytes);
}

ck_status ck_cache_attend_chosen(
  const ck_cache *cache, ck_int group, double scale, const float *q, const int32_t *chosen,
  const int32_t *counts, ck_int budget, float *out, float *totals) {
  chosen_job job = {
    .cache = cache, .table = ck_best_cache(), .group = group, .budget = budget, .scale = scale,
    .q = q, .chosen = chosen, .counts = counts, .out = out, .totals = totals};
  int64_t work = budget * (cache->width + cache->value_width) + 64;
  ck_parallel_for(cache->heads * group, 1 + 32768 / work, attend_to_chosen, &job);
  if (atomic_load(&job.failure) != 0) return (ck_status)atomic_load(&job.failure);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}
