// Attention, block by block: a template over F and FN(name), included by neural_kernels.h.
//
// Scores are kept with one row for each key and one column for each query of the block, so that keys and values are read
// as they lie, and every step of the softmax works on all queries at once.

// What is added to the score of a query and a key, in place.
static void FN(mask_scores)(
  const ck_attention_task *task, F *scores, int64_t first_query, int64_t queries, int64_t first_key,
  int64_t keys) {
  const ck_attention_layout *layout = task->layout;
  if (layout->causal) {
    int64_t ahead = layout->keys - layout->queries;
    for (int64_t i = 0; i < keys; i++) {
      int64_t unseen = first_key + i - ahead - first_query;
      for (int64_t j = 0; j < queries && j < unseen; j++) {
        scores[i * CK_QUERY_BLOCK + j] = -(F)INFINITY;
      }
    }
  }
  int64_t base = task->batch * layout->mask_strides[0] + task->head * layout->mask_strides[1]
                 + first_query * layout->mask_strides[2] + first_key * layout->mask_strides[3];
  if (layout->seen) {
    for (int64_t i = 0; i < keys; i++) {
      const uint8_t *seen = layout->seen + base + i * layout->mask_strides[3];
      for (int64_t j = 0; j < queries; j++) {
        if (!seen[j * layout->mask_strides[2]]) scores[i * CK_QUERY_BLOCK + j] = -(F)INFINITY;
      }
    }
  }
  if (layout->added) {
    for (int64_t i = 0; i < keys; i++) {
      const F *added = (const F *)layout->added + base + i * layout->mask_strides[3];
      for (int64_t j = 0; j < queries; j++) {
        scores[i * CK_QUERY_BLOCK + j] += added[j * layout->mask_strides[2]];
      }
    }
  }
}

// Rows [count, width] as columns [width, CK_QUERY_BLOCK], times a factor; columns beyond `count` are 0.
static void FN(turn_rows)(F *out, const F *rows, int64_t count, int64_t width, F factor) {
  for (int64_t p = 0; p < width; p++) {
    F *to = out + p * CK_QUERY_BLOCK;
    for (int64_t j = 0; j < count; j++) to[j] = rows[j * width + p] * factor;
    for (int64_t j = count; j < CK_QUERY_BLOCK; j++) to[j] = 0;
  }
}

// How many keys the queries before `end` can see.
static int64_t FN(seen_keys)(const ck_attention_layout *layout, int64_t end) {
  if (!layout->causal) return layout->keys;
  int64_t seen = end + layout->keys - layout->queries;
  return seen < 0 ? 0 : seen > layout->keys ? layout->keys : seen;
}

// New maxima, weights in place of scores, and what the weights so far must be multiplied by.
static void FN(weigh)(F *scores, int64_t keys, F *largest, F *totals, F *corrections) {
  F shift[CK_QUERY_BLOCK];
  for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) shift[j] = largest[j];
  for (int64_t i = 0; i < keys; i++) {
    const F *row = scores + i * CK_QUERY_BLOCK;
    VECTORIZED for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) {
      shift[j] = row[j] > shift[j] || row[j] != row[j] ? row[j] : shift[j];
    }
  }
  for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) {
    F before = largest[j];
    largest[j] = shift[j];
    shift[j] = shift[j] == -(F)INFINITY ? 0 : shift[j];
    corrections[j] = FN(fast_exp)(before - shift[j]);
    totals[j] *= corrections[j];
  }
  for (int64_t i = 0; i < keys; i++) {
    F *row = scores + i * CK_QUERY_BLOCK;
    VECTORIZED for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) {
      F weight = FN(fast_exp_weight)(row[j] - shift[j]);
      row[j] = weight;
      totals[j] += weight;
    }
  }
}

// Workspace: CK_QUERY_BLOCK (width + CK_KEY_BLOCK + 3) elements.
static void FN(attend)(const ck_attention_task *task, F *workspace) {
  const ck_attention_layout *layout = task->layout;
  int64_t width = layout->width, value_width = layout->value_width, keys = layout->keys;
  int64_t row = (task->batch * layout->heads + task->head) * layout->queries + task->first_query;
  int64_t left = layout->queries - task->first_query;
  int64_t queries = left < CK_QUERY_BLOCK ? left : CK_QUERY_BLOCK;
  int64_t shared = layout->heads / layout->key_heads;
  int64_t key_head = task->batch * layout->key_heads + task->head / shared;
  const F *k = (const F *)task->k + key_head * keys * width;
  const F *v = (const F *)task->v + key_head * keys * value_width;
  F *out = (F *)task->result + row * value_width;
  F *turned = workspace, *scores = turned + width * CK_QUERY_BLOCK;
  F *largest = scores + CK_KEY_BLOCK * CK_QUERY_BLOCK, *totals = largest + CK_QUERY_BLOCK;
  F *corrections = totals + CK_QUERY_BLOCK;
  FN(turn_rows)(turned, (const F *)task->q + row * width, queries, width, (F)layout->scale);
  for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) largest[j] = -(F)INFINITY, totals[j] = 0;
  memset(out, 0, (size_t)(queries * value_width) * sizeof(F));
  int64_t seen = FN(seen_keys)(layout, task->first_query + queries);
  for (int64_t first = 0; first < seen; first += CK_KEY_BLOCK) {
    if (ck_interrupted()) return;
    int64_t count = seen - first < CK_KEY_BLOCK ? seen - first : CK_KEY_BLOCK;
    FN(product)(count, CK_QUERY_BLOCK, width, scores, CK_QUERY_BLOCK, k + first * width, width, 1,
      turned, CK_QUERY_BLOCK, false);
    FN(mask_scores)(task, scores, task->first_query, queries, first, count);
    FN(weigh)(scores, count, largest, totals, corrections);
    if (first > 0) {
      for (int64_t j = 0; j < queries; j++) {
        F factor = corrections[j];
        if (factor == 1) continue;
        F *to = out + j * value_width;
        VECTORIZED for (int64_t p = 0; p < value_width; p++) to[p] *= factor;
      }
    }
    FN(product)(queries, value_width, count, out, value_width, scores, 1, CK_QUERY_BLOCK,
      v + first * value_width, value_width, true);
  }
  for (int64_t j = 0; j < queries; j++) {
    F factor = totals[j] == 0 ? 0 : 1 / totals[j];
    F *to = out + j * value_width;
    VECTORIZED for (int64_t p = 0; p < value_width; p++) to[p] *= factor;
    if (task->result_totals) {
      F shift = largest[j] == -(F)INFINITY ? 0 : largest[j];
      ((F *)task->result_totals)[row + j] = shift + (F)log((double)totals[j]);
    }
  }
}

// What the blocks of a step back share.
typedef struct {
  F *turned_q, *turned_g, *scores, *changes, *totals, *products;
} FN(back_space);

// One block of queries and one of keys: adds to the cotangents of both and of the values.
static void FN(back_block)(
  const ck_attention_task *task, const FN(back_space) *space, int64_t row, int64_t first_query,
  int64_t queries, int64_t key_row, int64_t first_key, int64_t count) {
  const ck_attention_layout *layout = task->layout;
  int64_t width = layout->width, value_width = layout->value_width;
  const F *k = (const F *)task->k + (key_row + first_key) * width;
  const F *v = (const F *)task->v + (key_row + first_key) * value_width;
  F *scores = space->scores, *changes = space->changes;
  FN(product)(count, CK_QUERY_BLOCK, width, scores, CK_QUERY_BLOCK, k, width, 1, space->turned_q,
    CK_QUERY_BLOCK, false);
  FN(mask_scores)(task, scores, first_query, queries, first_key, count);
  FN(product)(count, CK_QUERY_BLOCK, value_width, changes, CK_QUERY_BLOCK, v, value_width, 1,
    space->turned_g, CK_QUERY_BLOCK, false);
  for (int64_t i = 0; i < count; i++) {
    F *weight = scores + i * CK_QUERY_BLOCK, *change = changes + i * CK_QUERY_BLOCK;
    VECTORIZED for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) {
      F w = FN(fast_exp)(weight[j] - space->totals[j]);
      weight[j] = w;
      change[j] = w * (change[j] - space->products[j]) * (F)layout->scale;
    }
  }
  FN(product)(count, value_width, queries, (F *)task->gv + (key_row + first_key) * value_width,
    value_width, scores, CK_QUERY_BLOCK, 1, (const F *)task->g + row * value_width, value_width,
    true);
  FN(product)(count, width, queries, (F *)task->gk + (key_row + first_key) * width, width, changes,
    CK_QUERY_BLOCK, 1, (const F *)task->q + row * width, width, true);
  FN(product)(queries, width, count, (F *)task->gq + row * width, width, changes, 1,
    CK_QUERY_BLOCK, k, width, true);
}

// One key head, with all heads that read it. gq, gk and gv are 0 at entry. Workspace: CK_QUERY_BLOCK (width + value_width +
// 2 CK_KEY_BLOCK + 2) elements.
static void FN(attend_back)(const ck_attention_task *task, F *workspace) {
  const ck_attention_layout *layout = task->layout;
  int64_t width = layout->width, value_width = layout->value_width;
  FN(back_space) space;
  space.turned_q = workspace;
  space.turned_g = space.turned_q + width * CK_QUERY_BLOCK;
  space.scores = space.turned_g + value_width * CK_QUERY_BLOCK;
  space.changes = space.scores + CK_KEY_BLOCK * CK_QUERY_BLOCK;
  space.totals = space.changes + CK_KEY_BLOCK * CK_QUERY_BLOCK;
  space.products = space.totals + CK_QUERY_BLOCK;
  int64_t shared = layout->heads / layout->key_heads;
  int64_t key_row = (task->batch * layout->key_heads + task->head) * layout->keys;
  ck_attention_task part = *task;
  for (int64_t member = 0; member < shared; member++) {
    part.head = task->head * shared + member;
    int64_t head_row = (task->batch * layout->heads + part.head) * layout->queries;
    for (int64_t first = 0; first < layout->queries; first += CK_QUERY_BLOCK) {
      int64_t left = layout->queries - first, row = head_row + first;
      int64_t queries = left < CK_QUERY_BLOCK ? left : CK_QUERY_BLOCK;
      const F *g = (const F *)task->g + row * value_width;
      const F *out = (const F *)task->out + row * value_width;
      FN(turn_rows)(
        space.turned_q, (const F *)task->q + row * width, queries, width, (F)layout->scale);
      FN(turn_rows)(space.turned_g, g, queries, value_width, 1);
      for (int64_t j = 0; j < CK_QUERY_BLOCK; j++) space.totals[j] = 0, space.products[j] = 0;
      for (int64_t j = 0; j < queries; j++) {
        // A query that sees nothing has the total log 0, which must not make its scores NaN.
        F total = ((const F *)task->totals)[row + j];
        space.totals[j] = total == -(F)INFINITY ? 0 : total;
        space.products[j] =
          (F)FN(product_sum)(g + j * value_width, out + j * value_width, value_width);
      }
      int64_t seen = FN(seen_keys)(layout, first + queries);
      for (int64_t key = 0; key < seen; key += CK_KEY_BLOCK) {
        if (ck_interrupted()) return;
        int64_t count = seen - key < CK_KEY_BLOCK ? seen - key : CK_KEY_BLOCK;
        FN(back_block)(&part, &space, row, first, queries, key_row, key, count);
      }
    }
  }
}
