"""The array API's other functions, running totals, statistics and transforms, against NumPy."""
import numpy as np
import torch
from operations import Data, Number, value, wide

FLOATS = [np.float32, np.float64]
BIG = 4611686018427387904
ALL = [np.float32, np.float64, np.int64, np.uint8, np.bool_, np.complex128]


def limit(dtype, single="n2e-6", double="n1e-12"):
    dtype = np.dtype(dtype)
    if dtype.kind in "iub":
        return "0"
    return single if dtype in (np.dtype(np.float32), np.dtype(np.complex64)) else double


def standard(writer, data):
    for name in ("and", "or", "xor"):
        function = getattr(np, f"logical_{name}")
        for dtype in ALL[:5]:
            x, y = data.any(dtype, (3, 5), -1, 1), data.any(dtype, 5, -1, 1)
            writer.case(f"logical_{name}", f"logical_{name}(a, b)", function(x, y), a=x, b=y)
            writer.case(f"logical_{name}", f"logical_{name}(a', b[:3])", function(x.T, y[:3]), a=x, b=y)
        edge = np.array([np.nan, np.inf, 0, -0.0])
        writer.case(f"logical_{name}", f"logical_{name}(a, true)", function(edge, True), a=edge)
        writer.errors(f"logical_{name}", f"logical_{name}(a, b)", f"logical_{name}(a, \"x\")",
                      a=np.ones(3), b=np.ones(4))
    for dtype in ALL[:5]:
        x = data.any(dtype, (3, 5), -1, 1)
        writer.case("logical_not", "logical_not(a')", np.logical_not(x.T), a=x)
    writer.errors("logical_not", "logical_not(\"x\")", "logical_not()")
    for dtype in ALL:
        x, v, none = data.any(dtype, (3, 4, 5)), data.any(dtype, 17), np.zeros((2, 0, 3), dtype)
        if dtype != np.bool_:
            writer.case("positive", "positive(a[::-1])", v[::-1], a=v)
        for code, t, inputs in (("a", x, dict(a=x)), ("a[::-2]", v[::-2], dict(a=v)), ("a", none, dict(a=none))):
            writer.case("asarray", f"asarray({code})", t, **inputs)
            writer.case("empty_like", f"shape(empty_like({code})) == shape({code})", Number(np.array(True)), **inputs)
            writer.case("unstack", f"unstack({code})", tuple(t) if t.ndim > 1 else tuple(Number(e) for e in t), **inputs)
            if dtype != np.complex128:
                writer.case("astype", f"astype({code}, f32)", t.astype(np.float32), **inputs)
        writer.case("permute_dims", "permute_dims(a, (2, 0, 1))", np.transpose(x, (2, 0, 1)), a=x)
        writer.case("matrix_transpose", "matrix_transpose(a[::-1])", np.swapaxes(x[::-1], 1, 2), a=x)
        writer.case("moveaxis", "moveaxis(a, 0, -1)", np.moveaxis(x, 0, -1), a=x)
        writer.case("moveaxis", "moveaxis(a, (0, 1), (1, 2))", np.moveaxis(x, (0, 1), (1, 2)), a=x)
        writer.case("unstack", "unstack(a, axis = -1)", tuple(np.moveaxis(x, -1, 0)), a=x)
        m, row = x[0], v[:5]
        writer.case("broadcast_arrays", "broadcast_arrays((a, b))", tuple(np.broadcast_arrays(m, row)), a=m, b=row)
        values, indices, inverse, counts = np.unique(x, return_index=True, return_inverse=True,
                                                     return_counts=True)
        inverse = inverse.reshape(x.shape)
        writer.case("unique_all", "unique_all(a)", (values, indices, inverse, counts), a=x)
        writer.case("unique_counts", "unique_counts(a)", (values, counts), a=x)
        writer.case("unique_inverse", "unique_inverse(a)", (values, inverse), a=x)
        writer.case("unique_values", "unique_values(a)", values, a=x)
        writer.case("unique_values", "unique_values(a)", none.ravel(), a=none)
    nans = np.array([np.nan, 1, np.nan, 1])  # each NaN is another, says the standard
    kept = np.unique(nans, equal_nan=False)
    writer.case("unique_values", "unique_values(a)", kept, a=nans)
    writer.case("unique_counts", "unique_counts(a)", (kept, np.array([2, 1, 1])), a=nans)
    writer.case("empty", "shape(empty(2, 0, dtype = f32))", (Number(2), Number(0)))
    writer.case("asarray", "asarray((1, 2), dtype = f32)", np.array([1, 2], np.float32))
    x = np.ones((3, 4))
    writer.errors("positive", "positive(\"x\")", "positive()")
    writer.errors("astype", "astype(a)", "astype(a, 3)", "astype(1i, f64)", a=x)
    writer.errors("asarray", "asarray(\"x\")", "asarray()")
    writer.errors("permute_dims", "permute_dims(a, (0, 0))", "permute_dims(a, (0,))", "permute_dims(a, 5)", a=x)
    writer.errors("matrix_transpose", "matrix_transpose(zeros(3))", "matrix_transpose(1)")
    writer.errors("moveaxis", "moveaxis(a, 0, 2)", "moveaxis(a, (0, 0), (0, 1))", "moveaxis(a, (0, 1), 0)",
                  f"moveaxis(a, {BIG}, 0)", a=x)
    writer.errors("empty", "empty(-1)", f"empty({BIG})", f"empty({BIG}, {BIG})", "empty(1.5)")
    writer.errors("empty_like", "empty_like(\"x\")", "empty_like()")
    writer.errors("broadcast_arrays", "broadcast_arrays((a, zeros(3)))", "broadcast_arrays(\"x\")", a=x)
    writer.errors("unstack", "unstack(a, axis = 2)", "unstack(1)", a=x)
    for name in ("unique_all", "unique_counts", "unique_inverse", "unique_values"):
        writer.errors(name, f"{name}(\"x\")", f"{name}()")


def products(writer, data):
    for dtype in FLOATS + [np.int64, np.complex128]:
        exact = wide if np.dtype(dtype).kind in "fc" else np.asarray
        x, y = data.any(dtype, (3, 4, 5)), data.any(dtype, 5)
        z = data.any(dtype, (4, 5))
        for code, one, two, axis in (("vecdot(a, b)", x, y, -1), ("vecdot(a, b, axis = -2)", x, z, -2)):
            writer.case("vecdot", code, np.vecdot(exact(one), exact(two), axis=axis).astype(dtype),
                        limit(dtype), a=one, b=two)
        writer.case("vecdot", "vecdot(a, a)", Number(np.vecdot(exact(y), exact(y)).astype(dtype)), limit(dtype), a=y)
        w = data.any(dtype, (5, 4, 2))
        for axes, text in ((1, "1"), (0, "0"), (((2, 1), (0, 1)), "((2, 1), (0, 1))"), (((1,), (1,)), "((1,), (1,))")):
            if axes == 0:
                continue
            result = np.tensordot(exact(x), exact(w), axes).astype(dtype)
            writer.case("tensordot", f"tensordot(a, b, {text})", value(result), limit(dtype), a=x, b=w)
        writer.case("tensordot", "tensordot(a, b, 0)", np.tensordot(y, y[:2], 0), limit(dtype), a=y, b=y[:2])
        c, d = data.any(dtype, (4, 3)), data.any(dtype, 3)
        writer.case("cross", "cross(a, b)", np.cross(exact(c), exact(d)).astype(dtype), limit(dtype), a=c, b=d)
        writer.case("cross", "cross(a', a'[:, ::-1], axis = 0)",
                    np.cross(exact(c.T), exact(c.T[:, ::-1]), axis=0).astype(dtype), limit(dtype), a=c)
        m = data.any(dtype, (3, 3), -2, 2)
        for n in (0, 1, 2, 3, 5) + ((-1, -2) if np.dtype(dtype).kind in "fc" else ()):
            result = np.linalg.matrix_power(exact(m), n).astype(dtype)
            writer.case("matrix_power", f"matrix_power(a, {n})", result, limit(dtype, "n1e-4", "n1e-10"), a=m)
    for dtype in FLOATS:
        x = data.floats(dtype, (2, 3, 4))
        for text, order in (("1", 1), ("2", 2), ("3", 3), ("inf", np.inf), ("-inf", -np.inf), ("0", 0)):
            result = np.linalg.vector_norm(wide(x), axis=1, ord=order).astype(dtype)
            writer.case("vector_norm", f"vector_norm(a, axis = 1, ord = {text})", result, limit(dtype), a=x)
            result = np.linalg.vector_norm(wide(x), axis=(0, 2), ord=order, keepdims=True).astype(dtype)
            writer.case("vector_norm", f"vector_norm(a, (0, 2), true, ord = {text})", result, limit(dtype), a=x)
            result = np.linalg.vector_norm(wide(x), ord=order).astype(dtype)
            writer.case("vector_norm", f"vector_norm(a, ord = {text})", Number(result), limit(dtype), a=x)
        for text, order in (("none", "fro"), ("1", 1), ("2", 2), ("inf", np.inf), ("-inf", -np.inf), ("-1", -1), ("-2", -2)):
            result = np.linalg.matrix_norm(wide(x), ord=order).astype(dtype)
            writer.case("matrix_norm", f"matrix_norm(a, ord = {text})", result, limit(dtype), a=x)
        result = np.linalg.matrix_norm(wide(x), keepdims=True).astype(dtype)
        writer.case("matrix_norm", "matrix_norm(a, keepdims = true)", result, limit(dtype), a=x)
    x = np.ones((2, 3))
    writer.errors("vecdot", "vecdot(a, zeros(2))", "vecdot(1, 2)", "vecdot(a, a, axis = 2)", a=x)
    writer.errors("tensordot", "tensordot(a, a, 1)", "tensordot(a, a, 3)", "tensordot(a, a, -1)",
                  "tensordot(a, a, ((0,), (5,)))", f"tensordot(a, a, {BIG})", a=x)
    writer.errors("cross", "cross(zeros(2), zeros(2))", "cross(a, a, axis = 0)", "cross(1, 2)", a=x)
    writer.errors("matrix_power", "matrix_power(a, 2)", "matrix_power(eye(2), 1.5)",
                  "matrix_power(zeros(2, 2), -1)", "matrix_power(zeros(3), 1)", a=x)
    writer.errors("vector_norm", "vector_norm(a, axis = 2)", "vector_norm(a, axis = (0, 0))", "vector_norm(\"x\")", a=x)
    writer.errors("matrix_norm", "matrix_norm(zeros(3))", "matrix_norm(a, ord = 3)", "matrix_norm(1)", a=x)


def running(writer, data):
    for name in ("cumulative_sum", "cumulative_prod"):
        for dtype in FLOATS + [np.int64, np.complex128]:
            x = data.any(dtype, (3, 5), -2, 2)
            exact = wide(x) if np.dtype(dtype).kind in "fc" else x
            function = getattr(np, name)
            for axis in (0, 1):
                for initial in (False, True):
                    flag = str(initial).lower()
                    result = function(exact, axis=axis, include_initial=initial).astype(dtype)
                    writer.case(name, f"{name}(a, axis = {axis}, include_initial = {flag})", result,
                                limit(dtype), a=x)
        writer.errors(name, f"{name}(a)", f"{name}(a, axis = 2)", f"{name}(\"x\")", f"{name}(1)", a=np.ones((2, 3)))
    for name, function in {"cummax": torch.cummax, "cummin": torch.cummin}.items():
        for dtype in FLOATS + [np.int64, np.uint8]:
            x = data.any(dtype, (3, 7), -9, 9)
            for axis in (0, 1, -1):
                wanted = function(torch.tensor(x), axis).values.numpy()
                writer.case(name, f"{name}(a, axis = {axis})", wanted, a=x)
            wanted = function(torch.tensor(x).ravel(), 0).values.numpy()
            writer.case(name, f"{name}(a)", wanted, a=x)
        edge = np.array([1, 5, np.nan, 7, -np.inf])
        writer.case(name, f"{name}(a)", function(torch.tensor(edge), 0).values.numpy(), a=edge)
        writer.case(name, f"{name}(a)", np.zeros(0), a=np.zeros(0))
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(\"x\")", a=np.ones((2, 3)))
    for dtype in FLOATS + [np.int64]:
        x, rows = data.any(dtype, (7, 3)), data.ints(np.int64, 7, 0, 3)
        for count in (None, 6):
            n = count or int(rows.max()) + 1
            wanted = np.zeros((n, 3), np.float64 if np.dtype(dtype).kind == "f" else dtype)
            np.add.at(wanted, rows, x)
            suffix = "" if count is None else f", count = {count}"
            writer.case("segment_sum", f"segment_sum(a, b{suffix})", wanted.astype(dtype), limit(dtype), a=x, b=rows)
        base, places = data.any(dtype, (5, 3)), np.array([4, 0, 4])
        values = data.any(dtype, (3, 3))
        wanted = base.copy()
        wanted[places] = values
        writer.case("scatter", "scatter(a, b, c)", wanted, a=base, b=places, c=values)
        added = wide(base) if np.dtype(dtype).kind == "f" else base.copy()
        np.add.at(added, places, values)
        writer.case("scatter_add", "scatter_add(a, b, c)", added.astype(dtype), limit(dtype), a=base, b=places, c=values)
        across = data.any(dtype, (5, 2))
        wanted = base.copy()
        wanted[:, [2, 0]] = across
        writer.case("scatter", "scatter(a, [2, 0], c, axis = 1)", wanted, a=base, c=across)
    x = np.ones((3, 4))
    writer.errors("segment_sum", "segment_sum(a, [0, 1])", "segment_sum(a, [0, -1, 2])", "segment_sum(a, [0, 1, 2], count = 2)",
                  "segment_sum(a, [0.5, 1, 2])", f"segment_sum(a, [0, 1, {BIG}])", a=x)
    for name in ("scatter", "scatter_add"):
        writer.errors(name, f"{name}(a, [3], a[:1])", f"{name}(a, [0.5], a[:1])", f"{name}(a, [0], zeros(7))",
                      f"{name}(a, [0], a[:1], axis = 2)", f"{name}(1, [0], [1])", a=x)


def statistics(writer, data):
    for dtype in FLOATS + [np.int64]:
        x = data.any(dtype, (3, 5), -9, 9)
        kind = dtype if np.dtype(dtype).kind == "f" else np.float64
        for q in (0, 0.1, 0.5, 0.77, 1):
            for axis in (None, 0, 1):
                suffix = "" if axis is None else f", axis = {axis}"
                wanted = np.quantile(wide(x), q, axis=axis).astype(kind)
                writer.case("quantile", f"quantile(a, {q}{suffix})", value(wanted), limit(kind), a=x)
                writer.case("percentile", f"percentile(a, {q * 100}{suffix})",
                            value(np.percentile(wide(x), q * 100, axis=axis).astype(kind)), limit(kind), a=x)
                wanted = np.median(wide(x), axis=axis).astype(kind)
                writer.case("median", f"median(a{suffix})", value(wanted), limit(kind), a=x)
        wanted = np.quantile(wide(x), [0.25, 0.5], axis=1, keepdims=True).astype(kind)
        writer.case("quantile", "quantile(a, [0.25, 0.5], axis = 1, keepdims = true)", wanted, limit(kind), a=x)
        writer.case("median", "median(a, keepdims = true)", np.median(wide(x), keepdims=True).astype(kind), limit(kind), a=x)
        even = data.any(dtype, 8)
        writer.case("median", "median(a)", Number(np.median(wide(even)).astype(kind)), limit(kind), a=even)
        for rowvar in (True, False):
            flag = str(rowvar).lower()
            for ddof in (0, 1):
                writer.case("cov", f"cov(a, rowvar = {flag}, ddof = {ddof})",
                            np.cov(wide(x), rowvar=rowvar, ddof=ddof).astype(kind), limit(kind), a=x)
            writer.case("corrcoef", f"corrcoef(a, rowvar = {flag})",
                        np.corrcoef(wide(x), rowvar=rowvar).astype(kind), limit(kind), a=x)
        places = np.sort(data.floats(kind, 5))
        for axis, code in ((-1, "a"), (0, "a'")):
            t = x if axis == -1 else x.T
            writer.case("trapezoid", f"trapezoid({code}, axis = {axis}, dx = 0.5)",
                        np.trapezoid(wide(t), dx=0.5, axis=axis).astype(kind), limit(kind), a=x)
            writer.case("trapezoid", f"trapezoid({code}, b, axis = {axis})",
                        np.trapezoid(wide(t), wide(places), axis=axis).astype(kind), limit(kind), a=x, b=places)
        p = data.any(dtype, 4)
        exact = wide if np.dtype(dtype).kind == "f" else np.asarray
        writer.case("polyval", "polyval(a, b)", np.polyval(exact(p), exact(x)).astype(dtype), limit(dtype), a=p, b=x)
        writer.case("polyval", "polyval(a, 2)", Number(np.polyval(exact(p), 2).astype(dtype)), limit(dtype), a=p)
        for one, two in ((5, 3), (3, 5), (1, 1), (17, 4)):
            u, w = data.any(dtype, one), data.any(dtype, two)
            for mode in ("full", "same", "valid"):
                wanted = np.convolve(exact(u), exact(w), mode).astype(dtype)
                writer.case("convolve", f"convolve(a, b, mode = \"{mode}\")", wanted, limit(dtype), a=u, b=w)
    for dtype in FLOATS:
        known, values, at = np.sort(data.floats(dtype, 7)), data.floats(dtype, 7), data.floats(dtype, (3, 5), -6, 6)
        wanted = np.interp(wide(at), wide(known), wide(values)).astype(dtype)
        writer.case("interp", "interp(a, b, c)", wanted, limit(dtype), a=at, b=known, c=values)
        wanted = np.interp(wide(at), wide(known), wide(values), left=-1, right=9).astype(dtype)
        writer.case("interp", "interp(a, b, c, left = -1, right = 9)", wanted, limit(dtype), a=at, b=known, c=values)
    at = np.array([np.nan, np.inf, -np.inf, 1.0])
    known, values = np.array([0.0, 1, 3]), np.array([2.0, 5, -1])
    writer.case("interp", "interp(a, b, c)", np.interp(at, known, values), a=at, b=known, c=values)
    bad = np.array([1, np.nan, 3])
    writer.case("median", "median(a)", Number(np.median(bad)), a=bad)
    writer.case("quantile", "quantile(a, 0.2)", Number(np.quantile(bad, 0.2)), a=bad)
    x = np.ones((2, 3))
    writer.errors("quantile", "quantile(a, 1.5)", "quantile(a, nan)", "quantile(a, 0.5, axis = 2)", "quantile(zeros(0), 0.5)", a=x)
    writer.errors("percentile", "percentile(a, 101)", "percentile(a, -1)", "percentile(a, 50, axis = 2)", a=x)
    writer.errors("median", "median(a, axis = 2)", "median(\"x\")", "median(a, axis = 1.5)", a=x)
    writer.errors("cov", "cov(zeros(2, 2, 2))", "cov(\"x\")", "cov(1)")
    writer.errors("corrcoef", "corrcoef(zeros(2, 2, 2))", "corrcoef(\"x\")")
    writer.errors("trapezoid", "trapezoid(a, [1.0, 2.0])", "trapezoid(a, axis = 2)", "trapezoid(1)", a=x)
    writer.errors("polyval", "polyval(a, 1)", "polyval([1.0], \"x\")", "polyval([1.0])", a=x)
    writer.errors("interp", "interp(1.0, [0, 1], [1])", "interp(1.0, [], [])", "interp(1.0, a, a)", "interp(1.0)", a=x)
    writer.errors("convolve", "convolve(a, a)", "convolve([1], [1], mode = \"x\")", "convolve([], [1])", a=x)


def transforms(writer, data):
    def single(dtype):
        return np.dtype(dtype) in (np.dtype(np.float32), np.dtype(np.complex64))

    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        function = getattr(np.fft, name)
        needs_real = name in ("rfft", "ihfft")
        for dtype in FLOATS if needs_real else [np.float32, np.float64, np.complex64, np.complex128]:
            for size in (1, 2, 3, 7, 8, 12, 17, 32):
                if size == 1 and name in ("irfft", "hfft"):
                    continue
                x = data.floats(dtype, size)
                result = function(wide(x))
                narrow = {"c": np.complex64, "f": np.float32}[result.dtype.kind]
                result = result.astype(narrow) if single(dtype) else result
                writer.case(name, f"{name}(a)", result, limit(result.dtype), a=x)
            x = data.floats(dtype, (3, 6))
            for n, axis, norm in ((None, 0, "ortho"), (4, 1, "forward"), (9, -1, "backward")):
                result = function(wide(x), n, axis, norm)
                narrow = {"c": np.complex64, "f": np.float32}[result.dtype.kind]
                result = result.astype(narrow) if single(dtype) else result
                count = "none" if n is None else n
                writer.case(name, f"{name}(a, {count}, axis = {axis}, norm = \"{norm}\")", result,
                            limit(result.dtype), a=x)
            result = function(wide(x.T[::-1]), axis=0)
            narrow = {"c": np.complex64, "f": np.float32}[result.dtype.kind]
            result = result.astype(narrow) if single(dtype) else result
            writer.case(name, f"{name}(a'[::-1], axis = 0)", result, limit(result.dtype), a=x)
        whole = data.ints(np.int64, 6)
        writer.case(name, f"{name}(a)", function(whole), "n1e-12", a=whole)
        writer.errors(name, f"{name}(a, 0)", f"{name}(a, -3)", f"{name}(a, axis = 2)", f"{name}(1)",
                      f"{name}(a, norm = \"x\")", f"{name}(a, {BIG})", f"{name}(\"x\")", a=np.ones((2, 3)))
    writer.errors("rfft", "rfft(a)", a=np.ones(3, complex))
    for name in ("fftn", "ifftn", "rfftn", "irfftn"):
        function = getattr(np.fft, name)
        for dtype in [np.float64] if name == "rfftn" else [np.float64, np.complex128]:
            x = data.floats(dtype, (3, 4, 5))
            writer.case(name, f"{name}(a)", function(x), "n1e-12", a=x)
            writer.case(name, f"{name}(a, axes = (0, 2), norm = \"ortho\")",
                        function(x, axes=(0, 2), norm="ortho"), "n1e-12", a=x)
            writer.case(name, f"{name}(a, s = (2, 6), axes = (1, 2))",
                        function(x, s=(2, 6), axes=(1, 2)), "n1e-12", a=x)
        writer.errors(name, f"{name}(a, s = (1, 2, 3))", f"{name}(a, axes = 2)", f"{name}(a, norm = \"x\")",
                      f"{name}(a, s = (0, 2))", f"{name}(\"x\")", f"{name}(a, s = ({BIG}, {BIG}))", a=np.ones((2, 3)))
    for n in (1, 2, 5, 8):
        for name in ("fftfreq", "rfftfreq"):
            function = getattr(np.fft, name)
            writer.case(name, f"{name}({n})", function(n))
            writer.case(name, f"{name}({n}, d = 0.1, dtype = f32)", function(n, 0.1).astype(np.float32))
    for name in ("fftfreq", "rfftfreq"):
        writer.errors(name, f"{name}(0)", f"{name}(-1)", f"{name}({BIG})", f"{name}(1.5)")
    for name in ("fftshift", "ifftshift"):
        function = getattr(np.fft, name)
        for dtype in (np.float64, np.int64, np.complex64):
            x = data.any(dtype, (3, 4))
            writer.case(name, f"{name}(a)", function(x), a=x)
            writer.case(name, f"{name}(a', axes = 1)", function(x.T, 1), a=x)
        writer.case(name, f"{name}(a)", np.zeros((0, 3)), a=np.zeros((0, 3)))
        writer.errors(name, f"{name}(a, axes = 2)", f"{name}(\"x\")", a=np.ones((2, 3)))


def write(writer):
    data = Data(8)
    standard(writer, data)
    products(writer, data)
    running(writer, data)
    statistics(writer, data)
    transforms(writer, data)
