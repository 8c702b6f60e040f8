// Loads FFTW and plans transforms with it.
#define _GNU_SOURCE
#include "include/fourier.h"
#include <dlfcn.h>
#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

// The functions in use, for a precision with its prefix.
#define FUNCTIONS(prefix)                                                       \
  struct {                                                                      \
    __typeof__(prefix##_plan_dft_1d) *plan_dft_1d;                                  \
    __typeof__(prefix##_plan_dft_r2c_1d) *plan_dft_r2c_1d;                          \
    __typeof__(prefix##_plan_dft_c2r_1d) *plan_dft_c2r_1d;                          \
    __typeof__(prefix##_execute_dft) *execute_dft;                                  \
    __typeof__(prefix##_execute_dft_r2c) *execute_dft_r2c;                          \
    __typeof__(prefix##_execute_dft_c2r) *execute_dft_c2r;                          \
    __typeof__(prefix##_destroy_plan) *destroy_plan;                                \
    __typeof__(prefix##_malloc) *allocate;                                          \
    __typeof__(prefix##_free) *release;                                             \
  }

static FUNCTIONS(fftw) in_double;
static FUNCTIONS(fftwf) in_single;
static bool has_double, has_single;
static pthread_once_t once = PTHREAD_ONCE_INIT;
// Only execution may run on several threads.
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static bool find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  *(void **)function = symbol;
  return symbol != NULL;
}

#define LOAD(prefix, file, table, flag)                                         \
  do {                                                                          \
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);                        \
    if (!library) break;                                                        \
    bool all = find(library, #prefix "_plan_dft_1d", &table.plan_dft_1d);       \
    all = find(library, #prefix "_plan_dft_r2c_1d", &table.plan_dft_r2c_1d) && all; \
    all = find(library, #prefix "_plan_dft_c2r_1d", &table.plan_dft_c2r_1d) && all; \
    all = find(library, #prefix "_execute_dft", &table.execute_dft) && all;     \
    all = find(library, #prefix "_execute_dft_r2c", &table.execute_dft_r2c) && all; \
    all = find(library, #prefix "_execute_dft_c2r", &table.execute_dft_c2r) && all; \
    all = find(library, #prefix "_destroy_plan", &table.destroy_plan) && all;   \
    all = find(library, #prefix "_malloc", &table.allocate) && all;             \
    all = find(library, #prefix "_free", &table.release) && all;                \
    flag = all;                                                                 \
  } while (0)

static void load(void) {
  LOAD(fftw, "libfftw3.so.3", in_double, has_double);
  LOAD(fftwf, "libfftw3f.so.3", in_single, has_single);
}

bool ft_is_loaded(bool is_double) {
  pthread_once(&once, load);
  return is_double ? has_double : has_single;
}

struct ft_plan {
  void *handle;
  ft_kind kind;
  bool is_double;
};

// Nothing is measured, so that plans do not depend on the machine's load: the arrays are never written.
#define PLAN(table, complex_type, real_type)                                    \
  do {                                                                          \
    size_t bytes = ((size_t)n + 2) * sizeof(complex_type);                      \
    void *in = table.allocate(bytes), *out = table.allocate(bytes);             \
    if (in && out) {                                                            \
      switch (kind) {                                                           \
      case FT_FORWARD: handle = table.plan_dft_1d(n, in, out, FFTW_FORWARD, flags); break; \
      case FT_BACKWARD: handle = table.plan_dft_1d(n, in, out, FFTW_BACKWARD, flags); break; \
      case FT_REAL_FORWARD: handle = table.plan_dft_r2c_1d(n, in, out, flags); break; \
      case FT_REAL_BACKWARD: handle = table.plan_dft_c2r_1d(n, in, out, flags); break; \
      }                                                                         \
    }                                                                           \
    table.release(in);                                                          \
    table.release(out);                                                         \
  } while (0)

ft_plan *ft_plan_create(ft_kind kind, int32_t n, bool is_double, bool is_aligned) {
  if (!ft_is_loaded(is_double)) return NULL;
  unsigned flags = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT | (is_aligned ? 0 : FFTW_UNALIGNED);
  void *handle = NULL;
  pthread_mutex_lock(&planner);
  if (is_double) {
    PLAN(in_double, fftw_complex, double);
  } else {
    PLAN(in_single, fftwf_complex, float);
  }
  pthread_mutex_unlock(&planner);
  if (!handle) return NULL;
  ft_plan *plan = malloc(sizeof *plan);
  if (plan) *plan = (ft_plan){handle, kind, is_double};
  return plan;
}

void ft_plan_free(ft_plan *plan) {
  if (!plan) return;
  pthread_mutex_lock(&planner);
  if (plan->is_double) {
    in_double.destroy_plan(plan->handle);
  } else {
    in_single.destroy_plan(plan->handle);
  }
  pthread_mutex_unlock(&planner);
  free(plan);
}

void ft_run(const ft_plan *plan, const void *in, void *out) {
  // The interface wants what it will not change as changeable.
  void *source = (void *)(uintptr_t)in;
  switch (plan->kind) {
  case FT_FORWARD:
  case FT_BACKWARD:
    if (plan->is_double) {
      in_double.execute_dft(plan->handle, source, out);
    } else {
      in_single.execute_dft(plan->handle, source, out);
    }
    break;
  case FT_REAL_FORWARD:
    if (plan->is_double) {
      in_double.execute_dft_r2c(plan->handle, source, out);
    } else {
      in_single.execute_dft_r2c(plan->handle, source, out);
    }
    break;
  case FT_REAL_BACKWARD:
    if (plan->is_double) {
      in_double.execute_dft_c2r(plan->handle, source, out);
    } else {
      in_single.execute_dft_c2r(plan->handle, source, out);
    }
    break;
  }
}
