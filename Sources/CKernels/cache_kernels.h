// The vectorised parts of attention over a cache: a template, compiled once for each instruction set (cache_*.c), which
// define CACHE_TABLE and VECTOR_BYTES.
#include "functions_types.h"

#include "cache_rows.h"

static float largest_of(const float *x, int64_t n) {
  float lanes[32], largest = -INFINITY;
  for (int j = 0; j < 32; j++) lanes[j] = largest;
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (int j = 0; j < 32; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  for (int j = 0; j < 32; j++) largest = lanes[j] > largest ? lanes[j] : largest;
  return largest;
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

static void hide(
  const ck_cache_rows *task, int64_t r, int64_t first, int64_t count, float *weights) {
  const uint8_t *seen = task->seen + (task->first_row + r) % task->queries * task->queries;
  int64_t low = task->tree > first ? task->tree : first;
  for (int64_t p = low; p < first + count; p++) {
    if (!seen[p - task->tree]) weights[p - first] = -INFINITY;
  }
}

// How many of the positions first ..< first + count row r sees.
static int64_t seen_count(const ck_cache_rows *task, int64_t r, int64_t first, int64_t count) {
  int64_t seen = task->visible[r] - first;
  return seen < 0 ? 0 : seen < count ? seen : count;
}

static void attend(
  const ck_cache_rows *task, int64_t first, const void *keys, const void *values, int64_t count) {
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
      task->stored, task->q + r * width, rows, keys, seen, width, weights, CK_CACHE_BLOCK);
    for (int64_t i = 0; i < rows; i++) {
      if (task->seen) hide(task, r + i, first, seen, weights + i * CK_CACHE_BLOCK);
      weigh(task, r + i, weights + i * CK_CACHE_BLOCK, seen);
    }
    add_few(
      task->stored, rows, weights, CK_CACHE_BLOCK, values, seen, value_width,
      task->sums + r * value_width);
  }
}

static void attend_at(
  const ck_cache_rows *task, const void *const *keys, const void *const *values, int64_t count) {
  int64_t width = task->width, value_width = task->value_width;
  float *weights = task->weights;
  if (task->stored == CK_F32) {
    score_rows(
      1, false, true, task->q, keys, count, width, weights, CK_CACHE_BLOCK, values,
      value_width * 4);
    weigh(task, 0, weights, count);
    add_rows(1, false, true, weights, CK_CACHE_BLOCK, values, count, value_width, task->sums);
  } else {
    score_rows(
      1, true, true, task->q, keys, count, width, weights, CK_CACHE_BLOCK, values,
      value_width * 2);
    weigh(task, 0, weights, count);
    add_rows(1, true, true, weights, CK_CACHE_BLOCK, values, count, value_width, task->sums);
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

static int64_t admit(
  const uint32_t *badness, int64_t first, int64_t count, uint32_t most, int32_t *positions,
  uint32_t *kept) {
  int64_t found = 0, i = 0;
  for (; i + 32 <= count; i += 32) {
    uint32_t any = 0;
    VECTORIZED for (int j = 0; j < 32; j++) any |= badness[i + j] <= most ? 1 : 0;
    if (!any) continue;
    for (int j = 0; j < 32; j++) {
      positions[found] = (int32_t)(first + i + j);
      kept[found] = badness[i + j];
      found += badness[i + j] <= most;
    }
  }
  for (; i < count; i++) {
    positions[found] = (int32_t)(first + i);
    kept[found] = badness[i];
    found += badness[i] <= most;
  }
  return found;
}

const ck_cache_table CACHE_TABLE = {
  .prepare = prepare, .scores = scores, .attend = attend, .attend_at = attend_at,
  .settle = settle, .combine = combine, .bounds = bounds, .bound_scores = bound_scores,
  .badness = badness, .admit = admit,
};
