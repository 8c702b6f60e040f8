// Philox4x64-10 and the distributions that take one word each: words, uniform, normal. A stream is a function of
// (key, position), so threads fill their own parts and the result does not depend on how many there are.
#include "include/philox.h"
#include "include/kernels.h"

#include <math.h>

// Results must not depend on the machine: no contraction into fused multiply-adds.
#pragma STDC FP_CONTRACT OFF

static const uint64_t multiplier0 = 0xD2E7470EE14C6C93u, multiplier1 = 0xCA5A826395121157u;
static const uint64_t weyl0 = 0x9E3779B97F4A7C15u, weyl1 = 0xBB67AE8584CAA73Bu;

static inline void block(uint64_t k0, uint64_t k1, uint64_t x0, uint64_t x1, uint64_t x2,
                         uint64_t x3, uint64_t *out) {
  for (int round = 0; round < 10; round++) {
    unsigned __int128 a = (unsigned __int128)multiplier0 * x0;
    unsigned __int128 b = (unsigned __int128)multiplier1 * x2;
    x0 = (uint64_t)(b >> 64) ^ x1 ^ k0;
    x1 = (uint64_t)b;
    x2 = (uint64_t)(a >> 64) ^ x3 ^ k1;
    x3 = (uint64_t)a;
    k0 += weyl0;
    k1 += weyl1;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

void ck_philox_block(uint64_t key0, uint64_t key1, const uint64_t counter[4], uint64_t out[4]) {
  block(key0, key1, counter[0], counter[1], counter[2], counter[3], out);
}

// Any run of words: the partial block at each end through a buffer. The counter wraps with the position, after
// 2^64 words; its carry is left out since no stream gets there.
static void words(uint64_t k0, uint64_t k1, uint64_t position, int64_t count, uint64_t *out) {
  uint64_t counter = position / 4 + 1;
  int64_t skip = (int64_t)(position % 4);
  int64_t done = 0;
  while (done < count) {
    if (skip == 0 && count - done >= 4) {
      block(k0, k1, counter++, 0, 0, 0, out + done);
      done += 4;
      continue;
    }
    uint64_t whole[4];
    block(k0, k1, counter++, 0, 0, 0, whole);
    for (int64_t i = skip; i < 4 && done < count; i++) out[done++] = whole[i];
    skip = 0;
  }
}

// MARK: - The inverse normal distribution function

// Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988): rational minimax approximations in three
// regions, good to about 1 part in 10^16.

// Within 0.425 of one half; q is p - 0.5.
static inline double central(double q) {
  double r = 0.180625 - q * q;
  double above =
    (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
         45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r +
      133.14166789178437745) * r + 3.387132872796366608);
  double below =
    (((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
         21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r +
      42.313330701600911252) * r + 1.0);
  return q * above / below;
}

// The distance from 0 where the upper tail holds `p`, p ≤ 0.075.
static double tail(double p) {
  double r = sqrt(-log(p));
  double above, below;
  if (r <= 5) {
    r -= 1.6;
    above =
      (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r +
            0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504) * r +
         5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734);
    below =
      (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r +
            0.0151986665636164571966) * r + 0.14810397642748007459) * r +
          0.68976733498510000455) * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r +
       1.0);
  } else {
    r -= 5;
    above =
      (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
            0.0012426609473880784386) * r + 0.026532189526576123093) * r +
          0.29656057182850489123) * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r +
       6.6579046435011037772);
    below =
      (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
            1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r +
          0.0148753612908506148525) * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r +
       1.0);
  }
  return above / below;
}

double ck_ndtri(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0) return -INFINITY;
  if (p == 1) return INFINITY;
  double q = p - 0.5;
  if (fabs(q) <= 0.425) return central(q);
  return q < 0 ? -tail(p) : tail(1 - p);
}

// MARK: - Filling

enum { CHUNK = 512, GRAIN = 8192 };

typedef struct {
  uint64_t key0, key1, position;
  void *out;
} fill;

static void fill_words(void *context, int64_t low, int64_t high) {
  fill *f = context;
  words(f->key0, f->key1, f->position + (uint64_t)low, high - low, (uint64_t *)f->out + low);
}

static void fill_uniform_f64(void *context, int64_t low, int64_t high) {
  fill *f = context;
  double *out = f->out;
  uint64_t raw[CHUNK];
  for (int64_t start = low; start < high; start += CHUNK) {
    int64_t count = high - start < CHUNK ? high - start : CHUNK;
    words(f->key0, f->key1, f->position + (uint64_t)start, count, raw);
    for (int64_t i = 0; i < count; i++) out[start + i] = (double)(raw[i] >> 11) * 0x1p-53;
  }
}

static void fill_uniform_f32(void *context, int64_t low, int64_t high) {
  fill *f = context;
  float *out = f->out;
  uint64_t raw[CHUNK];
  for (int64_t start = low; start < high; start += CHUNK) {
    int64_t count = high - start < CHUNK ? high - start : CHUNK;
    words(f->key0, f->key1, f->position + (uint64_t)start, count, raw);
    for (int64_t i = 0; i < count; i++) out[start + i] = (float)(raw[i] >> 40) * 0x1p-24f;
  }
}

// The central formula for all, then the tails (15 %) one by one. p - 0.5 and 1 - p are exact.
static inline void normals(const fill *f, int64_t start, int64_t count, double *out) {
  uint64_t raw[CHUNK];
  words(f->key0, f->key1, f->position + (uint64_t)start, count, raw);
  for (int64_t i = 0; i < count; i++) {
    out[i] = central(((double)(raw[i] >> 12) + 0.5) * 0x1p-52 - 0.5);
  }
  for (int64_t i = 0; i < count; i++) {
    double p = ((double)(raw[i] >> 12) + 0.5) * 0x1p-52;
    double q = p - 0.5;
    if (fabs(q) > 0.425) out[i] = q < 0 ? -tail(p) : tail(1 - p);
  }
}

static void fill_normal_f64(void *context, int64_t low, int64_t high) {
  fill *f = context;
  for (int64_t start = low; start < high; start += CHUNK) {
    int64_t count = high - start < CHUNK ? high - start : CHUNK;
    normals(f, start, count, (double *)f->out + start);
  }
}

static void fill_normal_f32(void *context, int64_t low, int64_t high) {
  fill *f = context;
  double exact[CHUNK];
  for (int64_t start = low; start < high; start += CHUNK) {
    int64_t count = high - start < CHUNK ? high - start : CHUNK;
    normals(f, start, count, exact);
    float *out = (float *)f->out + start;
    for (int64_t i = 0; i < count; i++) out[i] = (float)exact[i];
  }
}

void ck_philox_words(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, uint64_t *out) {
  fill f = {key0, key1, position, out};
  ck_parallel_for(count, GRAIN, fill_words, &f);
}

void ck_philox_uniform_f64(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, double *out) {
  fill f = {key0, key1, position, out};
  ck_parallel_for(count, GRAIN, fill_uniform_f64, &f);
}

void ck_philox_uniform_f32(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, float *out) {
  fill f = {key0, key1, position, out};
  ck_parallel_for(count, GRAIN, fill_uniform_f32, &f);
}

void ck_philox_normal_f64(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, double *out) {
  fill f = {key0, key1, position, out};
  ck_parallel_for(count, GRAIN, fill_normal_f64, &f);
}

void ck_philox_normal_f32(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, float *out) {
  fill f = {key0, key1, position, out};
  ck_parallel_for(count, GRAIN, fill_normal_f32, &f);
}
