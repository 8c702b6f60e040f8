// Codes of keys and their distances: a template, compiled once for each instruction set (cache_*.c), which define CODE_TABLE
// and CODES(name).
//
// Sixteen keys are worked on side by side, each a lane of 32 bits, in as many vectors as they need.

typedef uint32_t CODES(lanes) __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

enum { CODES(lane_count) = VECTOR_BYTES / 4, CODES(parts) = 4 * CK_CODE_LANES / VECTOR_BYTES };

#define CODES_INLINE static inline __attribute__((always_inline))

// MARK: - Making codes

// x [width, CK_CODE_LANES], in place; the same sums in the same order as ck_hadamard.
static void CODES(transform)(float *x, int64_t width) {
  for (int64_t half = CK_CODE_LANES; half < width * CK_CODE_LANES; half *= 2) {
    for (int64_t low = 0; low < width * CK_CODE_LANES; low += 2 * half) {
      float *a = x + low, *b = a + half;
      VECTORIZED for (int64_t i = 0; i < half; i++) {
        float left = a[i], right = b[i];
        a[i] = left + right;
        b[i] = left - right;
      }
    }
  }
  float factor = (float)(1 / sqrt((double)width));
  VECTORIZED for (int64_t i = 0; i < width * CK_CODE_LANES; i++) x[i] *= factor;
}

// Keys low ..< high of a block to lanes [width]; other lanes are 0.
static void CODES(load_keys)(
  int32_t stored, const char *keys, int64_t width, int64_t low, int64_t high, float *x) {
  if (high - low < CK_CODE_LANES) memset(x, 0, (size_t)width * CK_CODE_LANES * sizeof *x);
  for (int64_t key = low; key < high; key++) {
    const float *wide = (const float *)keys + key * width;
    const uint16_t *narrow = (const uint16_t *)keys + key * width;
    for (int64_t c = 0; c < width; c++) {
      uint32_t bits;
      if (stored == CK_F32) {
        memcpy(&bits, wide + c, sizeof bits);
      } else {
        bits = (uint32_t)narrow[c] << 16;
      }
      memcpy(x + c * CK_CODE_LANES + key, &bits, sizeof bits);
    }
  }
}

// The planes of 32 channels, or fewer, for all lanes: [bit][lane].
CODES_INLINE void CODES(planes_of)(
  const int bits, const float *edges, const float *x, int64_t channels, uint32_t *planes) {
  memset(planes, 0, 3 * CK_CODE_LANES * sizeof *planes);
  for (int64_t c = 0; c < channels; c++, x += CK_CODE_LANES) {
    VECTORIZED for (int i = 0; i < CK_CODE_LANES; i++) {
      uint32_t above = 0;
      for (int e = 0; e < (1 << bits) - 1; e++) above += x[i] > edges[e] ? 1 : 0;
      planes[i] |= (above & 1) << c;
      if (bits > 1) planes[CK_CODE_LANES + i] |= (above >> 1 & 1) << c;
      if (bits > 2) planes[2 * CK_CODE_LANES + i] |= (above >> 2) << c;
    }
  }
}

static void CODES(planes)(
  const ck_code *code, const float *x, int64_t channels, uint32_t *planes) {
  switch (code->bits) {
  case 1: CODES(planes_of)(1, code->edges, x, channels, planes); break;
  case 2: CODES(planes_of)(2, code->edges, x, channels, planes); break;
  case 3: CODES(planes_of)(3, code->edges, x, channels, planes); break;
  }
}

static void CODES(encode)(
  int32_t stored, const ck_code *code, const void *keys, int64_t width, int64_t first,
  int64_t count, uint32_t *codes, float *space) {
  int64_t words = ck_code_words(width), end = first + count;
  for (int64_t block = first / CK_CODE_LANES; block * CK_CODE_LANES < end; block++) {
    int64_t start = block * CK_CODE_LANES;
    int64_t low = first > start ? first - start : 0;
    int64_t high = end - start < CK_CODE_LANES ? end - start : CK_CODE_LANES;
    const char *rows = (const char *)keys + start * width * ck_stored_size(stored);
    CODES(load_keys)(stored, rows, width, low, high, space);
    if (code->hadamard) CODES(transform)(space, width);
    uint32_t *to = codes + block * words * code->bits * CK_CODE_LANES;
    for (int64_t word = 0; word < words; word++) {
      uint32_t planes[3 * CK_CODE_LANES];
      int64_t left = width - word * 32;
      CODES(planes)(code, space + word * 32 * CK_CODE_LANES, left < 32 ? left : 32, planes);
      for (int32_t p = 0; p < code->bits; p++, to += CK_CODE_LANES) {
        for (int64_t key = low; key < high; key++) to[key] = planes[p * CK_CODE_LANES + key];
      }
    }
  }
}

// MARK: - Distances

CODES_INLINE CODES(lanes) CODES(count_bits)(CODES(lanes) x) {
  return __builtin_elementwise_popcount(x);
}

// |a - b| of three-bit numbers, bit by bit: the difference, then negated where it borrows.
CODES_INLINE void CODES(difference)(
  const CODES(lanes) *a, const CODES(lanes) *b, CODES(lanes) *out) {
  CODES(lanes) borrow = ~a[0] & b[0];
  CODES(lanes) second = a[1] ^ b[1] ^ borrow;
  borrow = (~a[1] & (b[1] | borrow)) | (b[1] & borrow);
  CODES(lanes) third = a[2] ^ b[2] ^ borrow;
  CODES(lanes) negative = (~a[2] & (b[2] | borrow)) | (b[2] & borrow);
  out[0] = a[0] ^ b[0];
  CODES(lanes) carry = (out[0] ^ negative) & negative;
  second ^= negative;
  out[1] = second ^ carry;
  out[2] = third ^ negative ^ (second & carry);
}

// The distances of 32 channels, of one vector of keys.
CODES_INLINE CODES(lanes) CODES(word_distances)(
  const int bits, const int metric, const CODES(lanes) *codes, const uint32_t *query) {
  CODES(lanes) a[3], b[3], d[3];
  for (int p = 0; p < bits; p++) a[p] = codes[p * CODES(parts)];
  for (int p = 0; p < bits; p++) b[p] = (CODES(lanes)){0} + query[p];
  for (int p = 0; p < bits; p++) d[p] = a[p] ^ b[p];
  if (bits == 1) return CODES(count_bits)(d[0]);
  if (metric != CK_DISTANCE_XOR && bits == 2) {
    // Codes 1 and 2 are one apart though both bits differ.
    d[1] &= ~(d[0] & (b[0] ^ b[1]));
  }
  if (metric != CK_DISTANCE_XOR && bits == 3) CODES(difference)(a, b, d);
  CODES(lanes) ones = CODES(count_bits)(d[0]), twos = CODES(count_bits)(d[1]);
  if (metric != CK_DISTANCE_L2) {
    CODES(lanes) sum = ones + (twos << 1);
    return bits == 3 ? sum + (CODES(count_bits)(d[2]) << 2) : sum;
  }
  CODES(lanes) sum = ones + ((twos + CODES(count_bits)(d[0] & d[1])) << 2);
  if (bits == 2) return sum;
  CODES(lanes) fours = CODES(count_bits)(d[2]) + CODES(count_bits)(d[1] & d[2]);
  return sum + (fours << 4) + (CODES(count_bits)(d[0] & d[2]) << 3);
}

CODES_INLINE void CODES(all_distances)(
  const int bits, const int metric, const uint32_t *codes, const uint32_t *query, int64_t words,
  int64_t count, const uint32_t *next, uint32_t *out) {
  const CODES(lanes) *from = (const CODES(lanes) *)codes;
  int64_t planes = words * bits;
  for (int64_t low = 0; low < count; low += CK_CODE_LANES, from += planes * CODES(parts)) {
    for (int64_t p = 0; p < planes; p++, next += CK_CODE_LANES) __builtin_prefetch(next, 0, 3);
    for (int part = 0; part < CODES(parts); part++) {
      CODES(lanes) sum = {0};
      for (int64_t word = 0; word < words; word++) {
        sum += CODES(word_distances)(
          bits, metric, from + word * bits * CODES(parts) + part, query + word * bits);
      }
      *(CODES(lanes) *)(out + low + part * CODES(lane_count)) = sum;
    }
  }
}

#define DISTANCES(bits, metric)                                                                   \
  case bits * 3 + metric:                                                                         \
    CODES(all_distances)(bits, metric, codes, query, words, count, next, out);                    \
    break;

static void CODES(distances)(
  int32_t bits, ck_distance_metric metric, const uint32_t *codes, const uint32_t *query,
  int64_t words, int64_t count, const uint32_t *next, uint32_t *out) {
  switch (bits * 3 + (int32_t)metric) {
    DISTANCES(1, 0) DISTANCES(1, 1) DISTANCES(1, 2)
    DISTANCES(2, 0) DISTANCES(2, 1) DISTANCES(2, 2)
    DISTANCES(3, 0) DISTANCES(3, 1) DISTANCES(3, 2)
  }
}

#undef DISTANCES
#undef CODES_INLINE

const ck_code_table CODE_TABLE = {.encode = CODES(encode), .distances = CODES(distances)};
