// Products of small matrices in cache: a template over F and FN(name), included by neural_kernels.h, which says how many
// VECTOR_BYTES a vector has and how many vectors wide (TILE_VECTORS) and rows high (TILE_ROWS) a tile of registers is.
// Each element of a product is summed in one order, whatever the tile.

enum { FN(lanes) = VECTOR_BYTES / sizeof(F), FN(tile_width) = TILE_VECTORS * FN(lanes) };

typedef F FN(vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(F)), may_alias));

// c [rows, vectors] = (adds ? c : 0) + a b. Strides in elements: of a from row to row and from depth to depth, of b and c
// from row to row. Meanwhile `lines` cache lines at `ahead`, and as many at each step of b_stride, are asked for.
static inline __attribute__((always_inline)) void FN(tile)(
  const int rows, const int vectors, F *c, int64_t c_stride, const F *a, int64_t a_row,
  int64_t a_depth, const F *b, int64_t b_stride, int64_t depth, bool adds, const int lines,
  const F *ahead) {
  FN(vector) sums[2 * TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) {
      FN(vector) *from = (FN(vector) *)(c + i * c_stride + v * FN(lanes));
      sums[i][v] = adds ? *from : (FN(vector)){0};
    }
  }
  for (int64_t p = 0; p < depth; p++) {
    FN(vector) right[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) {
      right[v] = *(const FN(vector) *)(b + p * b_stride + v * FN(lanes));
    }
    for (int line = 0; line < lines; line++) {
      __builtin_prefetch(ahead + p * b_stride + line * (int64_t)(64 / sizeof(F)), 0, 2);
    }
    for (int i = 0; i < rows; i++) {
      F left = a[i * a_row + p * a_depth];
      for (int v = 0; v < vectors; v++) sums[i][v] += left * right[v];
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < vectors; v++) {
      *(FN(vector) *)(c + i * c_stride + v * FN(lanes)) = sums[i][v];
    }
  }
}

static inline __attribute__((always_inline)) void FN(rows_of_tiles)(
  const int vectors, int64_t rows, F *c, int64_t c_stride, const F *a, int64_t a_row,
  int64_t a_depth, const F *b, int64_t b_stride, int64_t depth, bool adds) {
  int64_t i = 0;
  for (; i + TILE_ROWS <= rows; i += TILE_ROWS) {
    FN(tile)(TILE_ROWS, vectors, c + i * c_stride, c_stride, a + i * a_row, a_row, a_depth, b,
      b_stride, depth, adds, 0, NULL);
  }
#define REST(n)                                                                                   \
  case n:                                                                                         \
    FN(tile)(n, vectors, c + i * c_stride, c_stride, a + i * a_row, a_row, a_depth, b, b_stride,  \
      depth, adds, 0, NULL);                                                                      \
    break;
  switch (rows - i) { REST(1) REST(2) REST(3) REST(4) REST(5) }
#undef REST
}

// c [rows, columns] = (adds ? c : 0) + a [rows, depth] b [depth, columns].
static void FN(product)(
  int64_t rows, int64_t columns, int64_t depth, F *c, int64_t c_stride, const F *a, int64_t a_row,
  int64_t a_depth, const F *b, int64_t b_stride, bool adds) {
  int64_t j = 0;
  for (; j + FN(tile_width) <= columns; j += FN(tile_width)) {
    FN(rows_of_tiles)(
      TILE_VECTORS, rows, c + j, c_stride, a, a_row, a_depth, b + j, b_stride, depth, adds);
  }
  for (; j + FN(lanes) <= columns; j += FN(lanes)) {
    FN(rows_of_tiles)(1, rows, c + j, c_stride, a, a_row, a_depth, b + j, b_stride, depth, adds);
  }
  if (j == columns) return;
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t column = j; column < columns; column++) {
      F sum = adds ? c[i * c_stride + column] : 0;
      for (int64_t p = 0; p < depth; p++) {
        sum += a[i * a_row + p * a_depth] * b[p * b_stride + column];
      }
      c[i * c_stride + column] = sum;
    }
  }
}
