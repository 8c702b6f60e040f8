"""Reductions and running totals, against NumPy."""
import numpy as np
from operations import Data, value, wide

FLOATS = [np.float32, np.float64]
AXES = [None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (-1, 0), (0, 1, 2)]


def same_float(function):
    """In double, rounded once; of integers f64."""

    def compute(x, **keywords):
        result = np.asarray(function(wide(x), **keywords))
        return result.astype(x.dtype if x.dtype.kind in "fc" else result.dtype)

    return compute


def total(function):
    def compute(x, **keywords):
        if x.dtype.kind in "biu":
            return np.asarray(function(x.astype(np.int64), **keywords))
        return same_float(function)(x, **keywords)

    return compute


REDUCTIONS = {
    # name: (function, tolerance of f32 and f64, dtypes beyond floats)
    "sum": (total(np.sum), "n1e-6", "n1e-13", "i8 i32 i64 u8 bool c64 c128"),
    "prod": (total(np.prod), "2e-6", "1e-12", "i32 i64 bool c128"),
    "mean": (same_float(np.mean), "n1e-6", "n1e-13", "i8 i64 c64 c128"),
    "count_nonzero": (lambda x, **k: np.asarray(np.count_nonzero(x, **k)), "0", "0",
                      "i8 i32 i64 u8 bool c64 c128"),
    "max": (lambda x, **k: np.asarray(np.max(x, **k)), "0", "0", "i8 i32 i64 u8 bool"),
    "min": (lambda x, **k: np.asarray(np.min(x, **k)), "0", "0", "i8 i32 i64 u8 bool"),
    "any": (lambda x, **k: np.asarray(np.any(x, **k)), "0", "0", "i8 i64 u8 bool c128"),
    "all": (lambda x, **k: np.asarray(np.all(x, **k)), "0", "0", "i8 i64 u8 bool c128"),
}
TYPES = {"i8": np.int8, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "bool": np.bool_,
         "c64": np.complex64, "c128": np.complex128, "f32": np.float32, "f64": np.float64}


def axis_text(axis):
    return "" if axis is None else f", axis = {axis}"


def reductions(writer, data):
    for name, (function, single, double, others) in REDUCTIONS.items():
        for text in ["f32", "f64"] + others.split():
            dtype = TYPES[text]
            limit = single if text in ("f32", "c64") else double
            if np.dtype(dtype).kind in "biu" and name != "mean":
                limit = "0"
            low, high = (-2, 2) if name == "prod" else (-4, 4)
            x = data.any(dtype, (3, 4, 5) if name != "prod" else (3, 4, 5), low, high)
            for axis in AXES if text in ("f32", "f64", "i64") else [None, 0, -1, (0, 2)]:
                for keep in (False, True):
                    suffix = axis_text(axis) + (", keepdims = true" if keep else "")
                    writer.case(name, f"{name}(a{suffix})",
                                value(function(x, axis=axis, keepdims=keep)), limit, a=x)
            turned = np.transpose(x, (2, 0, 1))[::-1, :, ::2]
            code = "transpose(a, (2, 0, 1))[::-1, :, ::2]"
            for axis in (None, 0, 1, 2, (0, 2)):
                writer.case(name, f"{name}({code}{axis_text(axis)})",
                            value(function(turned, axis=axis)), limit, a=x)
            for size in (1, 7, 17, 33, 1025):
                v = data.any(dtype, size, low, high)
                if name == "prod" and size > 17:
                    continue
                if size == 1025 and text not in ("f32", "f64"):
                    continue
                if size == 1025:
                    v = np.tile(data.any(dtype, 41, low, high), 25)
                    inner = data_name = "tile(b, 25)"
                    writer.case(name, f"{name}({inner})", value(function(v)), limit, b=v[:41])
                else:
                    writer.case(name, f"{name}(a)", value(function(v)), limit, a=v)
            point = x[0, 0, 0].reshape(())
            writer.case(name, f"{name}(a)", value(function(point)), limit, a=point)
            empty = np.zeros((0, 3), dtype)
            if name in ("max", "min"):
                writer.errors(name, f"{name}(a)", f"{name}(a, axis = 0)", a=empty)
                writer.case(name, f"{name}(a, axis = 1)", np.zeros(0, dtype), a=empty)
            else:
                for axis in (None, 0, 1):
                    writer.case(name, f"{name}(a{axis_text(axis)})",
                                value(function(empty, axis=axis)), limit, a=empty)
        edges(writer, name, function)
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = -3)",
                      f"{name}(a, axis = (0, 0))", f"{name}(a, axis = \"x\")",
                      f"{name}(a, axis = nan)", f"{name}(a, axis = 4611686018427387904)",
                      f"{name}()", a=np.ones((2, 3)))
    writer.errors("max", "max(a)", a=np.ones(3, complex))
    writer.errors("min", "min(a)", a=np.ones(3, complex))
    writer.errors("sum", "sum(a)", a=np.array([2**62, 2**62]))
    writer.errors("prod", "prod(a)", a=np.array([2**62, 2]))


def edges(writer, name, function):
    for dtype in FLOATS:
        for texts in (["nan", "1", "2"], ["1", "nan", "-inf"], ["inf", "1", "inf"],
                      ["inf", "-inf", "0"], ["-0.0", "-0.0", "-0.0"], ["0.0", "-0.0", "1"]):
            x = np.array([float(t) for t in texts], dtype)
            writer.case(name, f"{name}(a)", value(function(x)), a=x)
            m = np.stack([x, np.ones(3, dtype)], axis=1)
            writer.case(name, f"{name}(a, axis = 0)", function(m, axis=0), a=m)
            wide_row = np.tile(np.array([1, 2, 3], dtype), 8)
            wide_row[19] = x[0]
            writer.case(name, f"{name}(a)", value(function(wide_row)), "n1e-6", a=wide_row)


def spreads(writer, data):
    for name, original in {"var": np.var, "std": np.std}.items():
        function = same_float(original)
        for dtype in FLOATS + [np.int64, np.bool_]:
            x = data.any(dtype, (3, 4, 5))
            limit = "1e-5" if dtype == np.float32 else "1e-12"
            for axis in AXES:
                for ddof in (0, 1):
                    writer.case(name, f"{name}(a{axis_text(axis)}, correction = {ddof})",
                                value(function(x, axis=axis, ddof=ddof)), limit, a=x)
                writer.case(name, f"{name}(a{axis_text(axis)}, keepdims = true)",
                            function(x, axis=axis, keepdims=True), limit, a=x)
            writer.case(name, f"{name}(transpose(a)[::-1], axis = 0)",
                        function(x.T[::-1], axis=0), limit, a=x)
            for size in (1, 7, 17, 33):
                v = data.any(dtype, size)
                writer.case(name, f"{name}(a)", value(function(v)), limit, a=v)
            far = (data.any(np.float64, 33) + 1e4).astype(dtype)
            writer.case(name, f"{name}(a)", value(function(far)), limit, a=far)
            empty = np.zeros((0, 3), dtype)
            writer.case(name, f"{name}(a, axis = 1)", function(empty, axis=1), a=empty)
        for dtype in FLOATS:
            for bad in ("nan", "inf"):
                x = np.array([1, 2, float(bad)], dtype)
                writer.case(name, f"{name}(a)", value(function(x)), a=x)
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = (0, 0))",
                      f"{name}(a, correction = \"x\")", f"{name}(\"x\")", a=np.ones((2, 3)))


def positions(writer, data):
    for name, function in {"argmax": np.argmax, "argmin": np.argmin}.items():
        for dtype in FLOATS + [np.int64, np.int32, np.int8, np.uint8, np.bool_]:
            x = data.any(dtype, (3, 4, 5), -3, 3)
            for axis in (None, 0, 1, 2, -1):
                for keep in (False, True):
                    suffix = axis_text(axis) + (", keepdims = true" if keep else "")
                    writer.case(name, f"{name}(a{suffix})",
                                value(np.asarray(function(x, axis=axis, keepdims=keep))), a=x)
            writer.case(name, f"{name}(transpose(a)[::-1], axis = 0)",
                        function(x.T[::-1], axis=0), a=x)
            for size in (1, 7, 17, 33):
                v = data.any(dtype, size, -3, 3)
                writer.case(name, f"{name}(a)", value(np.asarray(function(v))), a=v)
            writer.case(name, f"{name}(a, axis = 1)", np.zeros(0, np.int64), a=np.zeros((0, 3), dtype))
            writer.errors(name, f"{name}(a)", f"{name}(a, axis = 0)", a=np.zeros((0, 3), dtype))
        for dtype in FLOATS:
            for texts in (["1", "nan", "2", "nan"], ["inf", "-inf", "inf"], ["-0.0", "0.0"],
                          ["0.0", "-0.0"]):
                x = np.array([float(t) for t in texts], dtype)
                writer.case(name, f"{name}(a)", value(np.asarray(function(x))), a=x)
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = 1.5)", f"{name}(\"x\")",
                      a=np.ones((2, 3)))
        writer.errors(name, f"{name}(a)", a=np.ones(3, complex))


def running(writer, data):
    for name, original in {"cumsum": np.cumsum, "cumprod": np.cumprod}.items():
        function = total(original)
        for dtype in FLOATS + [np.int64, np.int32, np.uint8, np.bool_, np.complex128]:
            low, high = (-4, 4) if name == "cumsum" else (-1.5, 1.5)
            x = data.any(dtype, (3, 4, 5), low, high)
            limit = "n1e-6" if dtype == np.float32 else "n1e-13" \
                if np.dtype(dtype).kind in "fc" else "0"
            for axis in (None, 0, 1, 2, -1):
                writer.case(name, f"{name}(a{axis_text(axis)})", function(x, axis=axis), limit, a=x)
            writer.case(name, f"{name}(transpose(a)[::-1], axis = 1)",
                        function(x.T[::-1], axis=1), limit, a=x)
            for size in (1, 17, 33):
                v = data.any(dtype, size, low, high)
                writer.case(name, f"{name}(a)", function(v), limit, a=v)
            writer.case(name, f"{name}(a, axis = 0)", function(np.zeros((0, 3), dtype), axis=0),
                        a=np.zeros((0, 3), dtype))
        edge = np.array([1, np.inf, 2, np.nan, 3, -np.inf])
        writer.case(name, f"{name}(a)", function(edge), a=edge)
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = \"x\")", f"{name}(\"x\")",
                      a=np.ones((2, 3)))


def write(writer):
    data = Data(4)
    reductions(writer, data)
    spreads(writer, data)
    positions(writer, data)
    running(writer, data)
