// The best positions of a cache so far, and how bad positions are.
#include "select.h"

// MARK: - The best so far

static int64_t capacity_for(int64_t wanted) {
  return wanted + (wanted > 512 ? wanted : 512) + CK_PAGE_KEYS + CK_SELECT_SLACK;
}

int64_t ck_best_bytes(int64_t wanted) { return 8 * capacity_for(wanted); }

void ck_best_start(ck_best *best, int64_t wanted, uint32_t worst, void *space) {
  int64_t capacity = capacity_for(wanted);
  best->positions = space;
  best->badness = (uint32_t *)space + capacity;
  best->count = 0;
  best->wanted = wanted;
  best->capacity = capacity;
  best->most = worst;
}

// The badness of the number `wanted` of them.
static uint32_t limit_of(const ck_best *best, const ck_cache_table *table) {
  uint32_t low = 0, high = best->most;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (table->count_bearable(best->badness, best->count, middle) >= best->wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void ck_best_keep(ck_best *best, const ck_cache_table *table) {
  if (best->count <= best->wanted) return;
  int32_t *positions = best->positions;
  uint32_t *badness = best->badness, limit = limit_of(best, table);
  int64_t surplus = table->count_bearable(badness, best->count, limit) - best->wanted;
  // Of those at the limit the first `surplus` go: up to there, only better ones are kept.
  int64_t start = 0;
  for (int64_t left = surplus; left > 0; start++) left -= badness[start] == limit;
  int64_t kept = 0;
  if (limit > 0) kept = table->keep(positions, badness, start, limit - 1, positions, badness);
  kept += table->keep(
    positions + start, badness + start, best->count - start, limit, positions + kept,
    badness + kept);
  best->count = kept;
  best->most = limit;
}

// Looks at positions first ..< first + count, at most CK_PAGE_KEYS.
static void look_at(
  ck_best *best, const ck_cache_table *table, const uint32_t *badness, int64_t first,
  int64_t count) {
  if (best->count + count >= best->capacity) ck_best_keep(best, table);
  best->count += table->admit(
    badness, first, count, best->most, best->positions + best->count, best->badness + best->count);
}

// MARK: - Badness

static uint32_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((x ^ (x >> 31)) >> 32);
}

static void random_badness(
  const ck_select_job *job, int64_t row, int64_t first, int64_t count, uint32_t *badness) {
  uint64_t start = job->selection->seed + 0x9e3779b97f4a7c15u * (uint64_t)(row + 1);
  uint64_t base = (uint64_t)mixed(start) << 32 | mixed(start + (uint64_t)job->cache->length);
  for (int64_t i = 0; i < count; i++) {
    badness[i] = mixed(base + 0x9e3779b97f4a7c15u * (uint64_t)(first + i + 1));
  }
}

void ck_code_badness(
  const ck_select_job *job, int64_t head, int64_t member, int64_t first, int64_t count,
  uint32_t *badness) {
  const ck_selection *selection = job->selection;
  int64_t words = ck_code_words(job->cache->width), page = first / CK_PAGE_KEYS;
  int64_t each = CK_PAGE_KEYS * words * selection->code.bits;
  const uint32_t *codes = (const uint32_t *)selection->index_pages[page] + head * each;
  bool is_last = first + CK_PAGE_KEYS >= job->cache->length;
  const uint32_t *next =
    is_last ? codes : (const uint32_t *)selection->index_pages[page + 1] + head * each;
  const uint32_t *query =
    job->query_codes + (head * job->group + member) * words * selection->code.bits;
  job->codes->distances(
    selection->code.bits, selection->metric, codes, query, words, count, next, badness);
}

static void score_badness(
  const ck_select_job *job, int64_t head, int64_t member, int64_t first, int64_t count,
  uint32_t *badness) {
  const ck_cache *cache = job->cache;
  float scores[CK_PAGE_KEYS];
  job->table->scores(
    cache->stored, job->ready + (head * job->group + member) * cache->width, 1,
    ck_cache_key(cache, head, first), count, cache->width, scores, CK_PAGE_KEYS);
  job->table->badness(scores, count, badness);
}

// Of the runs first ..< first + count of one page.
static void run_badness(
  const ck_select_job *job, int64_t head, int64_t member, int64_t first, int64_t count,
  uint32_t *badness) {
  const ck_cache *cache = job->cache;
  float scores[CK_PAGE_KEYS];
  int64_t runs = CK_PAGE_KEYS / job->span;
  const float *smallest = (const float *)job->selection->index_pages[first / runs]
                          + (head * runs + first % runs) * cache->width;
  job->table->bound_scores(
    job->q + (head * job->group + member) * cache->width, smallest,
    smallest + cache->heads * runs * cache->width, count, cache->width, scores);
  job->table->badness(scores, count, badness);
}

static void find_badness(
  const ck_select_job *job, int64_t head, int64_t member, int64_t first, int64_t count,
  uint32_t *badness) {
  switch (job->selection->kind) {
  case CK_SELECT_PAGES: run_badness(job, head, member, first, count, badness); break;
  case CK_SELECT_CODES: ck_code_badness(job, head, member, first, count, badness); break;
  case CK_SELECT_LARGEST: score_badness(job, head, member, first, count, badness); break;
  case CK_SELECT_RANDOM:
    random_badness(job, head * job->group + member, first, count, badness);
    break;
  case CK_SELECT_STREAMING: break;
  }
}

void ck_best_look(
  const ck_select_job *job, int64_t head, int64_t low, int64_t high, ck_best *bests) {
  int64_t step = CK_PAGE_KEYS / job->span;
  // Whole blocks of codes.
  _Alignas(64) uint32_t badness[CK_PAGE_KEYS];
  for (int64_t first = low; first < high && !ck_interrupted(); first += step) {
    int64_t count = high - first < step ? high - first : step;
    for (int64_t member = 0; member < job->group; member++) {
      find_badness(job, head, member, first, count, badness);
      look_at(bests + member, job->table, badness, first, count);
    }
  }
  for (int64_t member = 0; member < job->group; member++) ck_best_keep(bests + member, job->table);
}
