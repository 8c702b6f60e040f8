#ifndef LAMELLA_NEURAL_H
#define LAMELLA_NEURAL_H
#include "kernels.h"

// Kernels of neural networks. `dtype` is CK_F32 or CK_F64; everything is contiguous unless it says otherwise. Results
// are the same for any number of threads.

// MARK: - Softmax and cross-entropy (softmax.c)

typedef enum { CK_SOFTMAX = 0, CK_LOG_SOFTMAX = 1 } ck_softmax_kind;

// Along the middle axis of [outer, length, inner].
ck_status ck_softmax(
  ck_softmax_kind kind, int32_t dtype, const void *x, ck_int outer, ck_int length, ck_int inner,
  void *out);
// What a cotangent `g` of the result `y` is for the operand. `out` may be `g`.
ck_status ck_softmax_backward(
  ck_softmax_kind kind, int32_t dtype, const void *y, const void *g, ck_int outer, ck_int length,
  ck_int inner, void *out);
// log(sum(exp(x))) of each row of [rows, length].
ck_status ck_logsumexp(int32_t dtype, const void *x, ck_int rows, ck_int length, void *out);
// The loss of each row of logits [rows, classes] for its label: (1 - smoothing) of the label's, and `smoothing` of all
// classes' mean. Rows labelled `ignored` have none. A label that is no class gives CK_OUT_OF_RANGE and its row in `bad`.
// `totals` gets each row's logsumexp.
ck_status ck_cross_entropy(
  int32_t dtype, const void *logits, const int64_t *labels, ck_int rows, ck_int classes,
  double smoothing, int64_t ignored, void *losses, void *totals, ck_int *bad);
// The cotangent of the logits, given those of the losses: `g`, one for each row, or one for all.
ck_status ck_cross_entropy_backward(
  int32_t dtype, const void *logits, const void *totals, const int64_t *labels, const void *g,
  bool one_for_all, ck_int rows, ck_int classes, double smoothing, int64_t ignored, void *out);

// MARK: - Normalisation (norm.c)

// Which elements are normalised together: each row is `segments` runs of `length` adjacent elements.
typedef struct {
  ck_int rows, segments, length;
  // In elements: from row to row, from run to run.
  ck_int row_stride, segment_stride;
  // The scale and shift of a run: `by_element` has one for each element of a row (which is then one run); otherwise run s
  // of row r takes number r % cycle * step + s * each.
  bool by_element;
  ck_int cycle, step, each;
  // How many scales there are.
  ck_int scales;
  // Without: only the mean square is made 1.
  bool centred;
} ck_norm_layout;

// Normalises rows to mean 0 and variance 1 (`epsilon` is added to it), then scales and shifts; `scale` and `shift` may be
// NULL. `means` and `factors` get each row's mean and the factor it was multiplied by; NULL when not wanted.
ck_status ck_norm(
  int32_t dtype, const ck_norm_layout *layout, const void *x, const void *scale, const void *shift,
  double epsilon, void *out, double *means, double *factors);
// The cotangents of x, scale and shift; `gscale` and `gshift` may be NULL.
ck_status ck_norm_backward(
  int32_t dtype, const ck_norm_layout *layout, const void *x, const void *scale, const void *g,
  const double *means, const double *factors, void *gx, void *gscale, void *gshift);

// MARK: - Pooling (pool2d.c)

// Windows over [planes, height, width]: result [planes, out_height, out_width].
typedef struct {
  ck_int planes, height, width, out_height, out_width;
  ck_int kernel[2], stride[2], dilation[2], padding[2];
  // Whether an average counts the padding.
  bool counts_padding;
} ck_pool_layout;

// `out` gets, for each window of x, the element of `from` where x is largest (NaN counts as largest, of equal ones the
// first is taken): with `from` = x the maxima.
ck_status ck_max_pool(
  int32_t dtype, const ck_pool_layout *layout, const void *x, const void *from, void *out);
// Adds each element of g to where its window's largest element is; gx is of x's shape.
ck_status ck_max_pool_backward(
  int32_t dtype, const ck_pool_layout *layout, const void *x, const void *g, void *gx);
ck_status ck_avg_pool(int32_t dtype, const ck_pool_layout *layout, const void *x, void *out);
ck_status ck_avg_pool_backward(
  int32_t dtype, const ck_pool_layout *layout, const void *g, void *gx);

// MARK: - Attention (attention.c)

// Queries [batch, heads, queries, width], keys [batch, key_heads, keys, width], values [batch, key_heads, keys,
// value_width]; head h reads key head h / (heads / key_heads).
typedef struct {
  ck_int batch, heads, key_heads, queries, keys, width, value_width;
  double scale;
  // The last query sees all keys, each query before it one key less.
  bool causal;
  // Which keys a query sees, or what is added to their scores; NULL: all. Strides in elements, 0 repeats.
  const uint8_t *seen;
  const void *added;
  ck_int mask_strides[4];
} ck_attention_layout;

// The keys' and values' type: CK_F32, CK_F64, or CK_STORED_BF16 with queries of f32. `totals` [batch, heads, queries] gets
// the logsumexp of each query's scores; NULL when not wanted.
enum { CK_STORED_BF16 = 9 };
// With at most so many queries of the heads that share a key head, bf16 is read as it is stored.
enum { CK_FEW_QUERIES_AT_ONCE = 16 };
ck_status ck_attention(
  int32_t dtype, int32_t stored, const ck_attention_layout *layout, const void *q, const void *k,
  const void *v, void *out, void *totals);
ck_status ck_attention_backward(
  int32_t dtype, const ck_attention_layout *layout, const void *q, const void *k, const void *v,
  const void *out, const void *totals, const void *g, void *gq, void *gk, void *gv);

// Turns pairs of [rows, length, width] by angle position · base^(-2 i / width): pair i is (i, i + width / 2), or (2 i, 2 i +
// 1) when `interleaved`. Only the first `turned` of the width. Positions [length].
ck_status ck_rope(
  int32_t dtype, const void *x, const double *positions, ck_int rows, ck_int length, ck_int width,
  ck_int turned, double base, bool interleaved, bool backwards, void *out);

// MARK: - Recurrent cells and activations (recurrent.c)

// One step of an LSTM: `gates` [batch, 4 hidden] holds the sums for input, forget, candidate and output gate, and gets the
// gates. `cell` [batch, hidden] is the state before, `next` and `hidden_state` after.
ck_status ck_lstm_step(
  int32_t dtype, void *gates, const void *cell, ck_int batch, ck_int hidden, void *next,
  void *hidden_state);
// Back through the step: `gcell` holds the cotangent of `next` and gets that of `cell`; `gsums` that of the sums.
ck_status ck_lstm_step_backward(
  int32_t dtype, const void *gates, const void *cell, const void *next, const void *ghidden,
  void *gcell, ck_int batch, ck_int hidden, void *gsums);
// One step of a GRU: `input` and `recurrent` [batch, 3 hidden] are the sums for reset, update and candidate; `gates`
// [batch, 3 hidden] gets the three, `state` is before, `next` after.
ck_status ck_gru_step(
  int32_t dtype, const void *input, const void *recurrent, const void *state, ck_int batch,
  ck_int hidden, void *gates, void *next);
// `gstate` gets the part of the cotangent that goes straight to the state before.
ck_status ck_gru_step_backward(
  int32_t dtype, const void *gates, const void *recurrent, const void *state, const void *gnext,
  ck_int batch, ck_int hidden, void *ginput, void *grecurrent, void *gstate);
// x Φ(x) with the normal distribution Φ, and its derivative times g.
ck_status ck_gelu(int32_t dtype, const void *x, ck_int count, void *out);
ck_status ck_gelu_backward(int32_t dtype, const void *x, const void *g, ck_int count, void *out);

// MARK: - Windows as columns (windows.c)

// Of one image [channels, height, width] the windows as columns: [channels · kernel[0] · kernel[1], out_height · out_width];
// outside the image 0.
typedef struct {
  ck_int channels, height, width, out_height, out_width;
  ck_int kernel[2], stride[2], dilation[2], padding[2];
} ck_window_layout;

void ck_windows(int32_t dtype, const ck_window_layout *layout, const void *image, void *columns);
// The reverse: adds the columns up into the image.
void ck_windows_back(
  int32_t dtype, const ck_window_layout *layout, const void *columns, void *image);

#endif
