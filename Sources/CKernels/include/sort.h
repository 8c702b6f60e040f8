#ifndef LAMELLA_SORT_H
#define LAMELLA_SORT_H
#include "kernels.h"

// Sorting of contiguous rows. NaN comes last, ascending and descending; equal elements keep their order, in descending
// order too. Complex types are not offered. Each returns CK_OK, CK_INTERRUPTED or CK_NO_MEMORY.

// The elements of each row in order.
ck_status ck_sort(int32_t type, const void *source, void *target, ck_int rows, ck_int length, bool descending);

// The positions that put each row in order.
ck_status ck_argsort(
  int32_t type, const void *source, int64_t *target, ck_int rows, ck_int length, bool descending);

// The positions of the k first of each row in that order, 1 ≤ k ≤ length.
ck_status ck_first_k(
  int32_t type, const void *source, int64_t *target, ck_int rows, ck_int length, ck_int k, bool descending);

#endif
