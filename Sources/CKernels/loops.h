// Macros that write kernels: a loop over elements, in the forms of ck_forms. `x`, `y`, `w` are the operands' elements.
// `T` names the dtype in function names, `type` is its C type, `O` the result's.

#define ARGUMENTS void *out, const void *a, const void *b, const void *c, int64_t count

#define LOOP(name, type, O, X, Y, expression)                                  \
  static int32_t name(ARGUMENTS) {                                             \
    (void)c;                                                                   \
    const type *A = a, *B = b;                                                 \
    O *R = out;                                                                \
    const type x0 = *A, y0 = *B;                                               \
    (void)x0, (void)y0;                                                        \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const type x = X, y = Y;                                                 \
      R[i] = (O)(expression);                                                  \
    }                                                                          \
    return CK_OK;                                                              \
  }

// Two operands: all three forms.
#define BINARY(op, T, type, O, expression)                                     \
  LOOP(op##_##T##_vv, type, O, A[i], B[i], expression)                         \
  LOOP(op##_##T##_vs, type, O, A[i], y0, expression)                           \
  LOOP(op##_##T##_sv, type, O, x0, B[i], expression)

// One operand.
#define UNARY(op, T, type, O, expression)                                      \
  static int32_t op##_##T##_vv(ARGUMENTS) {                                    \
    (void)b, (void)c;                                                          \
    const type *A = a;                                                         \
    O *R = out;                                                                \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const type x = A[i];                                                     \
      R[i] = (O)(expression);                                                  \
    }                                                                          \
    return CK_OK;                                                              \
  }

// Three operands of one type.
#define TERNARY(op, T, type, expression)                                       \
  static int32_t op##_##T##_vv(ARGUMENTS) {                                    \
    const type *A = a, *B = b, *C = c;                                         \
    type *R = out;                                                             \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const type x = A[i], y = B[i], w = C[i];                                 \
      R[i] = (type)(expression);                                               \
    }                                                                          \
    return CK_OK;                                                              \
  }

// Integer arithmetic in a wider type; a result the type cannot hold is CK_OVERFLOW.
#define WIDENED_LOOP(name, type, wide, X, Y, expression)                       \
  static int32_t name(ARGUMENTS) {                                             \
    (void)c;                                                                   \
    const type *A = a, *B = b;                                                 \
    type *R = out;                                                             \
    const type x0 = *A, y0 = *B;                                               \
    (void)x0, (void)y0;                                                        \
    wide lost = 0;                                                             \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const wide x = X, y = Y;                                                 \
      const wide r = expression;                                               \
      lost |= r ^ (wide)(type)r;                                               \
      R[i] = (type)r;                                                          \
    }                                                                          \
    return lost ? CK_OVERFLOW : CK_OK;                                         \
  }

#define WIDENED(op, T, type, wide, expression)                                 \
  WIDENED_LOOP(op##_##T##_vv, type, wide, A[i], B[i], expression)              \
  WIDENED_LOOP(op##_##T##_vs, type, wide, A[i], y0, expression)                \
  WIDENED_LOOP(op##_##T##_sv, type, wide, x0, B[i], expression)

#define WIDENED_UNARY(op, T, type, wide, expression)                           \
  static int32_t op##_##T##_vv(ARGUMENTS) {                                    \
    (void)b, (void)c;                                                          \
    const type *A = a;                                                         \
    type *R = out;                                                             \
    wide lost = 0;                                                             \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const wide x = A[i];                                                     \
      const wide r = expression;                                               \
      lost |= r ^ (wide)(type)r;                                               \
      R[i] = (type)r;                                                          \
    }                                                                          \
    return lost ? CK_OVERFLOW : CK_OK;                                         \
  }

// 64-bit sums and differences: `sign` is negative where the result has wrapped.
#define WRAPPING_LOOP(name, X, Y, expression, sign)                            \
  static int32_t name(ARGUMENTS) {                                             \
    (void)c;                                                                   \
    const int64_t *A = a, *B = b;                                              \
    int64_t *R = out;                                                          \
    const int64_t x0 = *A, y0 = *B;                                            \
    (void)x0, (void)y0;                                                        \
    int64_t wrapped = 0;                                                       \
    VECTORIZED for (int64_t i = 0; i < count; i++) {                           \
      const int64_t x = X, y = Y;                                              \
      const int64_t r = (int64_t)(expression);                                 \
      wrapped |= sign;                                                         \
      R[i] = r;                                                                \
    }                                                                          \
    return wrapped < 0 ? CK_OVERFLOW : CK_OK;                                  \
  }

#define WRAPPING(op, expression, sign)                                         \
  WRAPPING_LOOP(op##_i64_vv, A[i], B[i], expression, sign)                     \
  WRAPPING_LOOP(op##_i64_vs, A[i], y0, expression, sign)                       \
  WRAPPING_LOOP(op##_i64_sv, x0, B[i], expression, sign)

#define FORMS(op, T) {op##_##T##_vv, op##_##T##_vs, op##_##T##_sv}
#define FORM(op, T) {op##_##T##_vv, NULL, NULL}
