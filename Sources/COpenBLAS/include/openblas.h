#ifndef LAMELLA_OPENBLAS_H
#define LAMELLA_OPENBLAS_H
// OpenBLAS, loaded when the first product or decomposition wants it: a program that multiplies no matrices does not pay for
// the library's start, nor for threads of it that wait.
//
// Complex numbers as structures, which Swift can import.
#define LAPACK_COMPLEX_STRUCTURE
#include <lapack.h>
#include <stdbool.h>

enum { OB_ROW_MAJOR = 101, OB_NO_TRANSPOSE = 111, OB_TRANSPOSE = 112 };

// The LAPACK routines in use, by their Fortran names.
#define OB_LAPACK(X) \
  X(sgesv_) X(dgesv_) X(cgesv_) X(zgesv_) X(sgetrf_) X(dgetrf_) X(cgetrf_) X(zgetrf_) \
  X(spotrf_) X(dpotrf_) X(cpotrf_) X(zpotrf_) X(sgeqrf_) X(dgeqrf_) X(cgeqrf_) X(zgeqrf_) \
  X(sorgqr_) X(dorgqr_) X(cungqr_) X(zungqr_) X(sgesdd_) X(dgesdd_) X(cgesdd_) X(zgesdd_) \
  X(ssyevd_) X(dsyevd_) X(cheevd_) X(zheevd_) X(sgelsd_) X(dgelsd_) X(cgelsd_) X(zgelsd_)

struct ob_functions {
  void (*set_num_threads)(int);
  void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
  void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
  void (*cgemm)(int, int, int, int, int, int, const void *, const void *, int, const void *, int, const void *, void *, int);
  void (*zgemm)(int, int, int, int, int, int, const void *, const void *, int, const void *, int, const void *, void *, int);
  void (*sgemv)(int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
  void (*dgemv)(int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
  void (*cgemv)(int, int, int, int, const void *, const void *, int, const void *, int, const void *, void *, int);
  void (*zgemv)(int, int, int, int, const void *, const void *, int, const void *, int, const void *, void *, int);
#define X(name) __typeof__(&name) name;
  OB_LAPACK(X)
#undef X
};

// The library's functions, loading it on the first call; NULL when it is not there. From any thread.
const struct ob_functions *ob_load(void);
// As `ob_load` gave them. Only after it gave some.
extern struct ob_functions ob_loaded;

#include "lapack_by_type.h"

#endif
