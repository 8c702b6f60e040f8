"""Order, searching and counting, against NumPy and PyTorch."""
import numpy as np
import torch
from operations import Data, value

DTYPES = [np.float32, np.float64, np.int64, np.int32, np.int8, np.uint8, np.bool_]
BIG = 4611686018427387904


def turned(order, x, axis, descending):
    """NumPy's order; descending keeps the order of equal elements, and NaN comes last."""
    if not descending:
        return order
    moved = np.moveaxis(x, axis, -1)
    flat = moved.reshape(-1, moved.shape[-1])
    rows = [sorted(range(len(row)), key=lambda i: (row[i] != row[i], -float(row[i]))
                   if row[i] == row[i] else (True, 0.0)) for row in flat]
    return np.moveaxis(np.array(rows, np.int64).reshape(moved.shape), -1, axis)


def sorting(writer, data):
    for dtype in DTYPES:
        x = data.any(dtype, (3, 4, 5))
        for axis in (0, 1, -1):
            rising = np.argsort(x, axis=axis, kind="stable")
            falling = turned(rising, x, axis, True)
            for flag, order in (("false", rising), ("true", falling)):
                arguments = f"axis = {axis}, descending = {flag}"
                writer.case("sort", f"sort(a, {arguments})", np.take_along_axis(x, order, axis), a=x)
                writer.case("argsort", f"argsort(a, {arguments})", order, a=x)
        writer.case("sort", "sort(transpose(a)[::-1], axis = 0)", np.sort(x.T[::-1], 0), a=x)
        for size in (1, 7, 17, 33, 130):
            v = data.any(dtype, size, -9, 9)
            writer.case("sort", "sort(a)", np.sort(v), a=v)
            writer.case("argsort", "argsort(a)", np.argsort(v, kind="stable"), a=v)
            order = np.argsort(-v.astype(np.float64), kind="stable")
            k = min(size, 5)
            writer.case("top_k", f"top_k(a, {k})", (v[order][:k], order[:k]), a=v)
            order = np.argsort(v, kind="stable")
            writer.case("top_k", f"top_k(a, {k}, largest = false)", (v[order][:k], order[:k]), a=v)
        writer.case("sort", "sort(a)", np.zeros((2, 0), dtype), a=np.zeros((2, 0), dtype))
        writer.case("argsort", "argsort(a)", np.zeros((2, 0), np.int64), a=np.zeros((2, 0), dtype))
        order = np.argsort(-x.astype(np.float64), axis=1, kind="stable")[:, :2]
        writer.case("top_k", "top_k(a, 2, axis = 1)", (np.take_along_axis(x, order, 1), order), a=x)
        values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
        inverse = inverse.reshape(x.shape)
        writer.case("unique", "unique(a)", values, a=x)
        writer.case("unique", "unique(a', counts = true)", (values[:0], counts[:0]),
                    a=np.zeros((2, 0), dtype))
        writer.case("unique", "unique(a, counts = true, inverse = true)", (values, counts, inverse), a=x)
    edge = np.array([1, np.nan, np.inf, -np.inf, 0, np.nan, -1])
    for dtype in (np.float32, np.float64):
        e = edge.astype(dtype)
        rising = np.argsort(e, kind="stable")
        falling = turned(rising, e, 0, True)
        writer.case("sort", "sort(a)", e[rising], a=e)
        writer.case("sort", "sort(a, descending = true)", e[falling], a=e)
        writer.case("argsort", "argsort(a)", rising, a=e)
        writer.case("argsort", "argsort(a, descending = true)", falling, a=e)
    for name in ("sort", "argsort"):
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = -3)", f"{name}(\"x\" + 1)",
                      f"{name}(a, axis = {BIG})", a=np.ones((2, 3)))
        writer.errors(name, f"{name}((1, \"x\"))", f"{name}(a, axis = nan)", a=np.ones(3))
    z = np.array([1 + 2j, 1 - 1j, -3 + 0j, 0.5j, 1 + 2j, 2 - 2j])
    order = np.argsort(z, kind="stable")
    writer.case("sort", "sort(a)", z[order], a=z)
    writer.case("argsort", "argsort(a)", order, a=z)
    writer.case("unique", "unique(a)", np.unique(z), a=z)
    writer.errors("top_k", "top_k(a, 4)", "top_k(a, -1)", f"top_k(a, {BIG})", "top_k(a, 1, axis = 2)",
                  "top_k(1, 1)", a=np.ones((2, 3)))
    writer.errors("unique", "unique(a, counts = 2)", "unique()", a=np.ones(3))


def searching(writer, data):
    for dtype in (np.float32, np.float64, np.int64, np.uint8, np.bool_, np.complex128):
        x = data.any(dtype, (3, 4, 5))
        indices = np.array([[2, 0], [-1, 1]])
        writer.case("take", "take(a, b)", np.take(x, indices), a=x, b=indices)
        for axis in (0, 1, -1):
            writer.case("take", f"take(a, b, axis = {axis})", np.take(x, indices, axis), a=x, b=indices)
            writer.case("take", f"take(transpose(a)[::-1], b, axis = {axis})",
                        np.take(x.T[::-1], indices, axis), a=x, b=indices)
        none = np.zeros(0, np.int64)
        writer.case("take", "take(a, b, axis = 1)", np.take(x, none, 1), a=x, b=none)
        for axis in (0, 1, -1):
            lines = data.ints(np.int64, np.delete((3, 4, 5), axis), 0, 2)
            lines = np.expand_dims(lines, axis)
            writer.case("take_along_axis", f"take_along_axis(a, b, axis = {axis})",
                        np.take_along_axis(x, lines, axis), a=x, b=lines)
        m = data.any(dtype, (3, 5), -1, 1)
        for code, t in (("a", m), ("a'", m.T), ("a[:0]", m[:0])):
            writer.case("nonzero", f"nonzero({code})", np.nonzero(t), a=m)
            writer.case("argwhere", f"argwhere({code})", np.argwhere(t), a=m)
    for dtype in DTYPES:
        ordered = np.sort(data.any(dtype, 17, -6, 6))
        values = data.any(dtype, (3, 4), -6, 6)
        for side in ("left", "right"):
            found = np.searchsorted(ordered, values, side)
            writer.case("searchsorted", f"searchsorted(a, b, side = \"{side}\")", found, a=ordered, b=values)
        writer.case("searchsorted", "searchsorted(a, b')", np.searchsorted(ordered, values.T),
                    a=ordered, b=values)
        writer.case("searchsorted", "searchsorted(a, b)", np.zeros((3, 4), np.int64),
                    a=ordered[:0], b=values)
        x, among = data.any(dtype, (3, 5), -3, 3), data.any(dtype, 4, -3, 3)
        writer.case("isin", "isin(a, b)", np.isin(x, among), a=x, b=among)
        writer.case("isin", "isin(a', b[:0])", np.zeros((5, 3), bool), a=x, b=among)
    edge, ordered = np.array([np.nan, np.inf, -np.inf, 2]), np.array([-np.inf, 1, 2, np.inf, np.nan])
    writer.case("searchsorted", "searchsorted(a, b)", np.searchsorted(ordered, edge), a=ordered, b=edge)
    writer.case("isin", "isin(a, b)", np.isin(edge, ordered), a=edge, b=ordered)
    x = np.ones((2, 3))
    writer.errors("take", "take(a, 3, axis = 1)", "take(a, [6])", "take(a, [0.5])", "take(a, 0, axis = 2)",
                  f"take(a, {BIG})", "take(zeros(0), 0)", a=x)
    writer.errors("take_along_axis", "take_along_axis(a, [0], axis = 1)", "take_along_axis(a, [[3], [0]])",
                  "take_along_axis(a, [[0.5], [0.5]])", "take_along_axis(a, [[0], [0]], axis = 2)", a=x)
    writer.errors("searchsorted", "searchsorted(a, 1)", "searchsorted([1.0], 1, side = \"x\")",
                  "searchsorted([1.0], \"x\")", a=x)
    writer.errors("nonzero", "nonzero(\"x\")", "nonzero()", "nonzero(1)")
    writer.errors("argwhere", "argwhere(\"x\")", "argwhere()")
    writer.errors("isin", "isin(a)", "isin(a, \"x\")", a=x)


def counting(writer, data):
    x, weights = data.ints(np.int64, 33, 0, 9), data.floats(np.float64, 33)
    for length in (0, 4, 20):
        writer.case("bincount", f"bincount(a, length = {length})", np.bincount(x, minlength=length), a=x)
        writer.case("bincount", f"bincount(a, weights = b, length = {length})",
                    np.bincount(x, weights, length), "1e-12/1e-14", a=x, b=weights)
    writer.case("bincount", "bincount(a)", np.bincount(x.astype(np.uint8)), a=x.astype(np.uint8))
    writer.case("bincount", "bincount(a, length = 3)", np.zeros(3, np.int64), a=np.zeros(0, np.int64))
    writer.errors("bincount", "bincount([-1])", "bincount([0.5])", f"bincount([{BIG}])",
                  f"bincount([1], length = {BIG})", "bincount([1, 2], weights = [1.0])")
    for dtype in (np.float64, np.int64):
        v = data.any(dtype, 33)
        for bins in (1, 2, 10, 33):
            writer.case("histogram", f"histogram(a, bins = {bins})", np.histogram(v, bins), a=v)
            writer.case("histogram", f"histogram(a, {bins}, (-2, 3.5))",
                        np.histogram(v, bins, (-2, 3.5)), a=v)
        edges = np.array([-3.0, -1, 0, 0.5, 9])
        writer.case("histogram", "histogram(a, b)", np.histogram(v, edges), a=v, b=edges)
        same = np.full(5, 3, dtype)
        writer.case("histogram", "histogram(a, 4)", np.histogram(same, 4), a=same)
    writer.case("histogram", "histogram(a, 3)", np.histogram(np.zeros(0), 3), a=np.zeros(0))
    writer.errors("histogram", "histogram(a, 0)", "histogram(a, -1)", f"histogram(a, {BIG})",
                  "histogram(a, 2, (1, 0))", "histogram(a, [2.0, 1.0])", "histogram(a, 2.5)",
                  "histogram(a, 3, (0, inf))", a=np.ones(3))
    hot = data.ints(np.int64, (3, 4), 0, 5)
    for name, dtype in (("f64", np.float64), ("f32", np.float32), ("i64", np.int64), ("bool", bool)):
        wanted = torch.nn.functional.one_hot(torch.tensor(hot), 6).numpy().astype(dtype)
        writer.case("one_hot", f"one_hot(a, 6, dtype = {name})", wanted, a=hot)
        writer.case("one_hot", f"one_hot(a', 6, dtype = {name})", np.swapaxes(wanted, 0, 1), a=hot)
    writer.case("one_hot", "one_hot(a, 2)", np.zeros((0, 2)), a=np.zeros(0, np.int64))
    writer.errors("one_hot", "one_hot([3], 3)", "one_hot([0.5], 3)", "one_hot([0], -1)",
                  f"one_hot([0], {BIG})")
    for dtype in (np.float32, np.float64, np.int64, np.complex128):
        x = data.any(dtype, (3, 4, 5))
        limit = "2e-6/1e-6" if dtype == np.float32 else "1e-12/1e-14"
        for axis in (0, 1, -1):
            for n in (0, 1, 2, 3):
                if n == 3 and axis == 0:
                    continue
                writer.case("diff", f"diff(a, n = {n}, axis = {axis})", np.diff(x, n, axis), limit, a=x)
        writer.case("diff", "diff(transpose(a)[::-1], axis = 0)", np.diff(x.T[::-1], axis=0), limit, a=x)
        writer.case("diff", "diff(a)", np.zeros(0, dtype), a=x[0, 0, :1])
    writer.errors("diff", "diff(a, axis = 1)", "diff(a, n = -1)", "diff(1)", "diff(\"x\")", a=np.ones(3))


def write(writer):
    data = Data(6)
    sorting(writer, data)
    searching(writer, data)
    counting(writer, data)
