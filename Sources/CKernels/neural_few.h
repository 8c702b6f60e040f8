// Few queries and many keys, bound by reading: included by neural_kernels.h for double alone. Those of float are read as a
// cache's are (cache_rows.h).

static inline F FN(lane_sum)(FN(vector) x) {
  _Pragma("clang fp reassociate(on)") F sum = 0;
  for (int i = 0; i < FN(lanes); i++) sum += x[i];
  return sum;
}

static F FN(row_product)(const F *a, const F *b, int64_t n) {
  FN(vector) sums[4] = {{0}, {0}, {0}, {0}};
  int64_t i = 0;
  for (; i + 4 * FN(lanes) <= n; i += 4 * FN(lanes)) {
    for (int j = 0; j < 4; j++) {
      const F *left = a + i + j * FN(lanes), *right = b + i + j * FN(lanes);
      sums[j] += *(const FN(vector) *)left * *(const FN(vector) *)right;
    }
  }
  for (; i + FN(lanes) <= n; i += FN(lanes)) {
    sums[0] += *(const FN(vector) *)(a + i) * *(const FN(vector) *)(b + i);
  }
  F sum = FN(lane_sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}

// One row of queries: weights in place of the scores of `size` keys, after the masks; what has been summed is scaled to
// the new largest score.
static void FN(weigh_few)(
  const ck_attention_task *task, int64_t row, int64_t low, int64_t size, F *weights, F *sum,
  F *largest, F *total) {
  const ck_attention_layout *layout = task->layout;
  int64_t queries = layout->queries, query = row % queries;
  int64_t head = task->head * (layout->heads / layout->key_heads) + row / queries;
  int64_t visible = query + 1 + layout->keys - queries, step = layout->mask_strides[3];
  int64_t mask = task->batch * layout->mask_strides[0] + head * layout->mask_strides[1]
                 + query * layout->mask_strides[2] + low * step;
  for (int64_t i = 0; layout->added && i < size; i++) {
    weights[i] += ((const F *)layout->added)[mask + i * step];
  }
  for (int64_t i = 0; layout->seen && i < size; i++) {
    if (!layout->seen[mask + i * step]) weights[i] = -(F)INFINITY;
  }
  for (int64_t i = 0; layout->causal && i < size; i++) {
    if (low + i >= visible) weights[i] = -(F)INFINITY;
  }
  F top = FN(largest)(weights, size);
  top = top > *largest ? top : *largest;
  F shift = top == -(F)INFINITY ? 0 : top, factor = FN(fast_exp)(*largest - shift);
  *largest = top;
  *total = *total * factor + (F)FN(exponentials)(weights, weights, shift, size);
  if (factor == 1) return;
  VECTORIZED for (int64_t p = 0; p < layout->value_width; p++) sum[p] *= factor;
}

// The queries of all heads that share the task's key head: rows [shared · queries] at most CK_FEW_QUERIES. Workspace:
// CK_FEW_QUERIES width + CK_FEW_BLOCK elements.
static void FN(attend_few)(
  const ck_attention_task *task, int64_t first, int64_t count, F *sums, F *largest, F *totals,
  F *workspace) {
  const ck_attention_layout *layout = task->layout;
  int64_t width = layout->width, value_width = layout->value_width, queries = layout->queries;
  int64_t shared = layout->heads / layout->key_heads, rows = shared * queries;
  int64_t key_row = (task->batch * layout->key_heads + task->head) * layout->keys;
  int64_t query_row = (task->batch * layout->heads + task->head * shared) * queries;
  F *q = workspace, *weights = q + CK_FEW_QUERIES * width;
  const F *given = (const F *)task->q + query_row * width;
  for (int64_t i = 0; i < rows * width; i++) q[i] = given[i] * (F)layout->scale;
  for (int64_t r = 0; r < rows; r++) largest[r] = -(F)INFINITY, totals[r] = 0;
  memset(sums, 0, (size_t)(rows * value_width) * sizeof(F));
  for (int64_t low = first; low < first + count; low += CK_FEW_BLOCK) {
    int64_t left = first + count - low, size = left < CK_FEW_BLOCK ? left : CK_FEW_BLOCK;
    const F *k = (const F *)task->k + (key_row + low) * width;
    const F *v = (const F *)task->v + (key_row + low) * value_width;
    for (int64_t r = 0; r < rows; r++) {
      F *sum = sums + r * value_width;
      for (int64_t i = 0; i < size; i++) {
        weights[i] = FN(row_product)(q + r * width, k + i * width, width);
      }
      FN(weigh_few)(task, r, low, size, weights, sum, largest + r, totals + r);
      FN(product)(1, value_width, size, sum, value_width, weights, 1, 1, v, value_width, true);
    }
  }
}
