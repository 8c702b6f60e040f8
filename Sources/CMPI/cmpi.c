// The table of Open MPI's functions. Its handles are addresses of exported objects, which have kept their names since
// version 1.7 (libmpi.so.40 is 4.x and 5.x).
#define _GNU_SOURCE
#include "include/cmpi.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SERIALIZED = 2 };  // MPI_THREAD_SERIALIZED

struct cm_exchange {
  void *request;
};

static struct {
  void *world, *byte;
  int (*init_thread)(int *, char ***, int, int *);
  int (*rank)(void *, int *);
  int (*size)(void *, int *);
  int (*iallgather)(const void *, int, void *, void *, int, void *, void *, void **);
  int (*test)(void **, int *, void *);
  int (*finalize)(void);
  int (*abort)(void *, int);
} mpi;
static int rank, count = 1;
static char failure[256];

const char *cm_failure(void) { return failure; }
int32_t cm_rank(void) { return rank; }
int32_t cm_count(void) { return count; }

int32_t cm_promised_count(void) {
  const char *text = getenv("OMPI_COMM_WORLD_SIZE");
  int promised = text ? atoi(text) : 1;
  return promised > 1 ? promised : 1;
}

static bool fail(const char *reason) {
  snprintf(failure, sizeof failure, "%s", reason);
  return false;
}

static bool find(void *library, const char *name, void *place) {
  void *symbol = dlsym(library, name);
  if (!symbol) return false;
  *(void **)place = symbol;
  return true;
}

static bool load(void) {
  // Global, because the library's own plugins look for its symbols.
  void *library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
  if (!library) return fail(dlerror());
  bool all = find(library, "ompi_mpi_comm_world", &mpi.world) && find(library, "ompi_mpi_byte", &mpi.byte) &&
             find(library, "MPI_Init_thread", &mpi.init_thread) && find(library, "MPI_Comm_rank", &mpi.rank) &&
             find(library, "MPI_Comm_size", &mpi.size) && find(library, "MPI_Iallgather", &mpi.iallgather) &&
             find(library, "MPI_Test", &mpi.test) && find(library, "MPI_Finalize", &mpi.finalize) &&
             find(library, "MPI_Abort", &mpi.abort);
  return all || fail("libmpi.so.40 is not Open MPI's");
}

bool cm_start(void) {
  if (!load()) return false;
  int provided = 0;
  if (mpi.init_thread(NULL, NULL, SERIALIZED, &provided)) return fail("MPI_Init_thread failed");
  if (provided < SERIALIZED) return fail("this Open MPI was built without support for threads");
  if (mpi.rank(mpi.world, &rank) || mpi.size(mpi.world, &count)) return fail("MPI_Comm_rank failed");
  return true;
}

cm_exchange *cm_exchange_begin(const void *sent, int32_t length, void *received) {
  cm_exchange *exchange = malloc(sizeof *exchange);
  if (!exchange) return NULL;
  if (mpi.iallgather(sent, length, mpi.byte, received, length, mpi.byte, mpi.world, &exchange->request)) {
    free(exchange);
    return NULL;
  }
  return exchange;
}

int32_t cm_exchange_test(cm_exchange *exchange) {
  int done = 0;
  // A null status: MPI_STATUS_IGNORE.
  if (mpi.test(&exchange->request, &done, NULL)) return -1;
  if (!done) return 0;
  free(exchange);
  return 1;
}

int32_t cm_keep_messages(void) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO);
  int messages = memfd_create("messages", MFD_CLOEXEC);
  if (messages >= 0) dup2(messages, STDERR_FILENO);
  return messages;
}

void cm_finish(void) { mpi.finalize(); }
void cm_abort(int32_t code) { mpi.abort(mpi.world, code); }
