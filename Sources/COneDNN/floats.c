// Products of matrices of f32: blocks of rows or columns, each by oneDNN on the calling thread. The blocks follow from the
// sizes alone, so that the result does not depend on the number of threads.
#include "internal.h"

#include <stdatomic.h>

// Multiply-adds below which a block is not worth a thread, some 15 µs.
static const double block_work = 2e6;
enum { MOST_BLOCKS = 16, LEAST_BLOCK = 32 };

typedef struct {
  const od_library *library;
  int64_t m, n, k;
  const float *a, *b;
  float *c;
  int64_t a_leading, b_leading, c_leading;
  bool a_transposed, b_transposed, by_rows;
  float beta;
  _Atomic int32_t status;
} job;

static void compute_block(void *context, ck_int low, ck_int high) {
  job *j = context;
  if (ck_interrupted() || atomic_load(&j->status) != OD_OK) return;
  int64_t m = j->by_rows ? high - low : j->m, n = j->by_rows ? j->n : high - low;
  const float *a = j->a, *b = j->b;
  float *c = j->c;
  if (j->by_rows) {
    a += low * (j->a_transposed ? 1 : j->a_leading);
    c += low * j->c_leading;
  } else {
    b += low * (j->b_transposed ? j->b_leading : 1);
    c += low;
  }
  j->library->omp_set_num_threads(1);
  dnnl_status_t status = j->library->dnnl_sgemm(
    j->a_transposed ? 'T' : 'N', j->b_transposed ? 'T' : 'N', m, n, j->k, 1, a, j->a_leading, b,
    j->b_leading, j->beta, c, j->c_leading);
  if (status != dnnl_success) {
    atomic_store(
      &j->status, status == dnnl_out_of_memory ? OD_NO_MEMORY : OD_UNAVAILABLE);
  }
}

od_status od_multiply_floats(
  int64_t m, int64_t n, int64_t k, const float *a, int64_t a_leading, bool a_transposed,
  const float *b, int64_t b_leading, bool b_transposed, float *c, int64_t c_leading,
  bool accumulates) {
  const od_library *library = od_load();
  if (!library) return OD_UNAVAILABLE;
  job job = {
    .library = library, .m = m, .n = n, .k = k, .a = a, .b = b, .c = c, .a_leading = a_leading,
    .b_leading = b_leading, .c_leading = c_leading, .a_transposed = a_transposed,
    .b_transposed = b_transposed, .by_rows = m >= n, .beta = accumulates ? 1 : 0};
  int64_t whole = job.by_rows ? m : n;
  double work = (double)m * (double)n * (double)k;
  int64_t blocks = work >= MOST_BLOCKS * block_work ? MOST_BLOCKS : (int64_t)(work / block_work);
  int64_t block = blocks > 1 ? (whole + blocks - 1) / blocks : whole;
  block = (block + 15) / 16 * 16;
  if (block < LEAST_BLOCK) block = LEAST_BLOCK;
  if (block >= whole) {
    compute_block(&job, 0, whole);
  } else {
    ck_parallel_for(whole, block, compute_block, &job);
  }
  od_status status = (od_status)atomic_load(&job.status);
  return status == OD_OK && ck_interrupted() ? OD_INTERRUPTED : status;
}
