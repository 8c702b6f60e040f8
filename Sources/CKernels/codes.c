// Codes and bounds of keys, and the transform that codes are made after.
#include "cache_table.h"

#include <stdatomic.h>

ck_int ck_code_page_bytes(ck_int heads, ck_int width, int32_t bits) {
  return heads * CK_PAGE_KEYS * ck_code_words(width) * bits * (ck_int)sizeof(uint32_t);
}

ck_int ck_bound_page_bytes(ck_int heads, ck_int width, ck_int span) {
  return 2 * heads * (CK_PAGE_KEYS / span) * width * (ck_int)sizeof(float);
}

// MARK: - Codes

typedef struct {
  const ck_cache *cache;
  const ck_code *code;
  const ck_code_table *codes;
  const ck_cache_table *table;
  int64_t page, first, count, span;
  void *target;
  _Atomic bool failed;
} page_job;

static void encode_heads(void *context, ck_int low, ck_int high) {
  page_job *job = context;
  const ck_cache *cache = job->cache;
  int64_t bytes = cache->width * CK_CODE_LANES * (int64_t)sizeof(float);
  float *space = ck_pool_allocate(bytes);
  if (!space) {
    atomic_store(&job->failed, true);
    return;
  }
  int64_t each = ck_code_page_bytes(1, cache->width, job->code->bits);
  for (int64_t head = low; head < high && !ck_interrupted(); head++) {
    job->codes->encode(
      cache->stored, job->code, ck_cache_key(cache, head, job->page * CK_PAGE_KEYS), cache->width,
      job->first, job->count, (uint32_t *)((char *)job->target + head * each), space);
  }
  ck_pool_free(space, bytes);
}

ck_status ck_cache_encode(
  const ck_cache *cache, const ck_code *code, ck_int page, ck_int first, ck_int count,
  void *code_page) {
  if (count <= 0 || cache->heads <= 0) return CK_OK;
  if (code->bits < 1 || code->bits > 3 || first < 0 || first + count > CK_PAGE_KEYS
      || (code->hadamard && !ck_is_power_of_two(cache->width))) {
    return CK_OUT_OF_RANGE;
  }
  page_job job = {
    .cache = cache, .code = code, .codes = ck_best_codes(), .page = page, .first = first,
    .count = count, .target = code_page};
  int64_t work = (count + CK_CODE_LANES - 1) * cache->width + 64;
  ck_parallel_for(cache->heads, 1 + 8192 / work, encode_heads, &job);
  if (atomic_load(&job.failed)) return CK_NO_MEMORY;
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

// MARK: - Bounds

static void bound_heads(void *context, ck_int low, ck_int high) {
  const page_job *job = context;
  const ck_cache *cache = job->cache;
  int64_t runs = CK_PAGE_KEYS / job->span, end = job->first + job->count;
  float *smallest = job->target, *largest = smallest + cache->heads * runs * cache->width;
  for (int64_t head = low; head < high && !ck_interrupted(); head++) {
    for (int64_t run = job->first / job->span; run * job->span < end; run++) {
      int64_t start = run * job->span, left = end - start;
      int64_t row = (head * runs + run) * cache->width;
      job->table->bounds(
        cache->stored, ck_cache_key(cache, head, job->page * CK_PAGE_KEYS + start),
        left < job->span ? left : job->span, cache->width, smallest + row, largest + row);
    }
  }
}

ck_status ck_cache_bounds(
  const ck_cache *cache, ck_int span, ck_int page, ck_int first, ck_int count, void *bound_page) {
  if (count <= 0 || cache->heads <= 0) return CK_OK;
  if (span < 1 || CK_PAGE_KEYS % span != 0 || first < 0 || first + count > CK_PAGE_KEYS) {
    return CK_OUT_OF_RANGE;
  }
  page_job job = {
    .cache = cache, .table = ck_best_cache(), .page = page, .first = first, .count = count,
    .span = span, .target = bound_page};
  ck_parallel_for(cache->heads, 1 + 65536 / (count * cache->width + 64), bound_heads, &job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}

// MARK: - The Walsh-Hadamard transform

typedef struct {
  const void *x;
  void *out;
  int64_t width;
} hadamard_job;

#define HADAMARD(F, T)                                                                            \
  static void hadamard_##T(void *context, ck_int first, ck_int end) {                             \
    const hadamard_job *job = context;                                                            \
    int64_t width = job->width;                                                                   \
    F factor = (F)(1 / sqrt((double)width));                                                      \
    for (int64_t row = first; row < end && !ck_interrupted(); row++) {                            \
      F *out = (F *)job->out + row * width;                                                       \
      memmove(out, (const F *)job->x + row * width, (size_t)width * sizeof(F));                   \
      for (int64_t half = 1; half < width; half *= 2) {                                           \
        for (int64_t low = 0; low < width; low += 2 * half) {                                     \
          F *a = out + low, *b = a + half;                                                        \
          VECTORIZED for (int64_t i = 0; i < half; i++) {                                         \
            F left = a[i], right = b[i];                                                          \
            a[i] = left + right;                                                                  \
            b[i] = left - right;                                                                  \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
      for (int64_t i = 0; i < width; i++) out[i] *= factor;                                       \
    }                                                                                             \
  }

HADAMARD(float, f32)
HADAMARD(double, f64)

ck_status ck_hadamard(int32_t dtype, const void *x, ck_int rows, ck_int width, void *out) {
  if (!ck_is_power_of_two(width)) return CK_OUT_OF_RANGE;
  hadamard_job job = {.x = x, .out = out, .width = width};
  ck_parallel_for(rows, 1 + 16384 / width, dtype == CK_F32 ? hadamard_f32 : hadamard_f64, &job);
  return ck_interrupted() ? CK_INTERRUPTED : CK_OK;
}
