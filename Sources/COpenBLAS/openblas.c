// Loads OpenBLAS and finds its functions.
#define _GNU_SOURCE
#include "openblas.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

struct ob_functions ob_loaded;
static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  *(void **)function = symbol;
  return symbol != NULL;
}

static void load(void) {
  // A worker of OpenBLAS that has nothing to do spins for 2^26 cycles unless told otherwise; 2^16 is enough to catch the next
  // product of a loop. Not earlier than here: Swift finds a program's arguments by where the environment stands at its start.
  setenv("OPENBLAS_THREAD_TIMEOUT", "16", 0);
#if defined(__x86_64__)
  // OpenBLAS knows AMD's processors with AVX-512 as those without; its kernels for Intel's run on both, up to twice as fast.
  __builtin_cpu_init();
  if (__builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f")
      && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  }
#endif
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  bool all = find(library, "openblas_set_num_threads", &ob_loaded.set_num_threads);
#define X(name) all = find(library, "cblas_" #name, &ob_loaded.name) && all;
  X(sgemm) X(dgemm) X(cgemm) X(zgemm) X(sgemv) X(dgemv) X(cgemv) X(zgemv)
#undef X
#define X(name) all = find(library, #name, &ob_loaded.name) && all;
  OB_LAPACK(X)
#undef X
  is_loaded = all;
}

const struct ob_functions *ob_load(void) {
  pthread_once(&once, load);
  return is_loaded ? &ob_loaded : NULL;
}
