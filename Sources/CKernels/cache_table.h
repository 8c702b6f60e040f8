// The vectorised parts of attention over a cache, one table for each instruction set. Not for Swift.
#ifndef LAMELLA_CACHE_TABLE_H
#define LAMELLA_CACHE_TABLE_H
#include "include/cache.h"
#include "include/neural.h"
#include "kernel.h"

enum {
  // Positions a part of full attention reads, and how many of these, or of chosen ones, at a time.
  CK_CACHE_PART = 4 * CK_PAGE_KEYS,
  CK_CACHE_BLOCK = 128,
  // Queries whose scores are worked out together.
  CK_CACHE_ROWS = 4,
  // Keys whose codes lie side by side.
  CK_CODE_LANES = 16,
  // Elements that choosing may write beyond what it keeps.
  CK_SELECT_SLACK = 16
};

// Some queries of one head of the cache, and the softmax so far: sums [rows, value_width] of weighted values, unnormalised and
// in the order of `settle`, with the largest score and the total weight of each row.
typedef struct ck_cache_rows ck_cache_rows;
struct ck_cache_rows {
  int32_t stored;
  int64_t width, value_width, rows;
  // As `prepare` makes them.
  const float *q;
  float *sums, *largest, *totals;
  // Space: CK_CACHE_ROWS · CK_CACHE_BLOCK.
  float *weights;
  // Row r sees the positions before visible[r].
  const int64_t *visible;
  // Changes the scores of row r for `count` positions from `first` on, by what `masked_by` says; NULL: they stay.
  void (*mask)(
    const ck_cache_rows *task, int64_t r, int64_t first, int64_t count, float *scores);
  const void *masked_by;
};

typedef struct {
  // Queries times a factor, in the order that the stored type is read in.
  void (*prepare)(
    int32_t stored, const float *q, int64_t rows, int64_t width, float factor, float *ready);
  // q · k of `count` adjacent keys for each of `rows` ready queries; scores [rows, stride].
  void (*scores)(
    int32_t stored, const float *ready, int64_t rows, const void *keys, int64_t count,
    int64_t width, float *scores, int64_t stride);
  // Goes on with `count` adjacent keys and values, from position `first` on; at most CK_CACHE_BLOCK. The keys at `next_keys`
  // will be read next.
  void (*attend)(
    const ck_cache_rows *task, int64_t first, const void *keys, const void *values, int64_t count,
    const void *next_keys);
  // The same of one query and keys and values anywhere.
  void (*attend_at)(
    const ck_cache_rows *task, const void *const *keys, const void *const *values, int64_t count);
  // Sums in their order, times a factor.
  void (*settle)(int32_t stored, const float *sums, int64_t width, float factor, float *out);
  // to = a to + b from
  void (*combine)(float *to, float a, const float *from, float b, int64_t width);
  // The smallest and the largest of each channel; NaN where there is one.
  void (*bounds)(
    int32_t stored, const void *keys, int64_t count, int64_t width, float *smallest,
    float *largest);
  // The largest products that bounds [count, width] allow.
  void (*bound_scores)(
    const float *q, const float *smallest, const float *largest, int64_t count, int64_t width,
    float *scores);
  // How bad scores are, in an order of integers: the larger the better, NaN worst.
  void (*badness)(const float *scores, int64_t count, uint32_t *badness);
  // The positions first + i and badness[i] of those not worse than `most`, in their order. How many; up to CK_SELECT_SLACK more
  // elements may be written.
  int64_t (*admit)(
    const uint32_t *badness, int64_t first, int64_t count, uint32_t most, int32_t *positions,
    uint32_t *kept);
  // The same of given positions; the targets may be the sources, or lie before them.
  int64_t (*keep)(
    const int32_t *positions, const uint32_t *badness, int64_t count, uint32_t most, int32_t *to,
    uint32_t *kept);
  // How many are not worse.
  int64_t (*count_bearable)(const uint32_t *badness, int64_t count, uint32_t most);
} ck_cache_table;

// Codes lie in blocks of CK_CODE_LANES keys: [word][bit][key], a word being 32 channels, the lowest in the lowest bit.
typedef struct {
  // Codes of keys first ..< first + count, counted from the block that `codes` begins with. Space: width · CK_CODE_LANES.
  void (*encode)(
    int32_t stored, const ck_code *code, const void *keys, int64_t width, int64_t first,
    int64_t count, uint32_t *codes, float *space);
  // Distances of `count` keys, rounded up to whole blocks, from a query's code [word][bit]; what is at `next` will be read
  // next.
  void (*distances)(
    int32_t bits, ck_distance_metric metric, const uint32_t *codes, const uint32_t *query,
    int64_t words, int64_t count, const uint32_t *next, uint32_t *out);
} ck_code_table;

extern const ck_cache_table ck_cache_base;
extern const ck_code_table ck_codes_base;
#if defined(__x86_64__)
extern const ck_cache_table ck_cache_v3, ck_cache_v4;
extern const ck_code_table ck_codes_v3, ck_codes_v4, ck_codes_popcnt;
#endif
// The best of this machine (dispatch.c).
const ck_cache_table *ck_best_cache(void);
const ck_code_table *ck_best_codes(void);

static inline int64_t ck_stored_size(int32_t stored) { return stored == CK_F32 ? 4 : 2; }

static inline bool ck_is_power_of_two(int64_t x) { return x > 0 && (x & (x - 1)) == 0; }

static inline int64_t ck_code_words(int64_t width) { return (width + 31) / 32; }

// Of a position and head, the key's row.
static inline const void *ck_cache_key(const ck_cache *cache, int64_t head, int64_t position) {
  int64_t row = head * CK_PAGE_KEYS + position % CK_PAGE_KEYS;
  const char *page = cache->key_pages[position / CK_PAGE_KEYS];
  return page + row * cache->width * ck_stored_size(cache->stored);
}

static inline const void *ck_cache_value(const ck_cache *cache, int64_t head, int64_t position) {
  int64_t row = head * CK_PAGE_KEYS + position % CK_PAGE_KEYS;
  const char *page = cache->value_pages[position / CK_PAGE_KEYS];
  return page + row * cache->value_width * ck_stored_size(cache->stored);
}

// Attention of one query to chosen positions (cache.c). `space` holds ck_chosen_space elements.
int64_t ck_chosen_space(const ck_cache *cache);
void ck_attend_positions(
  const ck_cache *cache, const ck_cache_table *table, int64_t head, const float *q, double scale,
  const int32_t *positions, int64_t count, float *space, float *out, float *logsumexp);

#endif
