// Products of queries with rows of keys, and sums of rows of values, read as they are stored: included by cache_kernels.h.
//
// A vector of 32-bit lanes holds pairs of bf16: the upper half of a lane is the odd element as a float, the lower half,
// shifted up, the even one. Queries and sums are kept with the even and the odd elements of each step apart. What is left of
// a row after whole steps lies in its order. Each result is summed in one order, whatever is worked out beside it.

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
typedef uint32_t pairs __attribute__((vector_size(VECTOR_BYTES), aligned(2), may_alias));

enum {
  LANES = VECTOR_BYTES / 4,
  // Rows that are fetched before they are read: rows anywhere, and adjacent ones that are added.
  AHEAD = 8,
  ADDED_AHEAD = 16
};

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

#if VECTOR_BYTES == 16
#define EVENS(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6)
#define ODDS(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7)
#elif VECTOR_BYTES == 32
#define EVENS(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODDS(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15)
#else
#define EVENS(x, y) \
  __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODDS(x, y) \
  __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#endif

// The sums of the lanes of LANES vectors, which are overwritten: neighbours first, the same for each.
INLINE vector lane_sums(vector *x) {
  for (int count = LANES; count > 1; count /= 2) {
    for (int i = 0; i < count / 2; i++) {
      vector left = x[2 * i], right = x[2 * i + 1];
      x[i] = EVENS(left, right) + ODDS(left, right);
    }
  }
  return x[0];
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

// The lanes of the products of `queries` queries with one key, to products [queries, LANES].
INLINE void key_products(
  const int queries, const bool narrow, const float *q, const void *row, int64_t width,
  vector *products) {
  vector first[CK_CACHE_ROWS], second[CK_CACHE_ROWS];
  for (int r = 0; r < queries; r++) first[r] = second[r] = (vector){0};
  for (int64_t low = 0; low + 2 * LANES <= width; low += 2 * LANES) {
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
  for (int r = 0; r < queries; r++) products[r * LANES] = first[r] + second[r];
}

// Rows of pointers that are read together with those the scores are of, later.
typedef struct {
  const void *const *rows;
  int64_t bytes;
} company;

// The scores of LANES keys from `low` on, or of `size` of them; `soon`, where not NULL, is prefetched.
INLINE void score_lanes(
  const int queries, const bool narrow, const bool anywhere, const bool full, const float *q,
  const void *keys, int64_t low, int64_t count, int64_t width, float *scores, int64_t stride,
  const char *soon, company with) {
  const int64_t bytes = width * (narrow ? 2 : 4), rest = width / (2 * LANES) * (2 * LANES);
  int64_t size = full ? LANES : count - low;
  vector products[CK_CACHE_ROWS * LANES];
  for (int64_t i = 0; i < LANES; i++) {
    // The last one again where there are no more.
    int64_t key = low + (full || i < size ? i : size - 1);
    if (anywhere && key + AHEAD < count) {
      prefetch_row(row_of(true, keys, key + AHEAD, 0), bytes);
      prefetch_row(with.rows[key + AHEAD], with.bytes);
    } else if (!anywhere && full) {
      prefetch_row(soon + i * bytes, bytes);
    }
    key_products(queries, narrow, q, row_of(anywhere, keys, key, bytes), width, products + i);
  }
  for (int r = 0; r < queries; r++) {
    vector sums = lane_sums(products + r * LANES);
    if (full && rest == width) {
      *(vector *)(scores + r * stride + low) = sums;
      continue;
    }
    for (int64_t i = 0; i < size; i++) {
      float sum = sums[i];
      const void *row = row_of(anywhere, keys, low + i, bytes);
      for (int64_t c = rest; c < width; c++) sum += q[r * width + c] * element(narrow, row, c);
      scores[r * stride + low + i] = sum;
    }
  }
}

// scores [queries, stride] of `count` rows; `next` are the rows read after them.
INLINE void score_rows(
  const int queries, const bool narrow, const bool anywhere, const float *q, const void *keys,
  int64_t count, int64_t width, float *scores, int64_t stride, const char *next, company with) {
  const int64_t bytes = width * (narrow ? 2 : 4);
  int64_t low = 0;
  for (; low + LANES <= count; low += LANES) {
    const char *soon =
      low + LANES < count ? (const char *)keys + (low + LANES) * bytes : next;
    score_lanes(
      queries, narrow, anywhere, true, q, keys, low, count, width, scores, stride, soon, with);
  }
  if (low == count) return;
  score_lanes(
    queries, narrow, anywhere, false, q, keys, low, count, width, scores, stride, NULL, with);
}

#define SCORE(n, width)                                                                           \
  if (stored == CK_F32) {                                                                         \
    score_rows(                                                                                   \
      n, false, false, q, keys, count, width, scores, stride, next, (company){NULL, 0});          \
  } else {                                                                                        \
    score_rows(                                                                                   \
      n, true, false, q, keys, count, width, scores, stride, next, (company){NULL, 0});           \
  }                                                                                               \
  return;

// Loops of a known length are faster.
#define SCORE_WIDTHS(n)                                                                           \
  switch (width) {                                                                                \
  case 32: SCORE(n, 32)                                                                           \
  case 64: SCORE(n, 64)                                                                           \
  case 128: SCORE(n, 128)                                                                         \
  case 256: SCORE(n, 256)                                                                         \
  default: SCORE(n, width)                                                                        \
  }

// At most CK_CACHE_ROWS queries.
static void score_few(
  int32_t stored, const float *q, int64_t queries, const void *keys, int64_t count, int64_t width,
  float *scores, int64_t stride, const char *next) {
  switch (queries) {
  case 1: SCORE_WIDTHS(1)
  case 2: SCORE(2, width)
  case 3: SCORE(3, width)
  case 4: SCORE_WIDTHS(4)
  }
}

#undef SCORE
#undef SCORE_WIDTHS

static void scores(
  int32_t stored, const float *q, int64_t rows, const void *keys, int64_t count, int64_t width,
  float *to, int64_t stride) {
  for (int64_t r = 0; r < rows; r += CK_CACHE_ROWS) {
    int64_t some = rows - r < CK_CACHE_ROWS ? rows - r : CK_CACHE_ROWS;
    score_few(stored, q + r * width, some, keys, count, width, to + r * stride, stride, keys);
  }
}

// MARK: - Sums of values

// sums [queries, width] += Σ weights[query, row] values[row], for `vectors` vectors of each sum.
INLINE void add_vectors(
  const int queries, const int vectors, const bool narrow, const bool anywhere,
  const float *weights, int64_t stride, const void *values, int64_t column, int64_t count,
  int64_t width, float *sums, const char *next) {
  vector kept[2][8];
  for (int r = 0; r < queries; r++) {
    for (int i = 0; i < vectors; i++) {
      kept[r][i] = *(const vector *)(sums + r * width + column + i * LANES);
    }
  }
  for (int64_t key = 0; key < count; key++) {
    const int64_t bytes = width * (narrow ? 2 : 4), part = vectors * LANES * (narrow ? 2 : 4);
    const void *row = row_of(anywhere, values, key, bytes);
    if (!anywhere) {
      const char *soon = key + ADDED_AHEAD < count ? (const char *)row + ADDED_AHEAD * bytes
                                                   : next + (key + ADDED_AHEAD - count) * bytes;
      prefetch_row(soon + column * (narrow ? 2 : 4), part);
    }
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
  const void *values, int64_t count, int64_t width, float *sums, const char *next) {
  // As many vectors as the registers hold.
  const int most = queries > 1 && VECTOR_BYTES < 64 ? 4 : 8;
  int64_t column = 0;
  for (; column + most * LANES <= width; column += most * LANES) {
    add_vectors(
      queries, most, narrow, anywhere, weights, stride, values, column, count, width, sums, next);
  }
  for (; column + 4 * LANES <= width; column += 4 * LANES) {
    add_vectors(
      queries, 4, narrow, anywhere, weights, stride, values, column, count, width, sums, next);
  }
  for (; column + 2 * LANES <= width; column += 2 * LANES) {
    add_vectors(
      queries, 2, narrow, anywhere, weights, stride, values, column, count, width, sums, next);
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
INLINE void add_width(
  int32_t stored, int64_t queries, const float *weights, int64_t stride, const void *values,
  int64_t count, int64_t width, float *sums, const char *next) {
  bool narrow = stored != CK_F32;
  for (int64_t r = 0; r < queries; r += 2, weights += 2 * stride, sums += 2 * width) {
    bool pair = r + 1 < queries;
    if (narrow && pair) {
      add_rows(2, true, false, weights, stride, values, count, width, sums, next);
    } else if (narrow) {
      add_rows(1, true, false, weights, stride, values, count, width, sums, next);
    } else if (pair) {
      add_rows(2, false, false, weights, stride, values, count, width, sums, next);
    } else {
      add_rows(1, false, false, weights, stride, values, count, width, sums, next);
    }
  }
}

static void add_few(
  int32_t stored, int64_t queries, const float *weights, int64_t stride, const void *values,
  int64_t count, int64_t width, float *sums, const void *next) {
  if (width == 128) {
    add_width(stored, queries, weights, stride, values, count, 128, sums, next);
  } else if (width == 64) {
    add_width(stored, queries, weights, stride, values, count, 64, sums, next);
  } else {
    add_width(stored, queries, weights, stride, values, count, width, sums, next);
  }
}
