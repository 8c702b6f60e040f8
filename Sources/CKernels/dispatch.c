// Chooses kernels for the machine the process runs on.
#include "cache_table.h"
#include "neural.h"
#include "reduce.h"

#include <stdatomic.h>

const int64_t ck_element_sizes[CK_DTYPE_COUNT] = {1, 1, 1, 4, 8, 4, 8, 8, 16, 2};

static _Atomic int32_t highest_level = 2;

static int32_t level(void) {
  int32_t highest = atomic_load_explicit(&highest_level, memory_order_relaxed);
#if defined(__x86_64__)
  if (highest >= 2 && __builtin_cpu_supports("x86-64-v4")) return 2;
  if (highest >= 1 && __builtin_cpu_supports("x86-64-v3")) return 1;
#else
  (void)highest;
#endif
  return 0;
}

int32_t ck_limit_instruction_set(int32_t limit) {
  atomic_store_explicit(&highest_level, limit, memory_order_relaxed);
  return level();
}

static const ck_table *best_table(void) {
#if defined(__x86_64__)
  switch (level()) {
  case 2: return &ck_table_v4;
  case 1: return &ck_table_v3;
  }
#endif
  return &ck_table_base;
}

ck_forms ck_forms_of(int32_t operation, int32_t dtype) {
  ck_forms found = (*best_table())[operation][dtype];
  if (!found.vv) found = ck_table_rare[operation][dtype];
  if (!found.vv) found = ck_table_complex[operation][dtype];
  if (!found.vv) found = ck_table_special[operation][dtype];
  return found;
}

const ck_block_reducers *ck_best_reducers(void) {
#if defined(__x86_64__)
  switch (level()) {
  case 2: return &ck_block_reducers_v4;
  case 1: return &ck_block_reducers_v3;
  }
#endif
  return &ck_block_reducers_base;
}

const ck_neural *ck_best_neural(void) {
#if defined(__x86_64__)
  switch (level()) {
  case 2: return &ck_neural_v4;
  case 1: return &ck_neural_v3;
  }
#endif
  return &ck_neural_base;
}

const ck_cache_table *ck_best_cache(void) {
#if defined(__x86_64__)
  switch (level()) {
  case 2: return &ck_cache_v4;
  case 1: return &ck_cache_v3;
  }
#endif
  return &ck_cache_base;
}

const ck_code_table *ck_best_codes(void) {
#if defined(__x86_64__)
  switch (level()) {
  case 2: return __builtin_cpu_supports("avx512vpopcntdq") ? &ck_codes_popcnt : &ck_codes_v4;
  case 1: return &ck_codes_v3;
  }
#endif
  return &ck_codes_base;
}

bool ck_has_kernel(int32_t operation, int32_t dtype) {
  return ck_forms_of(operation, dtype).vv != NULL;
}
