// Products of matrices of bf16 and of 8-bit integers, in blocks of rows or of columns.
#include "internal.h"

#include <stdatomic.h>

static dnnl_data_type_t type_of(int32_t type) {
  switch (type) {
  case OD_BF16: return dnnl_bf16;
  case OD_S8: return dnnl_s8;
  case OD_S32: return dnnl_s32;
  default: return dnnl_f32;
  }
}

static int64_t size_of(od_type type) {
  switch (type) {
  case OD_BF16: return 2;
  case OD_S8: return 1;
  case OD_F32:
  case OD_S32: return 4;
  }
  return 4;
}

// Sizes of a key: m, n, k, the leading dimensions of a, b and c, whether a and b are transposed.
static bool make(const od_library *library, const od_key *key, od_plan *plan) {
  const int64_t *s = key->sizes;
  dnnl_dims_t a = {s[0], s[2]}, b = {s[2], s[1]}, c = {s[0], s[1]};
  dnnl_dims_t a_strides = {s[6] ? 1 : s[3], s[6] ? s[3] : 1};
  dnnl_dims_t b_strides = {s[7] ? 1 : s[4], s[7] ? s[4] : 1};
  dnnl_dims_t c_strides = {s[5], 1};
  dnnl_data_type_t type = type_of(key->types[0]);
  bool described =
    library->dnnl_memory_desc_init_by_strides(&plan->given[0], 2, a, type, a_strides)
      == dnnl_success
    && library->dnnl_memory_desc_init_by_strides(&plan->given[1], 2, b, type, b_strides)
         == dnnl_success
    && library->dnnl_memory_desc_init_by_strides(
         &plan->given[2], 2, c, type_of(key->types[1]), c_strides) == dnnl_success;
  if (!described) return false;
  dnnl_matmul_desc_t product;
  dnnl_primitive_desc_t description;
  if (library->dnnl_matmul_desc_init(
        &product, &plan->given[0], &plan->given[1], NULL, &plan->given[2]) != dnnl_success
      || library->dnnl_primitive_desc_create(
           &description, &product, library->attributes, library->engine, NULL) != dnnl_success) {
    return false;
  }
  static const int32_t arguments[OD_OPERANDS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
  for (int i = 0; i < OD_OPERANDS; i++) {
    plan->wanted[i] = plan->given[i];
    plan->arguments[i] = arguments[i];
  }
  bool made = od_plan_complete(library, description, plan)
              && library->dnnl_primitive_create(&plan->primitive, description) == dnnl_success;
  library->dnnl_primitive_desc_destroy(description);
  return made;
}

typedef struct {
  const od_library *library;
  const char *a, *b;
  char *c;
  // From block to block, in bytes.
  int64_t a_step, b_step, c_step, block;
  const od_plan *plans[2];
  _Atomic int32_t status;
} job;

static void compute_block(void *context, ck_int low, ck_int high) {
  job *job = context;
  if (ck_interrupted() || atomic_load(&job->status) != OD_OK) return;
  const od_plan *plan = job->plans[high - low == job->block ? 0 : 1];
  void *scratch = plan->scratch_bytes > 0 ? ck_pool_allocate(plan->scratch_bytes) : NULL;
  if (plan->scratch_bytes > 0 && !scratch) {
    atomic_store(&job->status, OD_NO_MEMORY);
    return;
  }
  void *operands[OD_OPERANDS] = {
    (void *)(job->a + low * job->a_step), (void *)(job->b + low * job->b_step),
    job->c + low * job->c_step};
  if (!od_run(job->library, plan, operands, NULL, scratch)) {
    atomic_store(&job->status, OD_UNAVAILABLE);
  }
  if (scratch) ck_pool_free(scratch, plan->scratch_bytes);
}

od_status od_multiply(
  od_type type, od_type result, int64_t m, int64_t n, int64_t k, const void *a, int64_t a_leading,
  bool a_transposed, const void *b, int64_t b_leading, bool b_transposed, void *c) {
  const od_library *library = od_load();
  if (!library) return OD_UNAVAILABLE;
  bool by_rows = m >= n;
  int64_t whole = by_rows ? m : n, block = (whole + 7) / 8;
  // Not worth cutting: some 20 µs of work.
  if ((double)m * (double)n * (double)k < 4e6) block = whole;
  if (block < 64) block = whole < 64 ? whole : 64;
  block = (block + 15) / 16 * 16 < whole ? (block + 15) / 16 * 16 : whole;
  job job = {
    .library = library, .a = a, .b = b, .c = c, .block = block,
    .a_step = by_rows ? size_of(type) * (a_transposed ? 1 : a_leading) : 0,
    .b_step = by_rows ? 0 : size_of(type) * (b_transposed ? b_leading : 1),
    .c_step = size_of(result) * (by_rows ? n : 1)};
  for (int i = 0; i < 2; i++) {
    int64_t size = i == 0 ? block : whole % block;
    if (size == 0) continue;
    od_key key;
    memset(&key, 0, sizeof key);
    key.kind = OD_PRODUCT;
    key.types[0] = type;
    key.types[1] = result;
    const int64_t sizes[8] = {
      by_rows ? size : m, by_rows ? n : size, k, a_leading, b_leading, n, a_transposed,
      b_transposed};
    memcpy(key.sizes, sizes, sizeof sizes);
    job.plans[i] = od_plan_take(library, &key, make);
    if (!job.plans[i]) job.status = OD_UNAVAILABLE;
  }
  if (job.status == OD_OK) ck_parallel_for(whole, block, compute_block, &job);
  od_plan_return(job.plans[0]);
  od_plan_return(job.plans[1]);
  od_status status = (od_status)atomic_load(&job.status);
  return status == OD_OK && ck_interrupted() ? OD_INTERRUPTED : status;
}
