// What choosing positions of a cache is made of. Not for Swift.
//
// Positions are seen once, oldest first, and given a badness, an integer. The best so far are kept: as long as fewer than
// wanted have been seen, all of them; then those not worse than the worst of the best, until there are too many and the best
// are picked out. Of positions as bad the newer are kept, so what is chosen depends on nothing but the badness.
#ifndef LAMELLA_SELECT_H
#define LAMELLA_SELECT_H
#include "cache_table.h"

#include <stdatomic.h>

typedef struct {
  int32_t *positions;
  uint32_t *badness;
  int64_t count, wanted, capacity;
  // None of those kept is worse; worse ones need not be looked at.
  uint32_t most;
} ck_best;

typedef struct {
  const ck_cache *cache;
  const ck_selection *selection;
  const ck_cache_table *table;
  const ck_code_table *codes;
  int64_t group;
  // What positions are judged by: queries made ready, their codes, or as they are.
  const float *q;
  const float *ready;
  const uint32_t *query_codes;
  // How many are to be chosen of what is judged: positions, or runs of `span`.
  int64_t judged, span, wanted;
  // No badness is larger.
  uint32_t worst;
  // Parts of the judged, each of `part` of them.
  int64_t part, parts;
  double scale;
  int32_t *chosen, *counts, *distances;
  float *out;
  ck_best *all_best;
  _Atomic bool failed;
} ck_select_job;

// Bytes for the positions and badness of the best.
int64_t ck_best_bytes(int64_t wanted);
// Nothing seen is worse than `worst`.
void ck_best_start(ck_best *best, int64_t wanted, uint32_t worst, void *space);
// Leaves the best `wanted`, in their order.
void ck_best_keep(ck_best *best, const ck_cache_table *table);
// Looks at the judged low ..< high for all heads that share a head of the cache; low is the first of a page. Leaves the best of
// each.
void ck_best_look(
  const ck_select_job *job, int64_t head, int64_t low, int64_t high, ck_best *bests);
// The distances of a page's `count` positions from `first` on, rounded up to whole blocks of codes.
void ck_code_badness(
  const ck_select_job *job, int64_t head, int64_t member, int64_t first, int64_t count,
  uint32_t *badness);

#endif
