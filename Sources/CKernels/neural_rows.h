// Row kernels: a template over F (float or double) and FN(name), included by neural_kernels.h. Sums run in several lanes
// over blocks of 1024 elements, and over blocks in double.

#define SUMMED _Pragma("clang fp reassociate(on)")

enum { FN(row_block) = 1024 };

#define BLOCKWISE(n)                                                                              \
  for (int64_t low = 0, size; size = n - low < FN(row_block) ? n - low : FN(row_block), low < n;  \
       low += size)

// MARK: - Softmax

static double FN(exponentials)(F *out, const F *x, F shift, int64_t n) {
  double total = 0;
  BLOCKWISE(n) {
    SUMMED F sum = 0;
    const F *from = x + low;
    F *to = out + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) {
      F e = FN(fast_exp_weight)(from[i] - shift);
      to[i] = e;
      sum += e;
    }
    total += (double)sum;
  }
  return total;
}

static double FN(exponential_sum)(const F *x, F shift, int64_t n) {
  double total = 0;
  BLOCKWISE(n) {
    SUMMED F sum = 0;
    const F *from = x + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) sum += FN(fast_exp_weight)(from[i] - shift);
    total += (double)sum;
  }
  return total;
}

static F FN(logsumexp_row)(const F *x, int64_t n) {
  F largest = FN(largest)(x, n);
  if (largest == -(F)INFINITY || largest == (F)INFINITY) {
    // Not by way of infinity less infinity.
    double total = 0;
    for (int64_t i = 0; i < n; i++) total += exp((double)x[i]);
    return (F)log(total);
  }
  return largest + (F)log(FN(exponential_sum)(x, largest, n));
}

static void FN(softmax_row)(F *out, const F *x, int64_t n) {
  F factor = (F)(1 / FN(exponentials)(out, x, FN(largest)(x, n), n));
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] *= factor;
}

static void FN(log_softmax_row)(F *out, const F *x, int64_t n) {
  F largest = FN(largest)(x, n);
  // Subtracted one after the other: exact where the row is far from 0.
  F rest = (F)log(FN(exponential_sum)(x, largest, n));
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = (x[i] - largest) - rest;
}

static void FN(softmax_columns)(
  bool logarithm, F *out, const F *x, int64_t n, int64_t stride, int64_t width) {
  F largest[64], sums[64];
  for (int64_t j = 0; j < width; j++) largest[j] = -(F)INFINITY, sums[j] = 0;
  for (int64_t i = 0; i < n; i++) {
    const F *row = x + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) {
      largest[j] = row[j] > largest[j] || row[j] != row[j] ? row[j] : largest[j];
    }
  }
  for (int64_t i = 0; i < n; i++) {
    const F *row = x + i * stride;
    F *to = out + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) {
      F e = FN(fast_exp_weight)(row[j] - largest[j]);
      sums[j] += e;
      to[j] = logarithm ? row[j] - largest[j] : e;
    }
  }
  for (int64_t j = 0; j < width; j++) sums[j] = logarithm ? FN(fast_log)(sums[j]) : 1 / sums[j];
  for (int64_t i = 0; i < n; i++) {
    F *to = out + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) {
      to[j] = logarithm ? to[j] - sums[j] : to[j] * sums[j];
    }
  }
}

static double FN(sum)(const F *x, int64_t n) {
  double total = 0;
  BLOCKWISE(n) {
    SUMMED F sum = 0;
    const F *from = x + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) sum += from[i];
    total += (double)sum;
  }
  return total;
}

static double FN(product_sum)(const F *x, const F *y, int64_t n) {
  double total = 0;
  BLOCKWISE(n) {
    SUMMED F sum = 0;
    const F *a = x + low, *b = y + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) sum += a[i] * b[i];
    total += (double)sum;
  }
  return total;
}

static void FN(softmax_back_row)(F *out, const F *y, const F *g, int64_t n) {
  F common = (F)FN(product_sum)(y, g, n);
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = y[i] * (g[i] - common);
}

static void FN(log_softmax_back_row)(F *out, const F *y, const F *g, int64_t n) {
  F total = (F)FN(sum)(g, n);
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = g[i] - FN(fast_exp)(y[i]) * total;
}

static void FN(softmax_back_columns)(
  bool logarithm, F *out, const F *y, const F *g, int64_t n, int64_t stride, int64_t width) {
  F sums[64];
  for (int64_t j = 0; j < width; j++) sums[j] = 0;
  for (int64_t i = 0; i < n; i++) {
    const F *a = y + i * stride, *b = g + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) sums[j] += logarithm ? b[j] : a[j] * b[j];
  }
  for (int64_t i = 0; i < n; i++) {
    const F *a = y + i * stride, *b = g + i * stride;
    F *to = out + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) {
      to[j] = logarithm ? b[j] - FN(fast_exp)(a[j]) * sums[j] : a[j] * (b[j] - sums[j]);
    }
  }
}

static void FN(cross_entropy_back_row)(F *out, const F *x, F total, F each, F g, int64_t n) {
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = (FN(fast_exp)(x[i] - total) - each) * g;
}

// MARK: - Normalisation

static double FN(squares_about)(const F *x, F mean, int64_t n) {
  double total = 0;
  BLOCKWISE(n) {
    SUMMED F sum = 0;
    const F *from = x + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) {
      F d = from[i] - mean;
      sum += d * d;
    }
    total += (double)sum;
  }
  return total;
}

static void FN(sums_about)(
  const F *g, const F *x, F mean, int64_t n, double *sum, double *product) {
  double first = 0, second = 0;
  BLOCKWISE(n) {
    SUMMED F a = 0, b = 0;
    const F *u = g + low, *v = x + low;
    VECTORIZED for (int64_t i = 0; i < size; i++) {
      a += u[i];
      b += u[i] * (v[i] - mean);
    }
    first += (double)a;
    second += (double)b;
  }
  *sum = first;
  *product = second;
}

static void FN(scaled_sums_about)(
  const F *g, const F *x, const F *scale, F mean, F factor, int64_t n, F *gscale, F *gshift,
  double *sum, double *product) {
  double first = 0, second = 0;
  BLOCKWISE(n) {
    SUMMED F a = 0, b = 0;
    const F *u = g + low, *v = x + low;
    if (scale) {
      const F *w = scale + low;
      VECTORIZED for (int64_t i = 0; i < size; i++) {
        F scaled = u[i] * w[i];
        a += scaled;
        b += scaled * (v[i] - mean);
      }
    } else {
      VECTORIZED for (int64_t i = 0; i < size; i++) {
        a += u[i];
        b += u[i] * (v[i] - mean);
      }
    }
    first += (double)a;
    second += (double)b;
  }
  if (gscale) {
    VECTORIZED for (int64_t i = 0; i < n; i++) gscale[i] += g[i] * ((x[i] - mean) * factor);
  }
  if (gshift) {
    VECTORIZED for (int64_t i = 0; i < n; i++) gshift[i] += g[i];
  }
  *sum = first;
  *product = second;
}

static void FN(norm_elements)(
  F *out, const F *x, F mean, F factor, const F *scale, const F *shift, int64_t n) {
  if (scale && shift) {
    VECTORIZED for (int64_t i = 0; i < n; i++) {
      out[i] = (x[i] - mean) * factor * scale[i] + shift[i];
    }
  } else if (scale) {
    VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = (x[i] - mean) * factor * scale[i];
  } else if (shift) {
    VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = (x[i] - mean) * factor + shift[i];
  } else {
    VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = (x[i] - mean) * factor;
  }
}

static void FN(norm_run)(F *out, const F *x, F factor, F offset, int64_t n) {
  VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = x[i] * factor + offset;
}

static void FN(norm_back)(
  F *out, const F *g, const F *scale, const F *x, F a, F b, F c, int64_t n) {
  if (scale) {
    VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = a * (g[i] * scale[i]) + (b * x[i] + c);
  } else {
    VECTORIZED for (int64_t i = 0; i < n; i++) out[i] = a * g[i] + (b * x[i] + c);
  }
}

// MARK: - Recurrent cells

static void FN(lstm)(F *gates, const F *cell, int64_t hidden, F *next, F *state) {
  F *input = gates, *forget = gates + hidden, *candidate = gates + 2 * hidden;
  F *output = gates + 3 * hidden;
  VECTORIZED for (int64_t j = 0; j < hidden; j++) {
    F i = FN(fast_sigmoid)(input[j]), f = FN(fast_sigmoid)(forget[j]);
    F c = FN(fast_tanh)(candidate[j]), o = FN(fast_sigmoid)(output[j]);
    F now = f * cell[j] + i * c;
    input[j] = i;
    forget[j] = f;
    candidate[j] = c;
    output[j] = o;
    next[j] = now;
    state[j] = o * FN(fast_tanh)(now);
  }
}

static void FN(lstm_back)(
  const F *gates, const F *cell, const F *next, const F *ghidden, F *gcell, int64_t hidden,
  F *gsums) {
  const F *input = gates, *forget = gates + hidden, *candidate = gates + 2 * hidden;
  const F *output = gates + 3 * hidden;
  VECTORIZED for (int64_t j = 0; j < hidden; j++) {
    F i = input[j], f = forget[j], c = candidate[j], o = output[j];
    F t = FN(fast_tanh)(next[j]);
    F g = gcell[j] + ghidden[j] * o * (1 - t * t);
    gsums[j] = g * c * i * (1 - i);
    gsums[hidden + j] = g * cell[j] * f * (1 - f);
    gsums[2 * hidden + j] = g * i * (1 - c * c);
    gsums[3 * hidden + j] = ghidden[j] * t * o * (1 - o);
    gcell[j] = g * f;
  }
}

static void FN(gru)(
  const F *input, const F *recurrent, const F *state, int64_t hidden, F *gates, F *next) {
  VECTORIZED for (int64_t j = 0; j < hidden; j++) {
    F r = FN(fast_sigmoid)(input[j] + recurrent[j]);
    F z = FN(fast_sigmoid)(input[hidden + j] + recurrent[hidden + j]);
    F c = FN(fast_tanh)(input[2 * hidden + j] + r * recurrent[2 * hidden + j]);
    gates[j] = r;
    gates[hidden + j] = z;
    gates[2 * hidden + j] = c;
    next[j] = (1 - z) * c + z * state[j];
  }
}

static void FN(gru_back)(
  const F *gates, const F *recurrent, const F *state, const F *gnext, int64_t hidden, F *ginput,
  F *grecurrent, F *gstate) {
  VECTORIZED for (int64_t j = 0; j < hidden; j++) {
    F r = gates[j], z = gates[hidden + j], c = gates[2 * hidden + j], g = gnext[j];
    F gc = g * (1 - z) * (1 - c * c);
    F gz = g * (state[j] - c) * z * (1 - z);
    F gr = gc * recurrent[2 * hidden + j] * r * (1 - r);
    ginput[j] = gr;
    ginput[hidden + j] = gz;
    ginput[2 * hidden + j] = gc;
    grecurrent[j] = gr;
    grecurrent[hidden + j] = gz;
    grecurrent[2 * hidden + j] = gc * r;
    gstate[j] = g * z;
  }
}

// MARK: - Positions

static void FN(rope_angles)(
  F *cosines, F *sines, double position, const double *frequencies, int64_t half) {
  VECTORIZED for (int64_t i = 0; i < half; i++) {
    double angle = position * frequencies[i];
    cosines[i] = (F)fast_sin_f64(angle, 1);
    sines[i] = (F)fast_sin_f64(angle, 0);
  }
}

static void FN(rope)(
  F *out, const F *x, const F *cosines, const F *sines, int64_t half, bool interleaved,
  bool backwards) {
  F sign = backwards ? -1 : 1;
  if (interleaved) {
    VECTORIZED for (int64_t i = 0; i < half; i++) {
      F a = x[2 * i], b = x[2 * i + 1], s = sign * sines[i];
      out[2 * i] = a * cosines[i] - b * s;
      out[2 * i + 1] = b * cosines[i] + a * s;
    }
  } else {
    VECTORIZED for (int64_t i = 0; i < half; i++) {
      F a = x[i], b = x[half + i], s = sign * sines[i];
      out[i] = a * cosines[i] - b * s;
      out[half + i] = b * cosines[i] + a * s;
    }
  }
}

// MARK: - Activations and pooling

static void FN(gelu)(const F *x, int64_t n, F *out) {
  VECTORIZED for (int64_t i = 0; i < n; i++) {
    F tail = FN(normal_tail)(FN(magnitude)(x[i]));
    out[i] = x[i] * (x[i] < 0 ? tail : 1 - tail);
  }
}

static void FN(gelu_back)(const F *x, const F *g, int64_t n, F *out) {
  VECTORIZED for (int64_t i = 0; i < n; i++) {
    F tail = FN(normal_tail)(FN(magnitude)(x[i]));
    F density = (F)0.3989422804014327 * FN(fast_exp)((F)-0.5 * x[i] * x[i]);
    out[i] = g[i] * ((x[i] < 0 ? tail : 1 - tail) + x[i] * density);
  }
}

// The largest of `rows` rows, column by column.
static void FN(max_rows)(F *out, const F *x, int64_t width, int64_t rows, int64_t stride) {
  for (int64_t j = 0; j < width; j++) out[j] = x[j];
  for (int64_t i = 1; i < rows; i++) {
    const F *row = x + i * stride;
    VECTORIZED for (int64_t j = 0; j < width; j++) {
      out[j] = row[j] > out[j] || row[j] != row[j] ? row[j] : out[j];
    }
  }
}

// Gradients `g` of maxima of two by two, to the first largest of each (or its last NaN), for two rows `width` apart.
static void FN(max_pair_back)(F *gx, const F *x, const F *g, int64_t width, int64_t count) {
  const F *below = x + width;
  F *gbelow = gx + width;
  VECTORIZED for (int64_t j = 0; j < count; j++) {
    F a = x[2 * j], b = x[2 * j + 1], c = below[2 * j], d = below[2 * j + 1], from = g[j];
    bool second = (b > a) | (b != b);
    F largest = second ? b : a;
    bool third = (c > largest) | (c != c);
    largest = third ? c : largest;
    bool fourth = (d > largest) | (d != d);
    F lower = fourth ? 0 : from;
    F upper = third ? 0 : lower;
    gx[2 * j] = second ? 0 : upper;
    gx[2 * j + 1] = second ? upper : 0;
    gbelow[2 * j] = third ? lower : 0;
    gbelow[2 * j + 1] = fourth ? from : 0;
  }
}

#undef SUMMED
#undef BLOCKWISE
