// Keys and values of bf16 read as they are stored, for few queries: included by neural_kernels.h for float alone.
//
// A vector of 32-bit lanes holds pairs of bf16: the upper half of a lane is the odd element as a float, the lower half,
// shifted up, the even one. Queries and sums are kept as even and odd elements apart.

typedef uint32_t narrow_pairs __attribute__((vector_size(VECTOR_BYTES), aligned(2), may_alias));

enum { NARROW_STEP = 2 * lanes_f32 };

static inline vector_f32 narrow_odd(narrow_pairs x) { return (vector_f32)(x & 0xffff0000u); }
static inline vector_f32 narrow_even(narrow_pairs x) { return (vector_f32)(x << 16); }

// Whether rows of the width can be read so.
static bool narrow_fits(int64_t width) { return width % NARROW_STEP == 0; }

// Rows [count, width] with the even elements of each NARROW_STEP first.
static void narrow_apart(float *out, const float *rows, int64_t count) {
  for (int64_t low = 0; low < count; low += NARROW_STEP) {
    for (int64_t i = 0; i < lanes_f32; i++) {
      out[low + i] = rows[low + 2 * i];
      out[low + lanes_f32 + i] = rows[low + 2 * i + 1];
    }
  }
}

static inline float narrow_total(vector_f32 x) {
  _Pragma("clang fp reassociate(on)") float sum = 0;
  for (int i = 0; i < lanes_f32; i++) sum += x[i];
  return sum;
}

// scores[key] = q · k[key] for `count` keys; q apart.
static void narrow_scores(
  const float *q, const uint16_t *k, int64_t count, int64_t width, float *scores) {
  for (int64_t key = 0; key < count; key++, k += width) {
    vector_f32 even[2] = {{0}, {0}}, odd[2] = {{0}, {0}};
    int64_t low = 0;
    for (; low + 2 * NARROW_STEP <= width; low += 2 * NARROW_STEP) {
      for (int i = 0; i < 2; i++) {
        const float *from = q + low + i * NARROW_STEP;
        narrow_pairs pairs = *(const narrow_pairs *)(k + low + i * NARROW_STEP);
        even[i] += narrow_even(pairs) * *(const vector_f32 *)from;
        odd[i] += narrow_odd(pairs) * *(const vector_f32 *)(from + lanes_f32);
      }
    }
    for (; low < width; low += NARROW_STEP) {
      narrow_pairs pairs = *(const narrow_pairs *)(k + low);
      even[0] += narrow_even(pairs) * *(const vector_f32 *)(q + low);
      odd[0] += narrow_odd(pairs) * *(const vector_f32 *)(q + low + lanes_f32);
    }
    scores[key] = narrow_total((even[0] + even[1]) + (odd[0] + odd[1]));
  }
}

// sums += Σ weights[key] v[key], for `steps` steps of the width; sums apart.
static inline __attribute__((always_inline)) void narrow_add_steps(
  const int steps, const float *weights, const uint16_t *v, int64_t count, int64_t width,
  float *sums) {
  vector_f32 even[4], odd[4];
  for (int i = 0; i < steps; i++) {
    even[i] = *(vector_f32 *)(sums + i * NARROW_STEP);
    odd[i] = *(vector_f32 *)(sums + i * NARROW_STEP + lanes_f32);
  }
  for (int64_t key = 0; key < count; key++, v += width) {
    float weight = weights[key];
    for (int i = 0; i < steps; i++) {
      narrow_pairs pairs = *(const narrow_pairs *)(v + i * NARROW_STEP);
      even[i] += weight * narrow_even(pairs);
      odd[i] += weight * narrow_odd(pairs);
    }
  }
  for (int i = 0; i < steps; i++) {
    *(vector_f32 *)(sums + i * NARROW_STEP) = even[i];
    *(vector_f32 *)(sums + i * NARROW_STEP + lanes_f32) = odd[i];
  }
}

static void narrow_add(
  const float *weights, const uint16_t *v, int64_t count, int64_t width, float *sums) {
  int64_t low = 0;
  for (; low + 4 * NARROW_STEP <= width; low += 4 * NARROW_STEP) {
    narrow_add_steps(4, weights, v + low, count, width, sums + low);
  }
  for (; low < width; low += NARROW_STEP) {
    narrow_add_steps(1, weights, v + low, count, width, sums + low);
  }
}

// The elements in their order again.
static void narrow_together(float *rows, int64_t count) {
  float part[NARROW_STEP];
  for (int64_t low = 0; low < count; low += NARROW_STEP) {
    for (int64_t i = 0; i < lanes_f32; i++) {
      part[2 * i] = rows[low + i];
      part[2 * i + 1] = rows[low + lanes_f32 + i];
    }
    memcpy(rows + low, part, sizeof part);
  }
}
