// Choosing positions of a cache for a query, and attention to them.
#include "select.h"

// MARK: - What is chosen

// Positions chosen by rule: the first `sinks`, and the newest.
static int64_t streaming_positions(const ck_select_job *job, int32_t *positions) {
  int64_t budget = job->selection->budget, sinks = job->selection->sinks;
  sinks = sinks < 0 ? 0 : sinks < budget ? sinks : budget - 1;
  int64_t left_out = job->cache->length - budget;
  for (int64_t i = 0; i < budget; i++) positions[i] = (int32_t)(i < sinks ? i : left_out + i);
  return budget;
}

// The best and the newest, as positions.
static int64_t best_positions(const ck_select_job *job, const ck_best *best, int32_t *positions) {
  int64_t length = job->cache->length, budget = job->selection->budget, found = 0;
  for (int64_t i = 0; i < best->count; i++) {
    for (int64_t j = 0; j < job->span; j++) {
      positions[found++] = (int32_t)(best->positions[i] * job->span + j);
    }
  }
  int64_t newest = job->judged * job->span;
  if (newest < length - budget) newest = length - budget;
  for (int64_t i = newest; i < length; i++) positions[found++] = (int32_t)i;
  return found;
}

// Writes what is chosen for a query, or attends to it. `space`: budget positions, then what ck_attend_positions wants.
static void finish_row(const ck_select_job *job, int64_t row, const ck_best *best, float *space) {
  const ck_cache *cache = job->cache;
  int64_t budget = job->selection->budget;
  int32_t *positions = job->chosen ? job->chosen + row * budget : (int32_t *)space;
  int64_t count = job->selection->kind == CK_SELECT_STREAMING
                    ? streaming_positions(job, positions)
                    : best_positions(job, best, positions);
  if (job->counts) job->counts[row] = (int32_t)count;
  if (!job->out) return;
  ck_attend_positions(
    cache, job->table, row / job->group, job->q + row * cache->width, job->scale, positions, count,
    space + budget, job->out + row * cache->value_width, NULL);
}

// MARK: - All heads

// The best of a part, one for each query that shares the head.
static ck_best *bests_of(const ck_select_job *job, int64_t number) {
  return job->all_best + number * job->group;
}

static void whole_heads(void *context, ck_int low, ck_int high) {
  ck_select_job *job = context;
  int64_t bytes = job->group * ((int64_t)sizeof(ck_best) + ck_best_bytes(job->wanted));
  int64_t space_bytes =
    (job->selection->budget + ck_chosen_space(job->cache)) * (int64_t)sizeof(float);
  char *memory = ck_pool_allocate(bytes + space_bytes);
  if (!memory) {
    atomic_store(&job->failed, true);
    return;
  }
  ck_best *bests = (ck_best *)memory;
  char *kept = (char *)(bests + job->group);
  int64_t each = ck_best_bytes(job->wanted);
  for (int64_t head = low; head < high && !ck_interrupted(); head++) {
    for (int64_t i = 0; i < job->group; i++) {
      ck_best_start(bests + i, job->wanted, job->worst, kept + i * each);
    }
    if (job->wanted > 0) ck_best_look(job, head, 0, job->judged, bests);
    for (int64_t i = 0; i < job->group; i++) {
      finish_row(job, head * job->group + i, bests + i, (float *)(memory + bytes));
    }
  }
  ck_pool_free(memory, bytes + space_bytes);
}

static void parts_of_heads(void *context, ck_int low, ck_int high) {
  const ck_select_job *job = context;
  for (int64_t number = low; number < high && !ck_interrupted(); number++) {
    int64_t first = number % job->parts * job->part;
    int64_t end = first + job->part < job->judged ? first + job->part : job->judged;
    ck_best_look(job, number / job->parts, first, end, bests_of(job, number));
  }
}

// Puts the parts of a query together.
static void joined_rows(void *context, ck_int low, ck_int high) {
  ck_select_job *job = context;
  int64_t most = job->parts * job->wanted + CK_SELECT_SLACK;
  int64_t elements = 2 * most + job->selection->budget + ck_chosen_space(job->cache);
  float *space = ck_pool_allocate(elements * (int64_t)sizeof(float));
  if (!space) {
    atomic_store(&job->failed, true);
    return;
  }
  for (int64_t row = low; row < high && !ck_interrupted(); row++) {
    ck_best joined = {
      .positions = (int32_t *)space, .badness = (uint32_t *)space + most, .wanted = job->wanted,
      .most = job->worst};
    for (int64_t part = 0; part < job->parts; part++) {
      const ck_best *from = bests_of(job, row / job->group * job->parts + part) + row % job->group;
      memcpy(joined.positions + joined.count, from->positions, (size_t)from->count * 4);
      memcpy(joined.badness + joined.count, from->badness, (size_t)from->count * 4);
      joined.count += from->count;
    }
    ck_best_keep(&joined, job->table);
    finish_row(job, row, &joined, space + 2 * most);
  }
  ck_pool_free(space, elements * (int64_t)sizeof(float));
}

// Where the heads are too few for the threads: in parts of their positions.
static void split_heads(ck_select_job *job) {
  int64_t numbers = job->cache->heads * job->parts, count = numbers * job->group;
  int64_t bytes = count * ((int64_t)sizeof(ck_best) + ck_best_bytes(job->wanted));
  char *memory = ck_pool_allocate(bytes);
  if (!memory) {
    atomic_store(&job->failed, true);
    return;
  }
  job->all_best = (ck_best *)memory;
  char *kept = (char *)(job->all_best + count);
  for (int64_t i = 0; i < count; i++) {
    ck_best_start(
      job->all_best + i, job->wanted, job->worst, kept + i * ck_best_bytes(job->wanted));
  }
  ck_parallel_for(numbers, 1, parts_of_heads, job);
  if (!ck_interrupted()) ck_parallel_for(job->cache->heads * job->group, 1, joined_rows, job);
  ck_pool_free(memory, bytes);
}

// MARK: - Queries

static int64_t query_bytes(const ck_select_job *job) {
  int64_t rows = job->cache->heads * job->group, width = job->cache->width;
  const ck_selection *selection = job->selection;
  if (selection->kind == CK_SELECT_LARGEST) return rows * width * (int64_t)sizeof(float);
  if (selection->kind != CK_SELECT_CODES) return 0;
  int64_t blocks = (rows + CK_CODE_LANES - 1) / CK_CODE_LANES;
  int64_t planes = ck_code_words(width) * selection->code.bits;
  return 4 * CK_CODE_LANES * (width + 2 * blocks * planes);
}

static void make_queries_ready(ck_select_job *job, const float *q, void *space) {
  int64_t rows = job->cache->heads * job->group, width = job->cache->width;
  const ck_selection *selection = job->selection;
  job->q = q;
  if (selection->kind == CK_SELECT_LARGEST) {
    job->table->prepare(job->cache->stored, q, rows, width, 1, space);
    job->ready = space;
  }
  if (selection->kind != CK_SELECT_CODES) return;
  int64_t blocks = (rows + CK_CODE_LANES - 1) / CK_CODE_LANES;
  int64_t planes = ck_code_words(width) * selection->code.bits;
  float *lanes = space;
  uint32_t *coded = (uint32_t *)space + CK_CODE_LANES * width;
  uint32_t *each = coded + CK_CODE_LANES * blocks * planes;
  job->codes->encode(CK_F32, &selection->code, q, width, 0, rows, coded, lanes);
  for (int64_t row = 0; row < rows; row++) {
    const uint32_t *from = coded + row / CK_CODE_LANES * planes * CK_CODE_LANES;
    for (int64_t p = 0; p < planes; p++) {
      each[row * planes + p] = from[p * CK_CODE_LANES + row % CK_CODE_LANES];
    }
  }
  job->query_codes = each;
}

static bool is_sound(const ck_cache *cache, const ck_selection *selection) {
  if (selection->budget < 1) return false;
  if (selection->kind == CK_SELECT_PAGES) {
    return selection->index_pages && selection->span >= 1 && CK_PAGE_KEYS % selection->span == 0;
  }
  if (selection->kind != CK_SELECT_CODES) return true;
  return selection->index_pages && selection->code.bits >= 1 && selection->code.bits <= 3
         && (!selection->code.hadamard || ck_is_power_of_two(cache->width));
}

static ck_status run_ready(ck_select_job *job) {
  if (job->parts > 1) {
    split_heads(job);
  } else {
    int64_t chosen = job->selection->budget * (job->cache->width + job->cache->value_width);
    int64_t work = job->group * (chosen + 16 * job->judged) + 64;
    ck_parallel_for(job->cache->heads, 1 + 65536 / work, whole_heads, job);
  }
  if (atomic_load(&job->failed)) return CK_NO_MEMORY;
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

static ck_status run(ck_select_job *job, const float *q) {
  enum { PAGES_OF_PART = 32 };
  const ck_cache *cache = job->cache;
  const ck_selection *selection = job->selection;
  job->table = ck_best_cache();
  job->codes = ck_best_codes();
  job->span = selection->kind == CK_SELECT_PAGES ? selection->span : 1;
  job->judged = (cache->length - 1) / job->span;
  int64_t runs = selection->budget / job->span;
  job->wanted = selection->kind == CK_SELECT_STREAMING || runs < 1 ? 0 : runs - 1;
  job->worst = selection->kind == CK_SELECT_CODES ? (uint32_t)(49 * cache->width) : UINT32_MAX;
  job->part = PAGES_OF_PART * (CK_PAGE_KEYS / job->span);
  // What is chosen is the same either way.
  bool splits = job->wanted > 0 && cache->heads < 2 * ck_thread_count();
  job->parts = splits ? (job->judged + job->part - 1) / job->part : 1;
  int64_t bytes = query_bytes(job);
  void *space = bytes == 0 ? NULL : ck_pool_allocate(bytes);
  if (bytes > 0 && !space) return CK_NO_MEMORY;
  make_queries_ready(job, q, space);
  ck_status status = run_ready(job);
  if (space) ck_pool_free(space, bytes);
  return status;
}

// MARK: - Entries

ck_status ck_cache_select(
  const ck_cache *cache, const ck_selection *selection, ck_int group, const float *q,
  int32_t *chosen, int32_t *counts) {
  int64_t rows = cache->heads * group, budget = selection->budget;
  if (!is_sound(cache, selection)) return CK_OUT_OF_RANGE;
  if (rows <= 0) return CK_OK;
  if (budget >= cache->length) {
    for (int64_t row = 0; row < rows; row++) {
      counts[row] = (int32_t)cache->length;
      for (int64_t i = 0; i < cache->length; i++) chosen[row * budget + i] = (int32_t)i;
    }
    return CK_OK;
  }
  ck_select_job job = {
    .cache = cache, .selection = selection, .group = group, .chosen = chosen, .counts = counts};
  return run(&job, q);
}

ck_status ck_cache_decode(
  const ck_cache *cache, const ck_selection *selection, ck_int group, double scale, const float *q,
  float *out) {
  if (!is_sound(cache, selection)) return CK_OUT_OF_RANGE;
  if (cache->heads * group <= 0) return CK_OK;
  if (selection->budget >= cache->length) {
    ck_cache_queries queries = {.group = group, .queries = 1, .scale = scale};
    return ck_cache_attend(cache, &queries, q, out, NULL);
  }
  ck_select_job job = {
    .cache = cache, .selection = selection, .group = group, .scale = scale, .out = out};
  return run(&job, q);
}

static void distances_of_pages(void *context, ck_int low, ck_int high) {
  const ck_select_job *job = context;
  int64_t length = job->cache->length, pages = (length + CK_PAGE_KEYS - 1) / CK_PAGE_KEYS;
  _Alignas(64) uint32_t distances[CK_PAGE_KEYS];
  for (int64_t part = low; part < high && !ck_interrupted(); part++) {
    int64_t head = part / pages, first = part % pages * CK_PAGE_KEYS, left = length - first;
    int64_t count = left < CK_PAGE_KEYS ? left : CK_PAGE_KEYS;
    for (int64_t member = 0; member < job->group; member++) {
      int64_t row = head * job->group + member;
      ck_code_badness(job, head, member, first, count, distances);
      memcpy(job->distances + row * length + first, distances, (size_t)count * 4);
    }
  }
}

ck_status ck_cache_distances(
  const ck_cache *cache, const ck_selection *selection, ck_int group, const float *q,
  int32_t *distances) {
  if (selection->kind != CK_SELECT_CODES || !is_sound(cache, selection)) return CK_OUT_OF_RANGE;
  if (cache->heads * group * cache->length <= 0) return CK_OK;
  ck_select_job job = {
    .cache = cache, .selection = selection, .group = group, .distances = distances,
    .table = ck_best_cache(), .codes = ck_best_codes()};
  int64_t bytes = query_bytes(&job);
  void *space = ck_pool_allocate(bytes);
  if (!space) return CK_NO_MEMORY;
  make_queries_ready(&job, q, space);
  int64_t pages = (cache->length + CK_PAGE_KEYS - 1) / CK_PAGE_KEYS;
  ck_parallel_for(cache->heads * pages, 8, distances_of_pages, &job);
  ck_pool_free(space, bytes);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}
