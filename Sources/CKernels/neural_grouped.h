// Products of rows with the matrix of their group, a block at a time: included by neural_kernels.h after neural_product.h.
// Matrices are read where they lie, the rows of the next block asked for while the products of one are made: a copy would
// cost as much as the product itself where a group has few rows.

enum {
  // Steps of depth of a pass over a block; cache lines of a whole tile's row of the right operand.
  FN(group_depth) = 64,
  FN(tile_lines) = FN(tile_width) * sizeof(F) < 64 ? 1 : FN(tile_width) * sizeof(F) / 64
};

// Rows of bf16 as floats, `stride` apart; the rows `ahead` further on are asked for, unless that is 0.
static void FN(group_widen)(
  F *out, int64_t stride, const uint16_t *from, int64_t from_stride, int64_t rows, int64_t columns,
  int64_t ahead) {
  typedef uint16_t halves __attribute__((vector_size(2 * FN(lanes)), aligned(2), may_alias));
  typedef uint32_t words __attribute__((vector_size(4 * FN(lanes))));
  typedef float floats __attribute__((vector_size(4 * FN(lanes))));
  for (int64_t i = 0; i < rows; i++) {
    const uint16_t *row = from + i * from_stride;
    for (int64_t j = 0; ahead > 0 && j < columns; j += 32) {
      __builtin_prefetch(row + ahead * from_stride + j, 0, 2);
    }
    int64_t j = 0;
    for (; j + FN(lanes) <= columns; j += FN(lanes)) {
      words wide = __builtin_convertvector(*(const halves *)(row + j), words) << 16;
      *(FN(vector) *)(out + i * stride + j) = __builtin_convertvector((floats)wide, FN(vector));
    }
    for (; j < columns; j++) {
      uint32_t bits = (uint32_t)row[j] << 16;
      float value;
      memcpy(&value, &bits, 4);
      out[i * stride + j] = value;
    }
  }
}

// to [columns, rows] = from [rows, columns] turned.
static void FN(group_turn)(
  F *to, int64_t to_stride, const F *from, int64_t from_stride, int64_t rows, int64_t columns) {
  typedef F wide __attribute__((vector_size(16 * sizeof(F)), aligned(sizeof(F)), may_alias));
  typedef F four __attribute__((vector_size(4 * sizeof(F)), aligned(sizeof(F)), may_alias));
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    const F *row = from + i * from_stride;
    int64_t j = 0;
    for (; j + 16 <= columns; j += 16) {
      wide r[4], s[4], t[4];
      for (int k = 0; k < 4; k++) r[k] = *(const wide *)(row + k * from_stride + j);
#define PAIRS(a, b, x, y)                                                                         \
  __builtin_shufflevector(a, b, x, x + 16, y, y + 16, x + 4, x + 20, y + 4, y + 20, x + 8, x + 24, \
    y + 8, y + 24, x + 12, x + 28, y + 12, y + 28)
      s[0] = PAIRS(r[0], r[1], 0, 1), s[1] = PAIRS(r[0], r[1], 2, 3);
      s[2] = PAIRS(r[2], r[3], 0, 1), s[3] = PAIRS(r[2], r[3], 2, 3);
#undef PAIRS
#define HALVES(a, b, x)                                                                           \
  __builtin_shufflevector(a, b, x, x + 1, x + 16, x + 17, x + 4, x + 5, x + 20, x + 21, x + 8,    \
    x + 9, x + 24, x + 25, x + 12, x + 13, x + 28, x + 29)
      t[0] = HALVES(s[0], s[2], 0), t[1] = HALVES(s[0], s[2], 2);
      t[2] = HALVES(s[1], s[3], 0), t[3] = HALVES(s[1], s[3], 2);
#undef HALVES
      for (int k = 0; k < 4; k++) {
        F *target = to + (j + k) * to_stride + i;
        *(four *)target = __builtin_shufflevector(t[k], t[k], 0, 1, 2, 3);
        *(four *)(target + 4 * to_stride) = __builtin_shufflevector(t[k], t[k], 4, 5, 6, 7);
        *(four *)(target + 8 * to_stride) = __builtin_shufflevector(t[k], t[k], 8, 9, 10, 11);
        *(four *)(target + 12 * to_stride) = __builtin_shufflevector(t[k], t[k], 12, 13, 14, 15);
      }
    }
    for (; j < columns; j++) {
      for (int k = 0; k < 4; k++) to[j * to_stride + i + k] = row[k * from_stride + j];
    }
  }
  for (; i < rows; i++) {
    for (int64_t j = 0; j < columns; j++) to[j * to_stride + i] = from[i * from_stride + j];
  }
}

// As `rows_of_tiles` for whole tiles; `ahead` as b, of which the tiles ask for a part each; NULL for none.
static void FN(tiles_ahead)(
  int64_t rows, F *c, int64_t c_stride, const F *a, int64_t a_row, int64_t a_depth, const F *b,
  int64_t b_stride, int64_t depth, bool adds, const F *ahead) {
  int64_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  for (int64_t t = 0; t < tiles; t++) {
    int64_t i = t * TILE_ROWS;
    int64_t line = FN(tile_lines) * t / tiles, lines = FN(tile_lines) * (t + 1) / tiles - line;
    const F *at = ahead ? ahead + line * (int64_t)(64 / sizeof(F)) : NULL;
    if (!ahead) lines = 0;
#define TILE(n, count)                                                                            \
  FN(tile)(n, TILE_VECTORS, c + i * c_stride, c_stride, a + i * a_row, a_row, a_depth, b,         \
    b_stride, depth, adds, count, at)
#define CASES(n)                                                                                  \
  case n:                                                                                         \
    switch (lines) {                                                                              \
    case 0: TILE(n, 0); break;                                                                    \
    case 1: TILE(n, 1); break;                                                                    \
    case 2: TILE(n, 2); break;                                                                    \
    default: TILE(n, FN(tile_lines)); break;                                                      \
    }                                                                                             \
    break;
    switch (rows - i) {
      CASES(1) CASES(2) CASES(3) CASES(4) CASES(5)
    default:
      switch (lines) {
      case 0: TILE(TILE_ROWS, 0); break;
      case 1: TILE(TILE_ROWS, 1); break;
      case 2: TILE(TILE_ROWS, 2); break;
      default: TILE(TILE_ROWS, FN(tile_lines)); break;
      }
    }
#undef CASES
#undef TILE
  }
}

// As `product`, for a right operand that may not be in cache; `looks_ahead`: it goes on for as many rows again. The last
// columns are done in `spare` [rows + depth, lanes].
static void FN(product_ahead)(
  int64_t rows, int64_t columns, int64_t depth, F *c, int64_t c_stride, const F *a, int64_t a_row,
  int64_t a_depth, const F *b, int64_t b_stride, bool adds, bool looks_ahead, F *spare) {
  int64_t j = 0;
  for (; j + FN(tile_width) <= columns; j += FN(tile_width)) {
    FN(tiles_ahead)(rows, c + j, c_stride, a, a_row, a_depth, b + j, b_stride, depth, adds,
      looks_ahead ? b + j + depth * b_stride : NULL);
  }
  for (; j + FN(lanes) <= columns; j += FN(lanes)) {
    FN(rows_of_tiles)(1, rows, c + j, c_stride, a, a_row, a_depth, b + j, b_stride, depth, adds);
  }
  int64_t rest = columns - j;
  if (rest == 0) return;
  F *right = spare, *sums = spare + depth * FN(lanes);
  memset(spare, 0, (size_t)((rows + depth) * FN(lanes)) * sizeof(F));
  for (int64_t p = 0; p < depth; p++) {
    memcpy(right + p * FN(lanes), b + p * b_stride + j, (size_t)rest * sizeof(F));
  }
  for (int64_t i = 0; adds && i < rows; i++) {
    memcpy(sums + i * FN(lanes), c + i * c_stride + j, (size_t)rest * sizeof(F));
  }
  FN(rows_of_tiles)(
    1, rows, sums, FN(lanes), a, a_row, a_depth, right, FN(lanes), depth, adds);
  for (int64_t i = 0; i < rows; i++) {
    memcpy(c + i * c_stride + j, sums + i * FN(lanes), (size_t)rest * sizeof(F));
  }
}

// Rows and columns of the result of one group.
static void FN(grouped)(const ck_group_task *task, const ck_group_block *block, F *workspace) {
  const ck_group_layout *layout = task->layout;
  int64_t in = layout->in, out = layout->out, columns = block->columns;
  int64_t row = layout->starts[block->group] + block->row, stride = out;
  const F *x = (const F *)task->x + row * in;
  F *y = (F *)task->result + row * out + block->column;
  F *spare = workspace, *widened = workspace + (block->rows + FN(group_depth)) * FN(lanes);
  for (int64_t k = 0; k < in && !ck_interrupted(); k += FN(group_depth)) {
    int64_t depth = in - k < FN(group_depth) ? in - k : FN(group_depth);
    int64_t first = (block->group * in + k) * out + block->column;
    // Whether the next pass is as deep as this one.
    bool is_whole = k + 2 * FN(group_depth) <= in;
    const F *w = (const F *)task->w + first;
    if (layout->stores_bf16) {
      stride = CK_GROUP_COLUMNS;
      FN(group_widen)(
        widened, stride, (const uint16_t *)task->w + first, out, depth, columns,
        is_whole ? FN(group_depth) : 0);
      w = widened;
    }
    FN(product_ahead)(block->rows, columns, depth, y, out, x + k, in, 1, w, stride, k > 0,
      is_whole && !layout->stores_bf16, spare);
  }
  for (int64_t i = 0; in == 0 && i < block->rows; i++) {
    memset(y + i * out, 0, (size_t)columns * sizeof(F));
  }
}

// Cotangents of rows of the result turned for `grouped_back_rows`: `rows` a multiple of lanes but for the group's last.
static void FN(grouped_turn)(const ck_group_task *task, const ck_group_block *block) {
  const ck_group_layout *layout = task->layout;
  int64_t row = layout->starts[block->group] + block->row, out = layout->out;
  int64_t width = (block->rows + FN(lanes) - 1) / FN(lanes) * FN(lanes);
  F *panel = (F *)task->turned + (task->padded_starts[block->group] + block->row) * out;
  FN(group_turn)(panel, width, (const F *)task->g + row * out, out, block->rows, out);
  for (int64_t k = 0; width > block->rows && k < out; k++) {
    memset(panel + k * width + block->rows, 0, (size_t)(width - block->rows) * sizeof(F));
  }
}

// Panels of turned cotangents [out, width] side by side, `padded` rows wide together, and of sums [columns, width].
typedef struct {
  const F *turned;
  F *sums;
  int64_t padded, columns, out;
} FN(back_panels);

// Rows row ..< row + height of the sums: rows of a matrix, `stride` apart, times the cotangents, for the depth k ..< k + depth.
// The rows of the matrix after these are asked for meanwhile.
static void FN(back_tiles)(
  const FN(back_panels) *panels, int64_t row, int64_t height, int64_t k, int64_t depth,
  const F *w, int64_t stride, bool looks_ahead) {
  for (int64_t end = k + depth; k < end; k += FN(group_depth), w += FN(group_depth)) {
    int64_t steps = end - k < FN(group_depth) ? end - k : FN(group_depth);
    for (int64_t i = 0; looks_ahead && i < height; i++) {
      const F *ahead = w + (height + i) * stride;
      for (int64_t p = 0; p < steps; p += (int64_t)(64 / sizeof(F))) {
        __builtin_prefetch(ahead + p, 0, 2);
      }
    }
    for (int64_t low = 0; low < panels->padded; low += FN(tile_width)) {
      // The last panel may be narrower.
      int64_t left = panels->padded - low, width = left < FN(tile_width) ? left : FN(tile_width);
      F *c = panels->sums + low * panels->columns + row * width;
      const F *b = panels->turned + low * panels->out + k * width;
      if (width == FN(lanes) && height == 2 * TILE_ROWS) {
        // So many sums that none waits for the one before it.
        FN(tile)(2 * TILE_ROWS, 1, c, width, w, stride, 1, b, width, steps, k > 0, 0, NULL);
        continue;
      }
#define WIDE(n)                                                                                   \
  case n:                                                                                         \
    FN(rows_of_tiles)(                                                                            \
      n < TILE_VECTORS ? n : TILE_VECTORS, height, c, width, w, stride, 1, b, width, steps, k > 0); \
    break;
      switch (width / FN(lanes)) { WIDE(1) WIDE(2) WIDE(3) WIDE(4) }
#undef WIDE
    }
  }
}

// The cotangents of rows of x (from a multiple of the tile's width) and columns of x, as the matrix times turned cotangents
// of the result: so the matrix is read along its rows.
static void FN(grouped_back_rows)(
  const ck_group_task *task, const ck_group_block *block, F *workspace) {
  const ck_group_layout *layout = task->layout;
  int64_t in = layout->in, out = layout->out, columns = block->columns;
  int64_t row = layout->starts[block->group] + block->row;
  const F *turned =
    (const F *)task->turned + (task->padded_starts[block->group] + block->row) * out;
  int64_t padded = (block->rows + FN(lanes) - 1) / FN(lanes) * FN(lanes);
  F *sums = workspace, *widened = workspace + padded * columns;
  const FN(back_panels) panels = {
    .turned = turned, .sums = sums, .padded = padded, .columns = columns, .out = out};
  // The cotangents of a pass stay in cache.
  int64_t step = padded <= FN(lanes) ? 2 * TILE_ROWS : TILE_ROWS;
  int64_t most = padded <= CK_GROUP_FEW_ROWS ? CK_GROUP_LONG_DEPTH : CK_GROUP_DEPTH;
  for (int64_t k = 0; k < out && !ck_interrupted(); k += most) {
    int64_t depth = out - k < most ? out - k : most;
    for (int64_t i = 0; i < columns; i += step) {
      int64_t height = columns - i < step ? columns - i : step;
      int64_t first = (block->group * in + block->column + i) * out + k, stride = out;
      const F *w = (const F *)task->w + first;
      if (layout->stores_bf16) {
        stride = most;
        FN(group_widen)(
          widened, stride, (const uint16_t *)task->w + first, out, height, depth,
          i + 2 * step <= columns ? step : 0);
        w = widened;
      }
      bool looks_ahead = !layout->stores_bf16 && i + 2 * step <= columns;
      FN(back_tiles)(&panels, i, height, k, depth, w, stride, looks_ahead);
    }
  }
  for (int64_t low = 0; low < padded; low += FN(tile_width)) {
    int64_t width = padded - low < FN(tile_width) ? padded - low : FN(tile_width);
    int64_t rows = block->rows - low < width ? block->rows - low : width;
    F *gx = (F *)task->result + (row + low) * in + block->column;
    if (out == 0) {
      for (int64_t i = 0; i < rows; i++) memset(gx + i * in, 0, (size_t)columns * sizeof(F));
    } else {
      FN(group_turn)(gx, in, sums + low * columns, width, columns, rows);
    }
  }
}

// Rows and columns of the cotangent of one group's matrix.
static void FN(grouped_back_matrices)(
  const ck_group_task *task, const ck_group_block *block, F *workspace) {
  const ck_group_layout *layout = task->layout;
  int64_t in = layout->in, out = layout->out, height = block->rows;
  int64_t low = layout->starts[block->group], high = layout->starts[block->group + 1];
  F *gw = (F *)task->result + (block->group * in + block->row) * out + block->column;
  F *left = workspace, *spare = workspace + CK_GROUP_DEPTH * height;
  for (int64_t row = low; row < high && !ck_interrupted(); row += CK_GROUP_DEPTH) {
    int64_t depth = high - row < CK_GROUP_DEPTH ? high - row : CK_GROUP_DEPTH;
    for (int64_t p = 0; p < depth; p++) {
      const F *x = (const F *)task->x + (row + p) * in + block->row;
      memcpy(left + p * height, x, (size_t)height * sizeof(F));
    }
    FN(product_ahead)(height, block->columns, depth, gw, out, left, 1, height,
      (const F *)task->g + row * out + block->column, out, row > low, false, spare);
  }
  for (int64_t i = 0; low == high && i < height; i++) {
    memset(gw + i * out, 0, (size_t)block->columns * sizeof(F));
  }
}
