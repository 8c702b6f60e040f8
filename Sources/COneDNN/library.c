// Loads oneDNN and keeps its primitives.
#define _GNU_SOURCE
#include "internal.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static od_library loaded;
static bool is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  *(void **)function = symbol;
  return symbol != NULL;
}

static void load(void) {
  // For the case that some thread of OpenMP is started all the same: it sleeps when it has nothing to do.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  bool all = true;
#define X(name) all = find(library, #name, &loaded.name) && all;
  OD_FUNCTIONS(X)
#undef X
  // Of the library's dependencies.
  all = find(library, "omp_set_num_threads", &loaded.omp_set_num_threads) && all;
  if (!all) return;
  is_loaded = loaded.dnnl_engine_create(&loaded.engine, dnnl_cpu, 0) == dnnl_success
              && loaded.dnnl_primitive_attr_create(&loaded.attributes) == dnnl_success
              && loaded.dnnl_primitive_attr_set_scratchpad_mode(
                   loaded.attributes, dnnl_scratchpad_mode_user) == dnnl_success;
}

const od_library *od_load(void) {
  pthread_once(&once, load);
  return is_loaded ? &loaded : NULL;
}

bool od_available(void) { return od_load() != NULL; }

// MARK: - Plans

// Plans in use are not dropped; of the others the one that was wanted longest ago.
typedef struct {
  od_plan plan;
  od_key key;
  int64_t users, last_use;
  bool is_made, exists;
} entry;

enum { MOST_PLANS = 256 };
static entry *entries[MOST_PLANS];
static int64_t uses;
static pthread_mutex_t plans_mutex = PTHREAD_MUTEX_INITIALIZER;

static void destroy(const od_library *library, entry *old) {
  if (old->exists) {
    library->dnnl_primitive_destroy(old->plan.primitive);
    for (int i = 0; i < OD_OPERANDS; i++) {
      if (old->plan.turns[i]) library->dnnl_primitive_destroy(old->plan.turns[i]);
    }
  }
  free(old);
}

// Where a new plan may go: a free place, or the oldest not in use; -1 when all are in use.
static int place_for_new(const od_library *library) {
  int oldest = -1;
  for (int i = 0; i < MOST_PLANS; i++) {
    if (!entries[i]) return i;
    if (entries[i]->users > 0) continue;
    if (oldest < 0 || entries[i]->last_use < entries[oldest]->last_use) oldest = i;
  }
  if (oldest >= 0) {
    destroy(library, entries[oldest]);
    entries[oldest] = NULL;
  }
  return oldest;
}

static entry *find_or_make(const od_library *library, const od_key *key, od_plan_maker make) {
  for (int i = 0; i < MOST_PLANS && entries[i]; i++) {
    if (memcmp(&entries[i]->key, key, sizeof *key) == 0) return entries[i];
  }
  int place = place_for_new(library);
  entry *new = place < 0 ? NULL : calloc(1, sizeof *new);
  if (!new) return NULL;
  new->key = *key;
  library->omp_set_num_threads(1);
  // A shape the library refuses is remembered too.
  new->exists = make(library, key, &new->plan);
  entries[place] = new;
  return new;
}

const od_plan *od_plan_take(const od_library *library, const od_key *key, od_plan_maker make) {
  pthread_mutex_lock(&plans_mutex);
  entry *found = find_or_make(library, key, make);
  if (found) found->last_use = ++uses;
  if (found && found->exists) found->users++;
  pthread_mutex_unlock(&plans_mutex);
  return found && found->exists ? &found->plan : NULL;
}

void od_plan_return(const od_plan *plan) {
  if (!plan) return;
  pthread_mutex_lock(&plans_mutex);
  // The plan is the first field of its entry.
  ((entry *)plan)->users--;
  pthread_mutex_unlock(&plans_mutex);
}

static bool make_turn(
  const od_library *library, const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
  dnnl_primitive_t *turn) {
  dnnl_primitive_desc_t description;
  if (library->dnnl_reorder_primitive_desc_create(
        &description, from, library->engine, to, library->engine, library->attributes)
      != dnnl_success) {
    return false;
  }
  bool made = library->dnnl_primitive_create(turn, description) == dnnl_success;
  library->dnnl_primitive_desc_destroy(description);
  return made;
}

bool od_plan_complete(const od_library *library, dnnl_primitive_desc_t description, od_plan *plan) {
  const dnnl_memory_desc_t *scratch =
    library->dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  if (scratch) plan->scratch = *scratch;
  plan->scratch_bytes = scratch ? (int64_t)library->dnnl_memory_desc_get_size(scratch) : 0;
  for (int i = 0; i < OD_OPERANDS; i++) {
    plan->bytes[i] = (int64_t)library->dnnl_memory_desc_get_size(&plan->wanted[i]);
    if (library->dnnl_memory_desc_equal(&plan->given[i], &plan->wanted[i])) continue;
    bool made = i == OD_RESULT
                  ? make_turn(library, &plan->wanted[i], &plan->given[i], &plan->turns[i])
                  : make_turn(library, &plan->given[i], &plan->wanted[i], &plan->turns[i]);
    if (!made) return false;
  }
  return true;
}

// MARK: - Running

static dnnl_stream_t stream_of_thread(const od_library *library) {
  static _Thread_local dnnl_stream_t stream;
  if (!stream
      && library->dnnl_stream_create(&stream, library->engine, dnnl_stream_default_flags)
           != dnnl_success) {
    stream = NULL;
  }
  return stream;
}

typedef struct {
  dnnl_exec_arg_t arguments[6];
  int count;
  bool failed;
} run_arguments;

static void add(
  const od_library *library, run_arguments *run, int argument, const dnnl_memory_desc_t *layout,
  const void *data) {
  dnnl_memory_t memory;
  if (library->dnnl_memory_create(&memory, layout, library->engine, (void *)data) != dnnl_success) {
    run->failed = true;
    return;
  }
  run->arguments[run->count++] = (dnnl_exec_arg_t){argument, memory};
}

static bool execute(const od_library *library, dnnl_primitive_t primitive, run_arguments *run) {
  dnnl_stream_t stream = stream_of_thread(library);
  library->omp_set_num_threads(1);
  bool done = stream && !run->failed
              && library->dnnl_primitive_execute(primitive, stream, run->count, run->arguments)
                   == dnnl_success;
  for (int i = 0; i < run->count; i++) library->dnnl_memory_destroy(run->arguments[i].memory);
  return done;
}

bool od_turn(
  const od_library *library, const od_plan *plan, int operand, const void *from, void *to) {
  run_arguments run = {.count = 0};
  const dnnl_memory_desc_t *given = &plan->given[operand], *wanted = &plan->wanted[operand];
  bool is_result = operand == OD_RESULT;
  add(library, &run, DNNL_ARG_FROM, is_result ? wanted : given, from);
  add(library, &run, DNNL_ARG_TO, is_result ? given : wanted, to);
  return execute(library, plan->turns[operand], &run);
}

bool od_run(
  const od_library *library, const od_plan *plan, void *const operands[OD_OPERANDS],
  const void *bias, void *scratch) {
  run_arguments run = {.count = 0};
  for (int i = 0; i < OD_OPERANDS; i++) {
    add(library, &run, plan->arguments[i], &plan->wanted[i], operands[i]);
  }
  if (plan->has_bias) add(library, &run, DNNL_ARG_BIAS, &plan->bias, bias);
  if (plan->scratch_bytes > 0) add(library, &run, DNNL_ARG_SCRATCHPAD, &plan->scratch, scratch);
  return execute(library, plan->primitive, &run);
}
