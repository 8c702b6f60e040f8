"""Elementwise operations and conversions, against NumPy."""
import numpy as np
import torch
from operations import Data, Half, Number, in_double, weak

FLOATS = [np.float32, np.float64]
SPECIALS = [
    "nan", "inf", "-inf", "0.0", "-0.0", "1", "-1", "0.5", "-0.5", "1e-30", "-1e-30", "3e38", "-3e38",
]
NARROW = ["nan", "inf", "-inf", "0.0", "-0.0", "1", "-1", "0.5", "-0.5", "2", "-2", "1e-30", "-1e-30"]


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sign(x):
    if x.dtype.kind == "c":
        size = np.abs(x)
        return np.where(size == 0, 0, x / np.where(size == 0, 1, size))
    return np.sign(x)


# name: (function, lowest, highest, complex too, tolerance)
SMOOTH = {
    "sqrt": (np.sqrt, 0, 9, True), "exp": (np.exp, -9, 9, True), "expm1": (np.expm1, -3, 3, False),
    "log": (np.log, 0.01, 50, True), "log2": (np.log2, 0.01, 50, False),
    "log10": (np.log10, 0.01, 50, False), "log1p": (np.log1p, -0.9, 9, False),
    "sigmoid": (sigmoid, -9, 9, False), "reciprocal": (lambda x: 1 / x, -4, 4, True),
    "sin": (np.sin, -9, 9, True), "cos": (np.cos, -9, 9, True), "tan": (np.tan, -9, 9, True),
    "asin": (np.arcsin, -1, 1, True), "acos": (np.arccos, -1, 1, True),
    "atan": (np.arctan, -9, 9, True), "sinh": (np.sinh, -4, 4, True),
    "cosh": (np.cosh, -4, 4, True), "tanh": (np.tanh, -4, 4, True),
    "asinh": (np.arcsinh, -9, 9, True), "acosh": (np.arccosh, 1, 9, True),
    "atanh": (np.arctanh, -0.99, 0.99, True),
}
# Of the dtype given.
PLAIN = {
    "negate": np.negative, "negative": np.negative, "abs": np.abs, "sign": sign,
    "square": np.square, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc,
    "round": np.rint, "relu": lambda x: np.where(x < 0, 0, x).astype(x.dtype),
}
PLAIN_COMPLEX = {"negate", "negative", "abs", "sign", "square"}
TESTS = {
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite, "signbit": np.signbit,
}


def unary(writer, name, function, vector, special, matrix):
    """Sizes around those of vectors, views, rank 0, nothing."""
    writer.case(name, f"{name}(a)", function(vector), a=vector)
    for size in (1, 7, 17):
        writer.case(name, f"{name}(a[:{size}])", function(vector[:size]), a=vector)
    writer.case(name, f"{name}(a[::-2])", function(vector[::-2]), a=vector)
    if special is not None:
        writer.case(name, f"{name}(a)", function(special), a=special)
    writer.case(name, f"{name}(a')", function(matrix.T), a=matrix)
    writer.case(name, f"{name}(a[::-1, ::2])", function(matrix[::-1, ::2]), a=matrix)
    writer.case(name, f"{name}(a)", function(matrix[1, 2].reshape(())), a=matrix[1, 2].reshape(()))
    writer.case(name, f"{name}(a[0, 1])", Number(function(weak(matrix[0, 1:2]))[0]), a=matrix)
    for shape in ((0,), (2, 0, 3)):
        empty = np.zeros(shape, vector.dtype)
        writer.case(name, f"{name}(a)", function(empty), a=empty)


def specials(dtype, texts):
    return np.array([float(x) for x in texts], dtype)


def smooth(writer, data):
    for name, (function, low, high, has_complex) in SMOOTH.items():
        exact = in_double(function)
        for dtype in FLOATS:
            texts = SPECIALS if name not in ("sin", "cos", "tan") else NARROW
            unary(writer, name, exact, data.floats(dtype, 33, low, high), specials(dtype, texts),
                  data.floats(dtype, (3, 5), low, high))
        for dtype in (np.int64, np.int32, np.int8, np.uint8):
            ints = data.ints(dtype, 7, max(0, int(np.ceil(low))), max(1, int(high)))
            writer.case(name, f"{name}(a)", exact(ints), a=ints)
        if has_complex:
            for dtype, tolerance in ((np.complex64, "2e-6"), (np.complex128, "1e-12")):
                z = data.floats(dtype, 7, -3, 3)
                writer.case(name, f"{name}(a)", exact(z), tolerance, a=z)
                writer.case(name, f"{name}(a[::-2])", exact(z[::-2]), tolerance, a=z)
        writer.errors(name, f"{name}(\"text\")", f"{name}(a, a)", f"{name}()", a=np.zeros(2))


def plain(writer, data):
    for name, original in PLAIN.items():
        for dtype in FLOATS + [np.int64, np.int8]:
            function = original
            is_float = np.dtype(dtype).kind == "f"
            if not is_float and name in ("floor", "ceil", "trunc", "round"):
                function = np.asarray
            special = specials(dtype, SPECIALS + ["1.5", "2.5", "-2.5"]) if is_float else None
            if special is not None and name == "square":
                special = specials(dtype, NARROW)
            unary(writer, name, function, data.any(dtype, 33, -9, 9), special,
                  data.any(dtype, (3, 5), -9, 9))
        if name in PLAIN_COMPLEX:
            for dtype in (np.complex64, np.complex128):
                z = data.floats(dtype, 7)
                writer.case(name, f"{name}(a)", original(z), a=z)
        writer.errors(name, f"{name}(\"text\")", f"{name}()", a=np.zeros(2))
    for decimals in (-2, -1, 1, 2, 3):
        for dtype in FLOATS:
            x = data.floats(dtype, 9, -300, 300)
            exact = in_double(lambda v: np.round(v, decimals))
            writer.case("round", f"round(a, {decimals})", exact(x), a=x)
        whole = data.ints(np.int64, 5, -999, 999)
        writer.case("round", f"round(a, decimals = {decimals})", np.round(whole, decimals), a=whole)
    writer.errors("round", "round(a, 1.5)", "round(a, 4611686018427387904)", a=np.ones(2))
    for name, function in TESTS.items():
        for dtype in FLOATS:
            unary(writer, name, function, data.floats(dtype, 33), specials(dtype, SPECIALS),
                  data.floats(dtype, (3, 5)))
        if name != "signbit":
            z = np.array([1 + 2j, complex("nan"), complex(0, np.inf), -2j])
            writer.case(name, f"{name}(a)", function(z), a=z)
            whole = data.ints(np.int64, 5)
            writer.case(name, f"{name}(a)", function(whole), a=whole)
        writer.errors(name, f"{name}(\"text\")", f"{name}()", a=np.zeros(2))
    for name, function in {"real": np.real, "imag": np.imag, "conj": np.conj}.items():
        for dtype in (np.complex64, np.complex128):
            unary(writer, name, function, data.floats(dtype, 33), None, data.floats(dtype, (3, 5)))
        x = data.floats(np.float32, 5)
        if name != "conj":
            writer.case(name, f"{name}(a)", function(x), a=x)
        writer.errors(name, f"{name}(\"text\")", f"{name}()", a=np.zeros(2))
    truths = np.array([True, False, True])
    for name in ("invert", "bitwise_invert"):
        writer.case(name, f"{name}(a)", ~truths, a=truths)
        for dtype in (np.int64, np.int32, np.int8, np.uint8):
            x = data.any(dtype, (3, 5), 0, 99)
            writer.case(name, f"{name}(a')", ~x.T, a=x)
        writer.errors(name, f"{name}(a)", f"{name}(\"text\")", a=np.zeros(2))


def divided(x, y):
    result = np.divide(wide_ints(x), wide_ints(y))
    return result


def wide_ints(x):
    return x.astype(np.float64) if x.dtype.kind in "biu" else x


BINARY = {
    # name: (function, on floats, on integers, on complex numbers)
    "add": (np.add, True, True, True), "subtract": (np.subtract, True, True, True),
    "multiply": (np.multiply, True, True, True), "divide": (divided, True, True, True),
    "floor_divide": (np.floor_divide, True, True, False),
    "remainder": (np.remainder, True, True, False),
    "power": (in_double(np.power), True, False, True), "pow": (in_double(np.power), True, False, True),
    "hypot": (in_double(np.hypot), True, True, False),
    "atan2": (in_double(np.arctan2), True, True, False),
    "maximum": (np.maximum, True, True, False), "minimum": (np.minimum, True, True, False),
    "equal": (np.equal, True, True, True), "not_equal": (np.not_equal, True, True, True),
    "less": (np.less, True, True, False), "less_equal": (np.less_equal, True, True, False),
    "greater": (np.greater, True, True, False),
    "greater_equal": (np.greater_equal, True, True, False),
    "copysign": (np.copysign, True, False, False),
    "nextafter": (np.nextafter, True, False, False),
    "logaddexp": (in_double(np.logaddexp), True, False, False),
    "bitwise_and": (np.bitwise_and, False, True, False),
    "bitwise_or": (np.bitwise_or, False, True, False),
    "bitwise_xor": (np.bitwise_xor, False, True, False),
}


def binary(writer, data):
    edge = ["nan", "inf", "-inf", "0.0", "-0.0", "1", "-1", "2.5", "-3"]
    for name, (function, floats, ints, complexes) in BINARY.items():
        call = f"{name}(a, b)"
        exact = name == "nextafter"
        for dtype in FLOATS if floats else []:
            low = 0.1 if name in ("power", "pow") else -4
            x, y = data.floats(dtype, 33, low, 4), data.floats(dtype, 33)
            writer.case(name, call, function(x, y), "0" if exact else "", a=x, b=y)
            for size in (1, 7, 17):
                writer.case(name, f"{name}(a[:{size}], b[{33 - size}:])",
                            function(x[:size], y[33 - size:]), a=x, b=y)
            grid = np.array([float(t) for t in edge], dtype)
            if name not in ("nextafter",):
                if name in ("floor_divide", "remainder"):
                    grid = grid[[0, 3, 4, 5, 6, 7, 8]]
                    others = grid[[0, 3, 4, 5, 6]]
                else:
                    others = grid
                writer.case(name, call, function(grid[:, None], others[None, :]), a=grid[:, None],
                            b=others[None, :])
            m, row = data.floats(dtype, (3, 5), low, 4), data.floats(dtype, 5)
            writer.case(name, call, function(m, row), a=m, b=row)
            writer.case(name, f"{name}(a', b)", function(m.T, row[:, None]), a=m, b=row[:, None])
            writer.case(name, f"{name}(a, b[::-1])", function(m, row[::-1]), a=m, b=row)
            zero = np.asarray(row[1])
            writer.case(name, call, function(m, zero), a=m, b=zero)
            writer.case(name, call, function(zero.reshape(()), zero), a=abs(zero), b=zero) \
                if zero > 0 else None
            empty = np.zeros((0, 5), dtype)
            writer.case(name, call, function(empty, row), a=empty, b=row)
            number = np.asarray(1.5, dtype)
            writer.case(name, f"{name}(a, 1.5)", function(m, number), a=m)
        for dtype in (np.int64, np.int32, np.int8, np.uint8) if ints else []:
            low, high = (1, 9) if np.dtype(dtype).kind == "u" else (-9, 9)
            x, y = np.sort(data.ints(dtype, (3, 5), low, high), axis=None).reshape(3, 5)[::-1], \
                data.ints(dtype, 5, 1, high if name != "subtract" else 1)
            if name == "subtract":
                x = np.abs(x) + dtype(1)
            writer.case(name, call, function(x, y), a=x, b=y)
            writer.case(name, f"{name}(a[:, ::-1], b)", function(x[:, ::-1], y), a=x, b=y)
            none = np.zeros((2, 0), dtype)
            writer.case(name, call, function(none, none), a=none, b=none)
        if complexes:
            for dtype in (np.complex64, np.complex128):
                x, y = data.floats(dtype, (3, 5)), data.floats(dtype, 5)
                writer.case(name, call, function(x, y), "3e-6" if dtype == np.complex64 else "", a=x, b=y)
        three, four = (np.ones(3), np.ones(4)) if floats else (np.ones(3, int), np.ones(4, int))
        writer.errors(name, call, f"{name}(a, \"text\")", f"{name}(a)", a=three, b=four)
        if not complexes and floats:
            writer.errors(name, call, a=np.ones(2, complex), b=np.ones(2, complex))
        if not floats:
            writer.errors(name, call, a=np.ones(2), b=np.ones(2))
    for name in ("power", "pow"):
        x, y = data.ints(np.int64, (3, 5)), data.ints(np.int64, 5, 0, 6)
        writer.case(name, f"{name}(a, b)", x ** y, a=x, b=y)
        writer.case(name, f"{name}(a, 3)", x ** 3, a=x)
        writer.errors(name, f"{name}(a, -1)", f"{name}(a, 99)", a=x)
    for name, function in {"bitwise_left_shift": np.left_shift,
                           "bitwise_right_shift": np.right_shift}.items():
        for dtype in (np.int64, np.int32):
            x, y = data.ints(dtype, (3, 5)), data.ints(dtype, 5, 0, 20)
            writer.case(name, f"{name}(a, b)", function(x, y), a=x, b=y)
            writer.case(name, f"{name}(a', 2)", function(x.T, dtype(2)), a=x)
        writer.errors(name, f"{name}(a, b)", a=np.ones(2), b=np.ones(2))
        writer.errors(name, f"{name}(a, b)", a=np.ones(2, int), b=np.ones(3, int))
    for name in ("floor_divide", "remainder"):
        writer.errors(name, f"{name}(a, 0)", a=np.ones(2, int))


def choosing(writer, data):
    truths = data.any(bool, (3, 5))
    for dtype in FLOATS + [np.int64, np.int32, np.uint8, np.complex128]:
        x, y = data.any(dtype, (3, 5), 0, 9), data.any(dtype, 5, 0, 9)
        writer.case("where", "where(c, a, b)", np.where(truths, x, y), a=x, b=y, c=truths)
        writer.case("where", "where(c[::-1], a, b)", np.where(truths[::-1], x, y), a=x, b=y, c=truths)
    mixed = np.where(truths, np.float32(2), np.ones((3, 5)))
    writer.case("where", "where(c, a, b)", mixed, a=np.full(5, 2, np.float32), b=np.ones((3, 5)))
    edge = np.array([np.nan, np.inf, -np.inf, -0.0])
    writer.case("where", "where(isnan(a), 0, a)", np.where(np.isnan(edge), 0, edge), a=edge)
    writer.errors("where", "where(c, a, b)", "where(c)", a=np.ones(4), b=np.ones(5))
    for dtype in FLOATS:
        x = data.floats(dtype, 33, -9, 9)
        x[[3, 9, 12]] = np.nan, np.inf, -np.inf
        low, high = data.floats(dtype, (3, 1), -6, -1), data.floats(dtype, (1, 33), 1, 6)
        writer.case("clip", "clip(a, -2, 3)", np.clip(x, dtype(-2), dtype(3)), a=x)
        writer.case("clip", "clip(a[::-2], min = -2)", np.maximum(x[::-2], dtype(-2)), a=x)
        writer.case("clip", "clip(a, max = 2)", np.minimum(x, dtype(2)), a=x)
        writer.case("clip", "clip(a, b, c)", np.clip(x, low, high), a=x, b=low, c=high)
        writer.case("clip", "clip(a, nan, 1)", np.clip(x, dtype(np.nan), dtype(1)), a=x)
        none = np.zeros((0, 3), dtype)
        writer.case("clip", "clip(a, -2, 3)", none, a=none)
    for dtype in (np.int64, np.int32, np.int8, np.uint8):
        x = data.any(dtype, (3, 5), -9, 9)
        writer.case("clip", "clip(a, 2, 5)", np.clip(x, dtype(2), dtype(5)), a=x)
    writer.errors("clip", "clip(a)", "clip(a, b, 3)", "clip(a, \"x\")", a=np.ones(4), b=np.ones(5))


def casts(writer, data):
    kinds = {"bool": np.bool_, "u8": np.uint8, "i8": np.int8, "i32": np.int32, "i64": np.int64,
             "f32": np.float32, "f64": np.float64, "c64": np.complex64, "c128": np.complex128}
    for name, target in kinds.items():
        for source in kinds.values():
            if np.dtype(source).kind == "c" and np.dtype(target).kind not in "cb":
                writer.errors(name, f"{name}(a)", a=np.ones(2, source))
                continue
            low = 0 if np.dtype(target).kind == "u" else -9
            x = data.any(source, 9, low, 9)
            writer.case(name, f"{name}(a)", x.astype(target), a=x)
            m = data.any(source, (3, 5), low, 9)
            writer.case(name, f"{name}(a')", m.T.astype(target), a=m)
            writer.case(name, f"{name}(a)", np.zeros((0, 2), target), a=np.zeros((0, 2), source))
            writer.case(name, f"{name}(a)", m[0, 0].reshape(()).astype(target), a=m[0, 0].reshape(()))
        edge = np.array([np.nan, np.inf, -np.inf, -0.0, 1e300 if name != "f32" else 1e30])
        if np.dtype(target).kind in "fcb":
            writer.case(name, f"{name}(a)", edge.astype(target), a=edge)
        else:
            writer.errors(name, f"{name}(nan)", f"{name}(inf)", f"{name}(1e300)")
        writer.errors(name, f"{name}(\"text\")", f"{name}()")
    x = data.floats(np.float32, 33)
    half = torch.tensor(x).to(torch.bfloat16).to(torch.float32).numpy()
    writer.case("bf16", "bf16(a)", Half(half), "0", a=x)
    edge = np.array([np.nan, np.inf, -np.inf, -0.0, 1e30, 3.4e38, 1e-40, 1.00390625], np.float32)
    writer.case("bf16", "bf16(a)", Half(torch.tensor(edge).to(torch.bfloat16).float().numpy()), "0", a=edge)
    writer.case("bf16", "f32(bf16(a))", half, "0", a=x)
    writer.errors("bf16", "bf16(\"text\")", "bf16()")


def write(writer):
    data = Data(1)
    smooth(writer, data)
    plain(writer, data)
    binary(writer, data)
    choosing(writer, data)
    casts(writer, data)
