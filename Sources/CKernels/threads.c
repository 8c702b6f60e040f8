// One pool of threads for the process. A region publishes how many parts remain; whoever is awake takes the next.
// The caller works too, and waits for finished parts, not for workers: a worker that is never scheduled costs
// nothing. Idle workers spin for a while, then sleep on a futex.
#define _GNU_SOURCE
#include "include/kernels.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#else
#define RELAX() ((void)0)
#endif

enum { MOST_THREADS = 256, MOST_PARTS = 0xffffff };
static const int64_t spin_nanoseconds = 50000;

// Each thread looks at a flag of its own, or at one it was told to: two evaluators in a process are stopped apart. Workers
// look at the flag of the thread whose region they work in.
static _Thread_local int32_t own_flag;
static _Thread_local const volatile int32_t *observed_flag;

void ck_interrupt_observe(const volatile int32_t *flag) { observed_flag = flag; }

void ck_interrupt_request(void) { own_flag = 1; }

void ck_interrupt_clear(void) { own_flag = 0; }

static const volatile int32_t *current_flag(void) { return observed_flag ? observed_flag : &own_flag; }

bool ck_interrupted(void) { return __atomic_load_n(current_flag(), __ATOMIC_RELAXED) != 0; }

// The region being run. `ticket` is generation << 24 | parts not yet taken; the other fields are written only
// while no ticket of an older generation can still be taken (its parts are all finished).
static struct {
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint32_t generation;
  _Alignas(64) _Atomic int32_t sleeping;
  _Alignas(64) _Atomic int64_t finished;
  _Alignas(64) _Atomic(ck_range_function) body;
  void *_Atomic context;
  _Atomic int64_t count;
  _Atomic int64_t grain;
  _Atomic(const volatile int32_t *) flag;
} region;

static pthread_mutex_t region_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int32_t wanted_threads;
static int32_t started_workers;
static _Thread_local bool inside_region;

bool ck_inside_region(void) { return inside_region; }

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void take_parts(uint64_t generation) {
  uint64_t ticket = atomic_load_explicit(&region.ticket, memory_order_acquire);
  for (;;) {
    uint64_t remaining = ticket & MOST_PARTS;
    if (ticket >> 24 != generation || remaining == 0) return;
    // Read before the part is ours: after it, the fields cannot change until the part is finished; a stale read
    // fails the exchange because the generation differs.
    ck_range_function body = atomic_load_explicit(&region.body, memory_order_relaxed);
    void *context = atomic_load_explicit(&region.context, memory_order_relaxed);
    int64_t count = atomic_load_explicit(&region.count, memory_order_relaxed);
    int64_t grain = atomic_load_explicit(&region.grain, memory_order_relaxed);
    const volatile int32_t *flag = atomic_load_explicit(&region.flag, memory_order_relaxed);
    if (!atomic_compare_exchange_weak_explicit(
          &region.ticket, &ticket, ticket - 1, memory_order_acq_rel, memory_order_acquire)) {
      continue;
    }
    int64_t parts = (count + grain - 1) / grain;
    int64_t low = (parts - (int64_t)remaining) * grain;
    int64_t high = low + grain < count ? low + grain : count;
    observed_flag = flag;
    body(context, low, high);
    atomic_fetch_add_explicit(&region.finished, 1, memory_order_release);
    ticket = atomic_load_explicit(&region.ticket, memory_order_acquire);
  }
}

static void *work(void *unused) {
  (void)unused;
  inside_region = true;
  uint32_t seen = 0;
  for (;;) {
    int64_t start = nanoseconds();
    uint32_t generation;
    int32_t turns = 0;
    while ((generation = atomic_load_explicit(&region.generation, memory_order_acquire)) == seen) {
      RELAX();
      if (++turns % 64 != 0 || nanoseconds() - start < spin_nanoseconds) continue;
      atomic_fetch_add(&region.sleeping, 1);
      while ((generation = atomic_load(&region.generation)) == seen) {
        syscall(SYS_futex, &region.generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
      }
      atomic_fetch_sub(&region.sleeping, 1);
      break;
    }
    seen = generation;
    take_parts(generation);
  }
  return NULL;
}

void ck_set_threads(int32_t count) {
  int32_t bounded = count < 1 ? 1 : count > MOST_THREADS ? MOST_THREADS : count;
  atomic_store_explicit(&wanted_threads, bounded, memory_order_relaxed);
}

// LAMELLA_THREADS, or the processors this process may run on.
static int32_t default_threads(void) {
  const char *text = getenv("LAMELLA_THREADS");
  if (text && atoi(text) > 0) return atoi(text);
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors < 1 ? 1 : (int32_t)processors;
}

int32_t ck_thread_count(void) {
  int32_t count = atomic_load_explicit(&wanted_threads, memory_order_relaxed);
  if (count > 0) return count;
  ck_set_threads(default_threads());
  return atomic_load_explicit(&wanted_threads, memory_order_relaxed);
}

// Parts may run code of the language, which may nest native calls: as much stack as an evaluator has; reserved, not touched.
static const size_t worker_stack = (size_t)1 << 29;

// Starts workers up to the wanted number. A worker that cannot be started is done without.
static void start_workers(int32_t threads) {
  while (started_workers < threads - 1) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, worker_stack);
    int result = pthread_create(&thread, &attributes, work, NULL);
    pthread_attr_destroy(&attributes);
    if (result != 0) return;
    started_workers++;
  }
}

static void run_serially(
  int64_t count, int64_t grain, ck_range_function body, void *context) {
  for (int64_t low = 0; low < count; low += grain) {
    body(context, low, low + grain < count ? low + grain : count);
  }
}

void ck_parallel_for(int64_t count, int64_t grain, ck_range_function body, void *context) {
  if (count <= 0) return;
  if (grain < 1) grain = 1;
  int64_t parts = (count + grain - 1) / grain;
  int32_t threads = ck_thread_count();
  if (threads == 1 || parts == 1 || parts > MOST_PARTS || inside_region
      || pthread_mutex_trylock(&region_mutex) != 0) {
    run_serially(count, grain, body, context);
    return;
  }
  inside_region = true;
  const volatile int32_t *observed = observed_flag;
  start_workers(threads);
  atomic_store_explicit(&region.flag, current_flag(), memory_order_relaxed);
  atomic_store_explicit(&region.body, body, memory_order_relaxed);
  atomic_store_explicit(&region.context, context, memory_order_relaxed);
  atomic_store_explicit(&region.count, count, memory_order_relaxed);
  atomic_store_explicit(&region.grain, grain, memory_order_relaxed);
  atomic_store_explicit(&region.finished, 0, memory_order_relaxed);
  uint32_t generation = atomic_load_explicit(&region.generation, memory_order_relaxed) + 1;
  uint64_t ticket = (uint64_t)generation << 24 | (uint64_t)parts;
  atomic_store_explicit(&region.ticket, ticket, memory_order_release);
  atomic_store(&region.generation, generation);
  if (atomic_load(&region.sleeping) > 0) {
    syscall(SYS_futex, &region.generation, FUTEX_WAKE_PRIVATE, threads - 1, NULL, NULL, 0);
  }
  take_parts(generation);
  while (atomic_load_explicit(&region.finished, memory_order_acquire) < parts) RELAX();
  inside_region = false;
  observed_flag = observed;
  pthread_mutex_unlock(&region_mutex);
}
