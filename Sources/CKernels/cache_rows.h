// Products of queries with rows of keys, and sums of rows of values, read as they are stored: included by cache_kernels.h.
//
// A vector of 32-bit lanes holds pairs of bf16: the upper half of a lane is the odd element as a float, the lower half,
// shifted up, the even one. Queries and sums are kept with the even and the odd elements of each step apart. What is left of
// a row after whole steps lies in its order. Each result is summed in one order, whatever is worked out beside it.

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef uint32_t pairs __attribute__((vector_size(VECTOR_BYTES), aligned(2), may_alias));

enum { LANES = VECTOR_BYTES / 4 };

INLINE vector odd_elements(pairs x) { return (vector)(x & 0xffff0000u); }
INLINE vector even_elements(pairs x) { return (vector)(x << 16); }

INLINE float widened(uint16_t x) {
  uint32_t bits = (uint32_t)x << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

INLINE float element(const bool narrow, const void *row, int64_t i) {
  return narrow ? widened(((const uint16_t *)row)[i]) : ((const float *)row)[i];
}

INLINE float lane_sum(vector x) {
  _Pragma("clang fp reassociate(on)") float sum = 0;
  for (int i = 0; i < LANES; i++) sum += x[i];
  return sum;
}

// Row i of adjacent rows, or of pointers to rows.
INLINE const void *row_of(const bool anywhere, const void *rows, int64_t i, int64_t bytes) {
  return anywhere ? ((const void *const *)rows)[i] : (const char *)rows + i * bytes;
}

INLINE void prefetch_row(const void *row, int64_t bytes) {
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)row + i, 0, 3);
}

static void prepare(
  int32_t stored, const float *q, int64_t rows, int64_t width, float factor, float *ready) {
  int64_t step = stored == CK_F32 ? width : 2 * LANES;
  for (int64_t r = 0; r < rows; r++, q += width, ready += width) {
    int64_t low = 0;
    for (; low + step <= width && stored != CK_F32; low += step) {
      for (int64_t i = 0; i < LANES; i++) {
        ready[low + i] = q[low + 2 * i] * factor;
        ready[low + LANES + i] = q[low + 2 * i + 1] * factor;
      }
    }
    for (; low < width; low++) ready[low] = q[low] * factor;
  }
}

static void settle(int32_t stored, const float *sums, int64_t width, float factor, float *out) {
  int64_t step = stored == CK_F32 ? width : 2 * LANES, low = 0;
  for (; low + step <= width && stored != CK_F32; low += step) {
    for (int64_t i = 0; i < LANES; i++) {
      out[low + 2 * i] = sums[low + i] * factor;
      out[low + 2 * i + 1] = sums[low + LANES + i] * factor;
    }
  }
  for (; low < width; low++) out[low] = sums[low] * factor;
}

// MARK: - Scores

// scores [queries, stride] of `count` rows; `also` are rows to be read next, of `also_bytes`.
INLINE void score_rows(
  const int queries, const bool narrow, const bool anywhere, const float *q, const void *keys,
  int64_t count, int64_t width, float *scores, int64_t stride, const void *also,
  int64_t also_bytes) {
  enum { AHEAD = 8 };
  const int64_t step = 2 * LANES, bytes = width * (narrow ? 2 : 4);
  for (int64_t i = 0; anywhere && i < count && i < AHEAD; i++) {
    prefetch_row(row_of(true, keys, i, 0), bytes);
    prefetch_row(row_of(true, also, i, 0), also_bytes);
  }
  for (int64_t key = 0; key < count; key++) {
    if (anywhere && key + AHEAD < count) {
      prefetch_row(row_of(true, keys, key + AHEAD, 0), bytes);
      prefetch_row(row_of(true, also, key + AHEAD, 0), also_bytes);
    }
    const void *row = row_of(anywhere, keys, key, bytes);
    vector first[CK_CACHE_ROWS], second[CK_CACHE_ROWS];
    for (int r = 0; r < queries; r++) first[r] = second[r] = (vector){0};
    int64_t low = 0;
    for (; low + step <= width; low += step) {
      vector a, b;
      if (narrow) {
        pairs x = *(const pairs *)((const uint16_t *)row + low);
        a = even_elements(x), b = odd_elements(x);
      } else {
        a = *(const vector *)((const float *)row + low);
        b = *(const vector *)((const float *)row + low + LANES);
      }
      for (int r = 0; r < queries; r++) {
        first[r] += a * *(const vector *)(q + r * width + low);
        second[r] += b * *(const vector *)(q + r * width + low + LANES);
      }
    }
    for (int r = 0; r < queries; r++) {
      float sum = lane_sum(first[r] + second[r]);
      for (int64_t c = low; c < width; c++) sum += q[r * width + c] * element(narrow, row, c);
      scores[r * stride + key] = sum;
    }
  }
}

#define SCORE(n, narrow)                                                                          \
  case n:                                                                                         \
    score_rows(n, narrow, false, q, keys, count, width, scores, stride, NULL, 0);                 \
    break;

// At most CK_CACHE_ROWS queries.
static void score_few(
  int32_t stored, const float *q, int64_t queries, const void *keys, int64_t count, int64_t width,
  float *scores, int64_t stride) {
  if (stored == CK_F32) {
    switch (queries) { SCORE(1, false) SCORE(2, false) SCORE(3, false) SCORE(4, false) }
  } else {
    switch (queries) { SCORE(1, true) SCORE(2, true) SCORE(3, true) SCORE(4, true) }
  }
}

static void scores(
  int32_t stored, const float *q, int64_t rows, const void *keys, int64_t count, int64_t width,
  float *to, int64_t stride) {
  for (int64_t r = 0; r < rows; r += CK_CACHE_ROWS) {
    int64_t some = rows - r < CK_CACHE_ROWS ? rows - r : CK_CACHE_ROWS;
    score_few(stored, q + r * width, some, keys, count, width, to + r * stride, stride);
  }
}

// MARK: - Sums of values

// sums [queries, width] += Σ weights[query, row] values[row], for `vectors` vectors of each sum.
INLINE void add_vectors(
  const int queries, const int vectors, const bool narrow, const bool anywhere,
  const float *weights, int64_t stride, const void *values, int64_t column, int64_t count,
  int64_t width, float *sums) {
  vector kept[2][8];
  for (int r = 0; r < queries; r++) {
    for (int i = 0; i < vectors; i++) {
      kept[r][i] = *(const vector *)(sums + r * width + column + i * LANES);
    }
  }
  for (int64_t key = 0; key < count; key++) {
    const void *row = row_of(anywhere, values, key, width * (narrow ? 2 : 4));
    for (int i = 0; i < vectors; i += 2) {
      vector a, b;
      if (narrow) {
        pairs x = *(const pairs *)((const uint16_t *)row + column + i * LANES);
        a = even_elements(x), b = odd_elements(x);
      } else {
        a = *(const vector *)((const float *)row + column + i * LANES);
        b = *(const vector *)((const float *)row + column + (i + 1) * LANES);
      }
      for (int r = 0; r < queries; r++) {
        float weight = weights[r * stride + key];
        kept[r][i] += weight * a;
        kept[r][i + 1] += weight * b;
      }
    }
  }
  for (int r = 0; r < queries; r++) {
    for (int i = 0; i < vectors; i++) {
      *(vector *)(sums + r * width + column + i * LANES) = kept[r][i];
    }
  }
}

INLINE void add_rows(
  const int queries, const bool narrow, const bool anywhere, const float *weights, int64_t stride,
  const void *values, int64_t count, int64_t width, float *sums) {
  // As many vectors as the registers hold.
  const int most = queries > 1 && VECTOR_BYTES < 64 ? 4 : 8;
  int64_t column = 0;
  for (; column + most * LANES <= width; column += most * LANES) {
    add_vectors(
      queries, most, narrow, anywhere, weights, stride, values, column, count, width, sums);
  }
  for (; column + 2 * LANES <= width; column += 2 * LANES) {
    add_vectors(queries, 2, narrow, anywhere, weights, stride, values, column, count, width, sums);
  }
  if (column == width) return;
  for (int64_t key = 0; key < count; key++) {
    const void *row = row_of(anywhere, values, key, width * (narrow ? 2 : 4));
    for (int r = 0; r < queries; r++) {
      float weight = weights[r * stride + key];
      for (int64_t c = column; c < width; c++) {
        sums[r * width + c] += weight * element(narrow, row, c);
      }
    }
  }
}

// At most CK_CACHE_ROWS queries.
static void add_few(
  int32_t stored, int64_t queries, const float *weights, int64_t stride, const void *values,
  int64_t count, int64_t width, float *sums) {
  bool narrow = stored != CK_F32;
  int64_t r = 0;
  for (; r + 2 <= queries; r += 2, weights += 2 * stride, sums += 2 * width) {
    if (narrow) {
      add_rows(2, true, false, weights, stride, values, count, width, sums);
    } else {
      add_rows(2, false, false, weights, stride, values, count, width, sums);
    }
  }
  if (r == queries) return;
  if (narrow) {
    add_rows(1, true, false, weights, stride, values, count, width, sums);
  } else {
    add_rows(1, false, false, weights, stride, values, count, width, sums);
  }
}
