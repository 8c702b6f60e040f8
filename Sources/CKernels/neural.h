// The vectorised parts of the neural kernels, one table for each instruction set. Not for Swift.
#ifndef LAMELLA_NEURAL_TABLE_H
#define LAMELLA_NEURAL_TABLE_H
#include "include/grouped.h"
#include "include/neural.h"
#include "kernel.h"

// A block of queries of one head, or, backwards, one key head.
typedef struct {
  const ck_attention_layout *layout;
  const void *q, *k, *v, *out, *totals, *g;
  void *result, *result_totals, *gq, *gk, *gv;
  int64_t batch, head, first_query;
} ck_attention_task;

// Products of rows with the matrix of their group.
typedef struct {
  const ck_group_layout *layout;
  const void *x, *w, *g;
  void *result;
  // Cotangents g [rows, out] as panels [out, width], each group's rows padded to whole vectors: where its panels begin.
  void *turned;
  const int64_t *padded_starts;
} ck_group_task;

// Rows (of the group's, or of its matrix) and columns of the result.
typedef struct {
  int64_t group, row, rows, column, columns;
} ck_group_block;

enum {
  // The most columns of a block; steps of depth of a pass over a block on the way back, and with few rows.
  CK_GROUP_COLUMNS = 512,
  CK_GROUP_DEPTH = 128,
  CK_GROUP_FEW_ROWS = 64,
  CK_GROUP_LONG_DEPTH = 512
};

// For float or double.
#define CK_NEURAL_TABLE(F)                                                                        \
  struct {                                                                                        \
    void (*softmax_row)(F * out, const F *x, int64_t n);                                          \
    void (*log_softmax_row)(F * out, const F *x, int64_t n);                                      \
    F (*logsumexp_row)(const F *x, int64_t n);                                                    \
    /* Up to 64 columns of rows `stride` apart. */                                                \
    void (*softmax_columns)(                                                                      \
      bool logarithm, F *out, const F *x, int64_t n, int64_t stride, int64_t width);              \
    void (*softmax_back_row)(F * out, const F *y, const F *g, int64_t n);                         \
    void (*log_softmax_back_row)(F * out, const F *y, const F *g, int64_t n);                     \
    void (*softmax_back_columns)(                                                                 \
      bool logarithm, F *out, const F *y, const F *g, int64_t n, int64_t stride, int64_t width);  \
    /* out = (exp(x - total) - each) g */                                                         \
    void (*cross_entropy_back_row)(F * out, const F *x, F total, F each, F g, int64_t n);         \
    double (*sum)(const F *x, int64_t n);                                                         \
    double (*squares_about)(const F *x, F mean, int64_t n);                                       \
    /* The sums of g and of g (x - mean). */                                                      \
    void (*sums_about)(const F *g, const F *x, F mean, int64_t n, double *sum, double *product);  \
    /* The same of g scale; and g, g (x - mean) factor added to gshift, gscale (may be NULL). */  \
    void (*scaled_sums_about)(                                                                    \
      const F *g, const F *x, const F *scale, F mean, F factor, int64_t n, F *gscale, F *gshift,  \
      double *sum, double *product);                                                              \
    void (*norm_elements)(                                                                        \
      F * out, const F *x, F mean, F factor, const F *scale, const F *shift, int64_t n);          \
    void (*norm_run)(F * out, const F *x, F factor, F offset, int64_t n);                         \
    /* out = a g + b x + c, with scale g first where there is one. */                             \
    void (*norm_back)(                                                                            \
      F * out, const F *g, const F *scale, const F *x, F a, F b, F c, int64_t n);                 \
    void (*lstm)(F * gates, const F *cell, int64_t hidden, F *next, F *state);                    \
    void (*lstm_back)(                                                                            \
      const F *gates, const F *cell, const F *next, const F *ghidden, F *gcell, int64_t hidden,   \
      F *gsums);                                                                                  \
    void (*gru)(                                                                                  \
      const F *input, const F *recurrent, const F *state, int64_t hidden, F *gates, F *next);     \
    void (*gru_back)(                                                                             \
      const F *gates, const F *recurrent, const F *state, const F *gnext, int64_t hidden,         \
      F *ginput, F *grecurrent, F *gstate);                                                       \
    void (*gelu)(const F *x, int64_t n, F *out);                                                  \
    void (*gelu_back)(const F *x, const F *g, int64_t n, F *out);                                 \
    void (*rope)(                                                                                 \
      F * out, const F *x, const F *cosines, const F *sines, int64_t half, bool interleaved,      \
      bool backwards);                                                                            \
    void (*rope_angles)(                                                                          \
      F * cosines, F *sines, double position, const double *frequencies, int64_t half);           \
    void (*attend)(const ck_attention_task *task, F *workspace);                                  \
    void (*attend_back)(const ck_attention_task *task, F *workspace);                             \
    void (*max_rows)(F * out, const F *x, int64_t width, int64_t rows, int64_t stride);           \
    void (*max_pair_back)(F * gx, const F *x, const F *g, int64_t width, int64_t count);          \
    void (*grouped)(const ck_group_task *task, const ck_group_block *block, F *workspace);        \
    void (*grouped_turn)(const ck_group_task *task, const ck_group_block *block);                 \
    void (*grouped_back_rows)(                                                                    \
      const ck_group_task *task, const ck_group_block *block, F *workspace);                      \
    void (*grouped_back_matrices)(                                                                \
      const ck_group_task *task, const ck_group_block *block, F *workspace);                      \
    /* Elements of a vector, and of a row of a tile. */                                           \
    int64_t lanes, tile_width;                                                                    \
  }

typedef CK_NEURAL_TABLE(float) ck_neural_f32;
typedef CK_NEURAL_TABLE(double) ck_neural_f64;

typedef struct {
  ck_neural_f32 f32;
  ck_neural_f64 f64;
  // Some keys for few queries of double: unnormalised sums, the largest score and the total weight.
  void (*attend_few)(
    const ck_attention_task *task, int64_t first, int64_t count, double *sums, double *largest,
    double *totals, double *workspace);
} ck_neural;

extern const ck_neural ck_neural_base;
#if defined(__x86_64__)
extern const ck_neural ck_neural_v3;
extern const ck_neural ck_neural_v4;
#endif
// The best of this machine (dispatch.c).
const ck_neural *ck_best_neural(void);

enum {
  // Queries of a block, keys of a block, and keys that one part of `attend_few` reads.
  CK_QUERY_BLOCK = 64,
  CK_KEY_BLOCK = 96,
  CK_FEW_KEYS = 1024,
  // Of these, so many at a time.
  CK_FEW_BLOCK = 128,
  CK_FEW_QUERIES = CK_FEW_QUERIES_AT_ONCE
};

#endif
