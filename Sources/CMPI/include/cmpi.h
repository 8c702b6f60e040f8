#ifndef LAMELLA_CMPI_H
#define LAMELLA_CMPI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A few functions of Open MPI, found in libmpi.so.40 when the program runs; nothing is linked and no header of it is needed.
// All are called from one thread at a time.

// How many processes `mpirun` says it started, this one included; 1 without it. Loads nothing.
int32_t cm_promised_count(void);
// Loads the library and joins the others. False when it cannot be: `cm_failure` says why.
bool cm_start(void);
// In English, for messages; empty when nothing failed.
const char *cm_failure(void);
int32_t cm_rank(void);
int32_t cm_count(void);

typedef struct cm_exchange cm_exchange;
// Begins to give `length` bytes to all and to take as many from each, in the order of the ranks, into `received`, which has
// room for `length * cm_count()` bytes. Lengths are the same on all ranks and below 2 GiB. NULL on failure.
cm_exchange *cm_exchange_begin(const void *sent, int32_t length, void *received);
// 1: done, and `exchange` is freed; 0: not yet; -1: failed.
int32_t cm_exchange_test(cm_exchange *exchange);
// Leaves in good order: every rank must call it.
void cm_finish(void);
// Sends standard output nowhere and standard error into memory: its descriptor, or -1.
int32_t cm_keep_messages(void);
// Ends all ranks at once.
void cm_abort(int32_t code);

#endif
