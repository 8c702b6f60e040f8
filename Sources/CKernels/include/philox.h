#ifndef LAMELLA_PHILOX_H
#define LAMELLA_PHILOX_H
#include <stdint.h>

// Philox4x64-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; 2011).
// Word p of a key's stream is word p % 4 of the block with counter (p / 4 + 1, 0, 0, 0): as NumPy's
// `Philox(key=…).random_raw`, which steps its counter before the first block.

// One block.
void ck_philox_block(uint64_t key0, uint64_t key1, const uint64_t counter[4], uint64_t out[4]);

// Words position ..< position + count of the stream. On all threads when that pays; the same for any number.
void ck_philox_words(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, uint64_t *out);

// Uniform in [0, 1): (word >> 11) · 2^-53, one word each.
void ck_philox_uniform_f64(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, double *out);

// Uniform in [0, 1): (word >> 40) · 2^-24, one word each.
void ck_philox_uniform_f32(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, float *out);

// Standard normal: ck_ndtri(((word >> 12) + 0.5) · 2^-52), one word each. f32 is the f64 value rounded.
void ck_philox_normal_f64(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, double *out);
void ck_philox_normal_f32(
  uint64_t key0, uint64_t key1, uint64_t position, int64_t count, float *out);

// The inverse of the standard normal distribution function; -inf at 0, inf at 1, nan outside [0, 1].
// Relative error below 1e-15.
double ck_ndtri(double p);

#endif
