#ifndef LAMELLA_CACHE_H
#define LAMELLA_CACHE_H
#include "coding.h"
#include "kernels.h"

// Attention of single queries over a cache of keys and values, whole or of chosen positions (cache.c, codes.c). Results are
// the same for any number of threads.

// A page holds this many positions of every head: keys [heads, CK_PAGE_KEYS, width], values [heads, CK_PAGE_KEYS,
// value_width].
enum { CK_PAGE_KEYS = 256 };

// `heads` counts those of all batches. `stored` is CK_F32 or CK_BF16. `length` positions are filled.
typedef struct {
  ck_int heads, width, value_width, length;
  int32_t stored;
  void *const *key_pages, *const *value_pages;
} ck_cache;

// Writes keys [heads, count, width] and values [heads, count, value_width] of f32 to positions first ..< first + count, whose
// pages exist.
ck_status ck_cache_write(
  const ck_cache *cache, ck_int first, ck_int count, const float *keys, const float *values);
// The reverse.
ck_status ck_cache_read(
  const ck_cache *cache, ck_int first, ck_int count, float *keys, float *values);

// MARK: - All positions

// Queries [heads, group, queries, width]: `group` heads share each head of the cache. Query i sees positions up to length -
// queries + i; where `seen` [queries, queries] is given, it says instead which of the newest `queries` positions query i sees.
typedef struct {
  ck_int group, queries;
  double scale;
  const uint8_t *seen;
} ck_cache_queries;

// out [heads, group, queries, value_width]; totals [heads, group, queries], the logsumexp of the scores, may be NULL. A query
// that sees nothing gets 0. Meant for few queries: keys are read once for each CK_FEW_QUERIES_AT_ONCE (neural.h) of a head.
// Query i of several gets the very bits it gets alone, with `length` up to what it sees (without `seen`).
ck_status ck_cache_attend(
  const ck_cache *cache, const ck_cache_queries *queries, const float *q, float *out,
  float *totals);
// scores [heads, group, length] of one query for each head: q · k, not scaled.
ck_status ck_cache_scores(const ck_cache *cache, ck_int group, const float *q, float *scores);

// MARK: - Codes (codes.c)

// A key as `bits` (1, 2 or 3) bits a channel: how many of the 2^bits - 1 edges (ascending) the channel is above, after the
// orthonormal Walsh-Hadamard transform where `hadamard` says so (the width is then a power of two).
typedef struct {
  int32_t bits;
  bool hadamard;
  float edges[7];
} ck_code;

// Bytes of a page of codes: `bits` planes of a bit for each channel, head by head, in blocks that a vector holds.
ck_int ck_code_page_bytes(ck_int heads, ck_int width, int32_t bits);
// Codes of positions first ..< first + count of one page of keys into its page of codes.
ck_status ck_cache_encode(
  const ck_cache *cache, const ck_code *code, ck_int page, ck_int first, ck_int count,
  void *code_page);

// Of each row of x, the orthonormal Walsh-Hadamard transform; CK_F32 or CK_F64. `out` may be x. CK_OUT_OF_RANGE unless the
// width is a power of two.
ck_status ck_hadamard(int32_t dtype, const void *x, ck_int rows, ck_int width, void *out);

// Bounds of `span` adjacent keys (it divides CK_PAGE_KEYS) by channel: smallest [heads, CK_PAGE_KEYS / span, width], then the
// largest, as f32. The runs that hold positions first ..< first + count are made anew; of a run only positions before first
// + count count. A channel with a NaN has NaN for bounds.
ck_int ck_bound_page_bytes(ck_int heads, ck_int width, ck_int span);
ck_status ck_cache_bounds(
  const ck_cache *cache, ck_int span, ck_int page, ck_int first, ck_int count, void *bound_page);

// MARK: - Chosen positions (select.c)

typedef enum {
  // The first `sinks` positions and the newest.
  CK_SELECT_STREAMING = 0,
  // Runs of `span` positions by the largest product their bounds allow.
  CK_SELECT_PAGES = 1,
  // The smallest distances of codes.
  CK_SELECT_CODES = 2,
  // The largest products.
  CK_SELECT_LARGEST = 3,
  // By chance.
  CK_SELECT_RANDOM = 4
} ck_selection_kind;

// How `budget` positions are chosen for a query. The newest position is always among them; of equal ones the newer wins.
// With a budget of `length` or more, all are chosen; it is at least 1. CK_SELECT_PAGES chooses budget / span whole runs (at
// least one), the newest run, which may be part filled, among them; of a run longer than the budget the newest positions. NaN
// scores come last. Chance depends on the seed, the head and the length.
typedef struct {
  ck_selection_kind kind;
  ck_int budget, sinks, span;
  ck_code code;
  ck_distance_metric metric;
  uint64_t seed;
  // Codes or bounds of all pages, as the kind needs; NULL otherwise.
  void *const *index_pages;
} ck_selection;

// Queries [heads, group, width]. chosen [heads, group, budget]: positions ascending; counts [heads, group].
ck_status ck_cache_select(
  const ck_cache *cache, const ck_selection *selection, ck_int group, const float *q,
  int32_t *chosen, int32_t *counts);
// The distances [heads, group, length] CK_SELECT_CODES goes by.
ck_status ck_cache_distances(
  const ck_cache *cache, const ck_selection *selection, ck_int group, const float *q,
  int32_t *distances);
// Attention to the chosen positions alone: out [heads, group, value_width], totals as ck_cache_attend. CK_OUT_OF_RANGE when
// one is no position of the cache.
ck_status ck_cache_attend_chosen(
  const ck_cache *cache, ck_int group, double scale, const float *q, const int32_t *chosen,
  const int32_t *counts, ck_int budget, float *out, float *totals);
// Both in one pass, without keeping what is chosen.
ck_status ck_cache_decode(
  const ck_cache *cache, const ck_selection *selection, ck_int group, double scale, const float *q,
  float *out);

#endif
