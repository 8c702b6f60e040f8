// The table of one instruction set; `CK_TABLE` is its name. Last part of elementwise.h.

#define INTEGERS(op)                                                           \
  [CK_U8] = FORMS(op, u8), [CK_I8] = FORMS(op, i8), [CK_I32] = FORMS(op, i32),  \
  [CK_I64] = FORMS(op, i64)
#define FLOATS(op) [CK_F32] = FORMS(op, f32), [CK_F64] = FORMS(op, f64)
#define INTEGERS1(op)                                                          \
  [CK_U8] = FORM(op, u8), [CK_I8] = FORM(op, i8), [CK_I32] = FORM(op, i32),     \
  [CK_I64] = FORM(op, i64)
#define FLOATS1(op) [CK_F32] = FORM(op, f32), [CK_F64] = FORM(op, f64)

const ck_table CK_TABLE = {
  [CK_ADD] = {[CK_BOOL] = FORMS(or, bool), INTEGERS(add), FLOATS(add)},
  [CK_SUBTRACT] = {INTEGERS(subtract), FLOATS(subtract)},
  [CK_MULTIPLY] = {[CK_BOOL] = FORMS(and, bool), INTEGERS(multiply), FLOATS(multiply)},
  [CK_DIVIDE] = {FLOATS(divide)},
  [CK_EQUAL] = {[CK_BOOL] = FORMS(equal, u8), INTEGERS(equal), FLOATS(equal)},
  [CK_NOT_EQUAL] = {[CK_BOOL] = FORMS(not_equal, u8), INTEGERS(not_equal), FLOATS(not_equal)},
  [CK_LESS] = {[CK_BOOL] = FORMS(less, u8), INTEGERS(less), FLOATS(less)},
  [CK_LESS_OR_EQUAL] =
    {[CK_BOOL] = FORMS(less_or_equal, u8), INTEGERS(less_or_equal), FLOATS(less_or_equal)},
  [CK_GREATER] = {[CK_BOOL] = FORMS(greater, u8), INTEGERS(greater), FLOATS(greater)},
  [CK_GREATER_OR_EQUAL] =
    {[CK_BOOL] = FORMS(greater_or_equal, u8), INTEGERS(greater_or_equal), FLOATS(greater_or_equal)},
  [CK_AND] = {[CK_BOOL] = FORMS(and, bool), INTEGERS(and)},
  [CK_OR] = {[CK_BOOL] = FORMS(or, bool), INTEGERS(or)},
  [CK_XOR] = {[CK_BOOL] = FORMS(xor, bool), INTEGERS(xor)},
  [CK_MAXIMUM] = {[CK_BOOL] = FORMS(or, bool), INTEGERS(maximum), FLOATS(maximum)},
  [CK_MINIMUM] = {[CK_BOOL] = FORMS(and, bool), INTEGERS(minimum), FLOATS(minimum)},
  [CK_NEGATE] = {INTEGERS1(negate), FLOATS1(negate)},
  [CK_INVERT] = {[CK_BOOL] = FORM(invert, bool), INTEGERS1(invert)},
  [CK_ABS] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(abs), FLOATS1(abs)},
  [CK_SIGN] = {INTEGERS1(sign), FLOATS1(sign)},
  [CK_SQRT] = {FLOATS1(sqrt)},
  [CK_EXP] = {FLOATS1(exp)},
  [CK_EXPM1] = {FLOATS1(expm1)},
  [CK_LOG] = {FLOATS1(log)},
  [CK_LOG2] = {FLOATS1(log2)},
  [CK_LOG1P] = {FLOATS1(log1p)},
  [CK_SIN] = {FLOATS1(sin)},
  [CK_COS] = {FLOATS1(cos)},
  [CK_TANH] = {FLOATS1(tanh)},
  [CK_FLOOR] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(floor)},
  [CK_CEIL] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(ceil)},
  [CK_ROUND] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(round)},
  [CK_TRUNC] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(trunc)},
  [CK_SQUARE] = {INTEGERS1(square), FLOATS1(square)},
  [CK_RECIPROCAL] = {FLOATS1(reciprocal)},
  [CK_ISNAN] = {[CK_BOOL] = FORM(never, u8), INTEGERS1(never), FLOATS1(isnan)},
  [CK_ISINF] = {[CK_BOOL] = FORM(never, u8), INTEGERS1(never), FLOATS1(isinf)},
  [CK_ISFINITE] = {[CK_BOOL] = FORM(always, u8), INTEGERS1(always), FLOATS1(isfinite)},
  [CK_RELU] = {INTEGERS1(relu), FLOATS1(relu)},
  [CK_SIGMOID] = {FLOATS1(sigmoid)},
  [CK_ERF] = {FLOATS1(erf)},
  [CK_ERFC] = {FLOATS1(erfc)},
  [CK_REAL] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(same)},
  [CK_IMAG] = {[CK_BOOL] = FORM(nothing, u8), INTEGERS1(nothing), FLOATS1(nothing)},
  [CK_CONJ] = {[CK_BOOL] = FORM(same, u8), INTEGERS1(same), FLOATS1(same)},
  [CK_WHERE] =
    {[CK_BOOL] = FORM(where, 1), [CK_U8] = FORM(where, 1), [CK_I8] = FORM(where, 1),
     [CK_I32] = FORM(where, 4), [CK_I64] = FORM(where, 8), [CK_F32] = FORM(where, 4),
     [CK_F64] = FORM(where, 8), [CK_C64] = FORM(where, 8), [CK_C128] = FORM(where, 16)},
  [CK_CLIP] = {INTEGERS1(clip), FLOATS1(clip)},
};
