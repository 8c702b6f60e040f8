#ifndef LAMELLA_CGNUPLOT_H
#define LAMELLA_CGNUPLOT_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

// One run of gnuplot: data and a script in, picture bytes and messages out. Nothing touches the disk: data, script,
// standard output and standard error are files in memory that the child inherits, so neither side ever waits for
// the other to read, and nothing is left behind when either is killed.
//
// Use from one thread at a time: cg_create, cg_add_data…, cg_start, cg_wait until it is not CG_RUNNING, then read
// cg_output and cg_messages; cg_destroy kills what still runs.
typedef struct cg_run cg_run;

typedef enum {
  CG_DONE = 0,      // gnuplot has ended by itself; its exit code is in cg_exit_code
  CG_RUNNING = 1,
  CG_NOT_FOUND = 2, // no such program, or not executable
  CG_KILLED = 3,    // ended by a signal, whose number is in cg_signal
  CG_SYSTEM = 4,    // the system refused (descriptors, memory); cg_error_number says why
} cg_status;

// What the script calls the file that holds all data of the run, one set after another.
#define CG_DATA_FILE "/dev/fd/61"

// NULL when memory or descriptors are exhausted.
cg_run *cg_create(void);

// Appends a set of `rows` records of `columns` doubles, given column after column, through gnuplot-iostream.
// `*offset` becomes its place in CG_DATA_FILE in bytes, for `binary skip=`.
cg_status cg_add_data(cg_run *, const double *values, size_t rows, size_t columns, size_t *offset);

// Starts `program` (searched in PATH) in a process group of its own, in `folder` (NULL: ours), and tells it to load
// the script. gnuplot stops at the script's first error, says which line on standard error, and ends.
//
// With `is_confined` the kernel refuses it to start other programs and to open files for writing, whatever the script
// says (seccomp; where the kernel has none, the script runs without).
cg_status cg_start(
    cg_run *, const char *program, const char *folder, const char *script, size_t length,
    int is_confined);

// Waits at most `milliseconds` for the end.
cg_status cg_wait(cg_run *, int milliseconds);

// Kills gnuplot and whatever it started, and waits for its end.
void cg_kill(cg_run *);

// Standard output and standard error after the end. Owned by the run.
const uint8_t *cg_output(cg_run *, size_t *length);
const uint8_t *cg_messages(cg_run *, size_t *length);

int cg_exit_code(const cg_run *);
int cg_signal(const cg_run *);
int cg_error_number(const cg_run *);

void cg_destroy(cg_run *);

#ifdef __cplusplus
}
#endif
#endif
