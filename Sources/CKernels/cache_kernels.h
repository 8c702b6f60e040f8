// The vectorised parts of attention over a cache: a template, compiled once for each instruction set (cache_*.c), which
// define CACHE_TABLE and VECTOR_BYTES.
#include "functions_types.h"

#include "cache_rows.h"

static float largest_of(const float *x, int64_t n) {
  float lanes[32];
  for (int j = 0; j < 32; j++) lanes[j] = -INFINITY;
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (int j = 0; j < 32; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (int j = 0; i + j < n; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  for (int half = 16; half > 0; half /= 2) {
    for (int j = 0; j < half; j++) {
      lanes[j] = lanes[j + half] > lanes[j] ? lanes[j + half] : lanes[j];
    }
  }
  return lanes[0];
}

// Weights relative to the largest in place of scores: their sum.
static float exponentials(float *x, float shift, int64_t n) {
  _Pragma("clang fp reassociate(on)") float sum = 0;
  VECTORIZED for (int64_t i = 0; i < n; i++) {
    float e = fast_exp_weight_f32(x[i] - shift);
    x[i] = e;
    sum += e;
  }
  return sum;
}

// Row r of the task: weights in place of `count` scores; what has been summed is scaled to the new largest score.
static void weigh(const ck_cache_rows *task, int64_t r, float *weights, int64_t count) {
  float before = task->largest[r], top = largest_of(weights, count);
  top = top > before ? top : before;
  float shift = top == -INFINITY ? 0 : top;
  float factor = before == -INFINITY ? 0 : fast_exp_f32(before - shift);
  task->largest[r] = top;
  task->totals[r] = task->totals[r] * factor + exponentials(weights, shift, count);
  if (factor == 1) return;
  float *sum = task->sums + r * task->value_width;
  VECTORIZED for (int64_t c = 0; c < task->value_width; c++) sum[c] *= factor;
}

// How many of the positions first ..< first + count row r sees.
static int64_t seen_count(const ck_cache_rows *task, int64_t r, int64_t first, int64_t count) {
  int64_t seen = task->visible[r] - first;
  return seen < 0 ? 0 : seen < count ? seen : count;
}

static void attend(
  const ck_cache_rows *task, int64_t first, const void *keys, const void *values, int64_t count,
  const void *next_keys) {
  int64_t width = task->width, value_width = task->value_width;
  for (int64_t r = 0, rows; r < task->rows; r += rows) {
    // Rows that see as many of the keys.
    int64_t seen = seen_count(task, r, first, count);
    rows = 1;
    while (rows < CK_CACHE_ROWS && r + rows < task->rows
           && seen_count(task, r + rows, first, count) == seen) {
      rows++;
    }
    if (seen == 0) continue;
    float *weights = task->weights;
    score_few(
      task->stored, task->q + r * width, rows, keys, seen, width, weights, CK_CACHE_BLOCK,
      values);
    for (int64_t i = 0; i < rows; i++) {
      if (task->mask) task->mask(task, r + i, first, seen, weights + i * CK_CACHE_BLOCK);
      weigh(task, r + i, weights + i * CK_CACHE_BLOCK, seen);
    }
    add_few(
      task->stored, rows, weights, CK_CACHE_BLOCK, values, seen, value_width,
      task->sums + r * value_width, next_keys);
  }
}

static void attend_at(
  const ck_cache_rows *task, const void *const *keys, const void *const *values, int64_t count) {
  int64_t width = task->width, value_width = task->value_width;
  int64_t size = ck_stored_size(task->stored);
  float *weights = task->weights;
  company with = {values, value_width * size};
  for (int64_t i = 0; i < count && i < AHEAD; i++) {
    prefetch_row(keys[i], width * size);
    prefetch_row(values[i], value_width * size);
  }
  if (task->stored == CK_F32) {
    score_rows(1, false, true, task->q, keys, count, width, weights, CK_CACHE_BLOCK, NULL, with);
    weigh(task, 0, weights, count);
    add_rows(1, false, true, weights, CK_CACHE_BLOCK, values, count, value_width, task->sums, NULL);
  } else {
    score_rows(1, true, true, task->q, keys, count, width, weights, CK_CACHE_BLOCK, NULL, with);
    weigh(task, 0, weights, count);
    add_rows(1, true, true, weights, CK_CACHE_BLOCK, values, count, value_width, task->sums, NULL);
  }
}

static void combine(float *to, float a, const float *from, float b, int64_t width) {
  VECTORIZED for (int64_t c = 0; c < width; c++) to[c] = a * to[c] + b * from[c];
}

// MARK: - Runs of keys, and what is chosen

static void bounds(
  int32_t stored, const void *keys, int64_t count, int64_t width, float *smallest,
  float *largest) {
  for (int64_t c = 0; c < width; c++) smallest[c] = INFINITY, largest[c] = -INFINITY;
  for (int64_t key = 0; key < count; key++) {
    const float *wide = (const float *)keys + key * width;
    const uint16_t *narrow = (const uint16_t *)keys + key * width;
    VECTORIZED for (int64_t c = 0; c < width; c++) {
      float x = stored == CK_F32 ? wide[c] : widened(narrow[c]);
      smallest[c] = x < smallest[c] || x != x ? x : smallest[c];
      largest[c] = x > largest[c] || x != x ? x : largest[c];
    }
  }
}

static inline float lane_sum(vector x) {
  _Pragma("clang fp reassociate(on)") float sum = 0;
  for (int i = 0; i < LANES; i++) sum += x[i];
  return sum;
}

static void bound_scores(
  const float *q, const float *smallest, const float *largest, int64_t count, int64_t width,
  float *to) {
  for (int64_t run = 0; run < count; run++, smallest += width, largest += width) {
    vector first = {0}, second = {0};
    int64_t low = 0;
    for (; low + 2 * LANES <= width; low += 2 * LANES) {
      for (int i = 0; i < 2; i++) {
        int64_t c = low + i * LANES;
        vector x = *(const vector *)(q + c);
        vector a = x * *(const vector *)(smallest + c), b = x * *(const vector *)(largest + c);
        pairs chosen = (pairs)(a > b);
        vector larger = (vector)(((pairs)a & chosen) | ((pairs)b & ~chosen));
        if (i == 0) {
          first += larger;
        } else {
          second += larger;
        }
      }
    }
    float sum = lane_sum(first + second);
    for (; low < width; low++) {
      float a = q[low] * smallest[low], b = q[low] * largest[low];
      sum += a > b ? a : b;
    }
    to[run] = sum;
  }
}

static void badness(const float *from, int64_t count, uint32_t *to) {
  VECTORIZED for (int64_t i = 0; i < count; i++) {
    // The sum makes -0 the same as 0.
    float x = from[i] + 0.0f;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t order = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
    to[i] = x != x ? UINT32_MAX : order;
  }
}

// Moves the positions and the badness of those not worse than `most` to the front of `to` and `kept`, in their order. The
// positions are first + i, or those at `from`; the targets may be the sources, or lie before them. How many.
#if VECTOR_BYTES == 64
static inline int64_t move_bearable(
  const int32_t *from, int64_t first, const uint32_t *badness, int64_t count, uint32_t most,
  int32_t *to, uint32_t *kept) {
  const __m512i limit = _mm512_set1_epi32((int32_t)most);
  const __m512i steps = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  int64_t found = 0;
  for (int64_t i = 0; i < count; i += 16) {
    __mmask16 there = count - i < 16 ? (__mmask16)((1 << (count - i)) - 1) : (__mmask16)0xffff;
    __m512i x = _mm512_maskz_loadu_epi32(there, badness + i);
    __mmask16 bearable = _mm512_mask_cmple_epu32_mask(there, x, limit);
    __m512i positions = from ? _mm512_maskz_loadu_epi32(there, from + i)
                             : _mm512_add_epi32(_mm512_set1_epi32((int32_t)(first + i)), steps);
    int32_t some = __builtin_popcount(bearable);
    __mmask16 written = (__mmask16)((1 << some) - 1);
    _mm512_mask_storeu_epi32(to + found, written, _mm512_maskz_compress_epi32(bearable, positions));
    _mm512_mask_storeu_epi32(kept + found, written, _mm512_maskz_compress_epi32(bearable, x));
    found += some;
  }
  return found;
}
#else
static inline int64_t move_bearable(
  const int32_t *from, int64_t first, const uint32_t *badness, int64_t count, uint32_t most,
  int32_t *to, uint32_t *kept) {
  int64_t found = 0;
  for (int64_t low = 0; low < count; low += 32) {
    int64_t end = low + 32 < count ? low + 32 : count;
    uint32_t any = 0;
    VECTORIZED for (int64_t i = low; i < end; i++) any |= badness[i] <= most ? 1 : 0;
    if (!any) continue;
    for (int64_t i = low; i < end; i++) {
      uint32_t x = badness[i];
      to[found] = from ? from[i] : (int32_t)(first + i);
      kept[found] = x;
      found += x <= most;
    }
  }
  return found;
}
#endif

static int64_t admit(
  const uint32_t *badness, int64_t first, int64_t count, uint32_t most, int32_t *to,
  uint32_t *kept) {
  return move_bearable(NULL, first, badness, count, most, to, kept);
}

static int64_t keep(
  const int32_t *positions, const uint32_t *badness, int64_t count, uint32_t most, int32_t *to,
  uint32_t *kept) {
  return move_bearable(positions, 0, badness, count, most, to, kept);
}

static int64_t count_bearable(const uint32_t *badness, int64_t count, uint32_t most) {
  uint32_t found = 0;
  VECTORIZED for (int64_t i = 0; i < count; i++) found += badness[i] <= most ? 1 : 0;
  return found;
}

const ck_cache_table CACHE_TABLE = {
  .prepare = prepare, .scores = scores, .attend = attend, .attend_at = attend_at,
  .settle = settle, .combine = combine, .bounds = bounds, .bound_scores = bound_scores,
  .badness = badness, .admit = admit,
  .keep = keep, .count_bearable = count_bearable,
};
