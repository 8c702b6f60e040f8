#ifndef LAMELLA_GROUPED_H
#define LAMELLA_GROUPED_H
#include "kernels.h"

// Products of rows with the matrix of their group (grouped.c): rows starts[g] ..< starts[g + 1] belong to group g. One pass
// over blocks of all groups, shared by the threads; every element is summed by one thread in one order.

// x [starts[groups], in], w [groups, in, out], g and y [starts[groups], out]; CK_F32 or CK_F64. `stores_bf16`: w is of bf16, and
// everything else of f32. `starts` has groups + 1 elements, begins with 0 and does not fall.
typedef struct {
  int32_t dtype;
  bool stores_bf16;
  ck_int groups, in, out;
  const int64_t *starts;
} ck_group_layout;

// y[i] = x[i] w[group of i]
ck_status ck_grouped_product(
  const ck_group_layout *layout, const void *x, const void *w, void *y);
// gx[i] = g[i] w[group of i]'
ck_status ck_grouped_product_back_rows(
  const ck_group_layout *layout, const void *g, const void *w, void *gx);
// gw[group] = x[rows of the group]' g[rows of the group]; 0 for groups without rows. gw is of `dtype`.
ck_status ck_grouped_product_back_matrices(
  const ck_group_layout *layout, const void *x, const void *g, void *gw);

#endif
