#ifndef LAMELLA_LAPACK_BY_TYPE_H
#define LAMELLA_LAPACK_BY_TYPE_H
// LAPACK by element type: one function for the s, d, c and z routine of each kind, work space included. `type` is the raw
// value of `DType`. Matrices are in column order, dense (leading dimension = rows). Each returns LAPACK's info, or
// LA_NO_MEMORY. The Fortran routines are those of `ob_load`.
#include "openblas.h"
#include <stdlib.h>

// Every LAPACK_x of lapack.h is spelled by this macro: here it names the loaded routine.
#undef LAPACK_GLOBAL
#define LAPACK_GLOBAL(lower, UPPER) (*ob_loaded.lower##_)

enum { LA_F32 = 5, LA_F64 = 6, LA_C64 = 7, LA_C128 = 8, LA_NO_MEMORY = -1000 };

#define LA_BY_TYPE(type, s, d, c, z) \
  switch (type) {                    \
    case LA_F32: s; break;           \
    case LA_F64: d; break;           \
    case LA_C64: c; break;           \
    case LA_C128: z; break;          \
    default: break;                  \
  }

// The first element of a work array after a query, as a count. Padded, since a float may round it down.
static inline lapack_int la_wanted(int type, const void *work) {
  double wanted = type == LA_F32 || type == LA_C64 ? *(const float *)work * (1 + 1e-6) + 1 : *(const double *)work;
  return wanted < 1 ? 1 : wanted > 2147483647.0 ? 2147483647 : (lapack_int)wanted;
}

static inline size_t la_size(int type) {
  return type == LA_F32 ? 4 : type == LA_F64 || type == LA_C64 ? 8 : 16;
}

// A X = B: `a` becomes the factors, `b` the solution. info > 0: singular.
static inline int la_gesv(int type, lapack_int n, lapack_int columns, void *a, lapack_int *pivots, void *b) {
  lapack_int info = 0, ld = n > 1 ? n : 1;
  LA_BY_TYPE(type, LAPACK_sgesv(&n, &columns, a, &ld, pivots, b, &ld, &info),
             LAPACK_dgesv(&n, &columns, a, &ld, pivots, b, &ld, &info),
             LAPACK_cgesv(&n, &columns, a, &ld, pivots, b, &ld, &info),
             LAPACK_zgesv(&n, &columns, a, &ld, pivots, b, &ld, &info))
  return info;
}

// LU with row exchanges. info > 0: an exact zero on the diagonal.
static inline int la_getrf(int type, lapack_int n, void *a, lapack_int *pivots) {
  lapack_int info = 0, ld = n > 1 ? n : 1;
  LA_BY_TYPE(type, LAPACK_sgetrf(&n, &n, a, &ld, pivots, &info), LAPACK_dgetrf(&n, &n, a, &ld, pivots, &info),
             LAPACK_cgetrf(&n, &n, a, &ld, pivots, &info), LAPACK_zgetrf(&n, &n, a, &ld, pivots, &info))
  return info;
}

// The lower Cholesky factor; the strict upper triangle is left as it was. info > 0: the first minor not positive.
static inline int la_potrf(int type, lapack_int n, void *a) {
  lapack_int info = 0, ld = n > 1 ? n : 1;
  LA_BY_TYPE(type, LAPACK_spotrf("L", &n, a, &ld, &info), LAPACK_dpotrf("L", &n, a, &ld, &info),
             LAPACK_cpotrf("L", &n, a, &ld, &info), LAPACK_zpotrf("L", &n, a, &ld, &info))
  return info;
}

// Householder QR: R above the diagonal, reflectors below and in `tau` (min(m, n) elements).
static inline int la_geqrf(int type, lapack_int m, lapack_int n, void *a, void *tau) {
  lapack_int info = 0, ld = m > 1 ? m : 1, size = -1;
  double query[2] = {0, 0};
  void *work = query;
  for (int pass = 0; pass < 2; pass++) {
    LA_BY_TYPE(type, LAPACK_sgeqrf(&m, &n, a, &ld, tau, work, &size, &info),
               LAPACK_dgeqrf(&m, &n, a, &ld, tau, work, &size, &info),
               LAPACK_cgeqrf(&m, &n, a, &ld, tau, work, &size, &info),
               LAPACK_zgeqrf(&m, &n, a, &ld, tau, work, &size, &info))
    if (pass == 1) free(work);
    if (pass == 1 || info != 0) return info;
    size = la_wanted(type, query);
    work = malloc((size_t)size * la_size(type));
    if (!work) return LA_NO_MEMORY;
  }
  return info;
}

// The first n columns of Q from k reflectors, m ≥ n ≥ k.
static inline int la_orgqr(int type, lapack_int m, lapack_int n, lapack_int k, void *a, const void *tau) {
  lapack_int info = 0, ld = m > 1 ? m : 1, size = -1;
  double query[2] = {0, 0};
  void *work = query;
  for (int pass = 0; pass < 2; pass++) {
    LA_BY_TYPE(type, LAPACK_sorgqr(&m, &n, &k, a, &ld, tau, work, &size, &info),
               LAPACK_dorgqr(&m, &n, &k, a, &ld, tau, work, &size, &info),
               LAPACK_cungqr(&m, &n, &k, a, &ld, tau, work, &size, &info),
               LAPACK_zungqr(&m, &n, &k, a, &ld, tau, work, &size, &info))
    if (pass == 1) free(work);
    if (pass == 1 || info != 0) return info;
    size = la_wanted(type, query);
    work = malloc((size_t)size * la_size(type));
    if (!work) return LA_NO_MEMORY;
  }
  return info;
}

// Singular values by divide and conquer. `job` is 'A' (all of U and Vᴴ), 'S' (the first min(m, n)) or 'N'.
// info > 0: not converged.
static inline int la_gesdd(int type, char job, lapack_int m, lapack_int n, void *a, void *s, void *u, void *vt) {
  lapack_int info = 0, k = m < n ? m : n, size = -1;
  lapack_int lda = m > 1 ? m : 1, ldu = lda, ldvt = job == 'A' ? n : k;
  if (ldvt < 1) ldvt = 1;
  size_t larger = m > n ? m : n, smaller = k;
  lapack_int *integers = malloc(sizeof(lapack_int) * (8 * smaller + 1));
  size_t reals = smaller * (5 * smaller + 7 > 2 * larger + 2 * smaller + 1 ? 5 * smaller + 7 : 2 * larger + 2 * smaller + 1) + 1;
  void *real = type >= LA_C64 ? malloc(reals * (type == LA_C64 ? 4 : 8)) : NULL;
  double query[2] = {0, 0};
  void *work = query;
  if (!integers || (type >= LA_C64 && !real)) info = LA_NO_MEMORY;
  for (int pass = 0; pass < 2 && info == 0; pass++) {
    LA_BY_TYPE(type, LAPACK_sgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, integers, &info),
               LAPACK_dgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, integers, &info),
               LAPACK_cgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, real, integers, &info),
               LAPACK_zgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &size, real, integers, &info))
    if (pass == 1) {
      free(work);
    } else if (info == 0) {
      size = la_wanted(type, query);
      work = malloc((size_t)size * la_size(type));
      if (!work) info = LA_NO_MEMORY;
    }
  }
  free(integers);
  free(real);
  return info;
}

// Eigenvalues (ascending) of a symmetric or Hermitian matrix from its lower triangle; `job` 'V' turns `a` into the
// eigenvectors. info > 0: not converged.
static inline int la_heevd(int type, char job, lapack_int n, void *a, void *w) {
  lapack_int info = 0, ld = n > 1 ? n : 1, size = -1, reals = -1, integers = -1, integer_query = 0;
  double query[2] = {0, 0}, real_query = 0;
  void *work = query, *real = &real_query;
  lapack_int *integer = &integer_query;
  for (int pass = 0; pass < 2 && info == 0; pass++) {
    LA_BY_TYPE(type, LAPACK_ssyevd(&job, "L", &n, a, &ld, w, work, &size, integer, &integers, &info),
               LAPACK_dsyevd(&job, "L", &n, a, &ld, w, work, &size, integer, &integers, &info),
               LAPACK_cheevd(&job, "L", &n, a, &ld, w, work, &size, real, &reals, integer, &integers, &info),
               LAPACK_zheevd(&job, "L", &n, a, &ld, w, work, &size, real, &reals, integer, &integers, &info))
    if (pass == 1) {
      free(work);
      free(real);
      free(integer);
    } else if (info == 0) {
      size = la_wanted(type, query);
      reals = type >= LA_C64 ? la_wanted(type, &real_query) : 1;
      integers = integer_query > 1 ? integer_query : 1;
      work = malloc((size_t)size * la_size(type));
      real = malloc((size_t)reals * 8);
      integer = malloc((size_t)integers * sizeof(lapack_int));
      if (!work || !real || !integer) {
        free(work);
        free(real);
        free(integer);
        info = LA_NO_MEMORY;
      }
    }
  }
  return info;
}

// The least-squares solution of least norm by singular values; `b` has max(m, n) rows. Singular values at most
// `rcond` times the largest count as 0. info > 0: not converged.
static inline int la_gelsd(int type, lapack_int m, lapack_int n, lapack_int columns, void *a, void *b, void *s,
                           double rcond, lapack_int *rank) {
  lapack_int info = 0, lda = m > 1 ? m : 1, ldb = m > n ? m : n, size = -1, integer_query = 0;
  if (ldb < 1) ldb = 1;
  double query[2] = {0, 0}, real_query = 0;
  float single = (float)rcond;
  void *work = query, *real = &real_query;
  lapack_int *integer = &integer_query;
  for (int pass = 0; pass < 2 && info == 0; pass++) {
    LA_BY_TYPE(
      type,
      LAPACK_sgelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &single, rank, work, &size, integer, &info),
      LAPACK_dgelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &rcond, rank, work, &size, integer, &info),
      LAPACK_cgelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &single, rank, work, &size, real, integer, &info),
      LAPACK_zgelsd(&m, &n, &columns, a, &lda, b, &ldb, s, &rcond, rank, work, &size, real, integer, &info))
    if (pass == 1) {
      free(work);
      free(real);
      free(integer);
    } else if (info == 0) {
      size = la_wanted(type, query);
      lapack_int reals = type >= LA_C64 ? la_wanted(type, &real_query) : 1;
      lapack_int integers = integer_query > 1 ? integer_query : 1;
      work = malloc((size_t)size * la_size(type));
      real = malloc((size_t)reals * 8);
      integer = malloc((size_t)integers * sizeof(lapack_int));
      if (!work || !real || !integer) {
        free(work);
        free(real);
        free(integer);
        info = LA_NO_MEMORY;
      }
    }
  }
  return info;
}

#endif
