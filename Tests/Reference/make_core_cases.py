"""Writes core_cases.txt: operations of TensorCore with answers by NumPy.

Run with a Python that has NumPy, from any folder. A line is `operation <tab> argument … <tab> => <tab> result …`.
A tensor is written `f64[2,3]:1,2,…` with its elements in row-major order, complex ones as two numbers.
"""

import pathlib

import numpy as np

NAMES = {
    "bool": "bool", "uint8": "u8", "int8": "i8", "int32": "i32", "int64": "i64",
    "float32": "f32", "float64": "f64", "complex64": "c64", "complex128": "c128",
}
random = np.random.default_rng(20)
lines = []


def number(value):
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return repr(float(value))


def token(value):
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and not isinstance(value, np.generic):
        return repr(value)
    array = np.asarray(value)
    flat = array.ravel()
    if array.dtype.kind == "c":
        parts = [part for element in flat for part in (element.real, element.imag)]
    else:
        parts = list(flat)
    sizes = ",".join(map(str, array.shape))
    return f"{NAMES[str(array.dtype)]}[{sizes}]:" + ",".join(map(number, parts))


def case(operation, arguments, results):
    if not isinstance(results, tuple):
        results = (results,)
    fields = [operation, *map(token, arguments), "=>", *map(token, results)]
    lines.append("\t".join(fields))


def integers(shape, dtype="i8", low=-9, high=10):
    return np.asarray(random.integers(low, high, size=shape)).astype(dtype)


def floats(shape, dtype="f8", specials=False):
    x = np.asarray(np.round(random.normal(size=shape) * 4, 2))
    if specials:
        x = np.where(random.random(shape) < 0.15, np.nan, x)
        x = np.where(random.random(shape) < 0.1, np.inf, x)
        x = np.where(random.random(shape) < 0.1, -np.inf, x)
    return np.asarray(x).astype(dtype)


def complexes(shape, dtype="c16"):
    return (floats(shape) + 1j * floats(shape)).astype(dtype)


def any_tensor(shape):
    kind = random.integers(0, 6)
    if kind == 0:
        return floats(shape)
    if kind == 1:
        return floats(shape, "f4")
    if kind == 2:
        return integers(shape)
    if kind == 3:
        return integers(shape, "u1", 0, 255)
    if kind == 4:
        return np.asarray(random.random(shape) < 0.5)
    return complexes(shape)


def shape(low=1, high=3, smallest=1, largest=4):
    return tuple(int(n) for n in random.integers(smallest, largest + 1, size=random.integers(low, high + 1)))


def products():
    shapes = [
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 1)), ((5, 1), (1, 6)),
        ((4, 2, 3), (3, 2)), ((4, 2, 3), (4, 3, 2)), ((2, 1, 2, 3), (4, 3, 2)), ((2, 3), (4, 3, 2)),
        ((4, 2, 3), (3,)), ((3,), (4, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((17, 33), (33, 9)),
        ((1, 1), (1, 1)), ((0, 2, 3), (3, 4)),
    ]
    for left, right in shapes:
        for make in (
            floats, lambda s: floats(s, "f4"), complexes, lambda s: complexes(s, "c8"), integers,
            lambda s: integers(s, "i4"), lambda s: integers(s, "i1", -3, 3),
        ):
            a, b = make(left), make(right)
            # Small sums of i8 fit; longer ones are left out.
            result = np.matmul(a.astype("i8"), b.astype("i8")) if a.dtype.kind == "i" else np.matmul(a, b)
            if a.dtype.kind == "i" and np.size(result) and np.abs(result).max() > np.iinfo(a.dtype).max:
                continue
            case("matmul", (a, b), np.asarray(result).astype(a.dtype))
    a, b = floats((2, 3)), integers((3, 2))
    case("matmul", (a, b), a @ b)
    a, b = floats((2, 3), "f4"), floats((3, 2))
    case("matmul", (a, b), a @ b)
    large = np.array([[2**62, 1], [-(2**40), 3]])
    case("matmul", (large, np.array([[1, 0], [-5, 1]])), large @ np.array([[1, 0], [-5, 1]]))
    for _ in range(12):
        a, b = any_tensor(shape(1, 1)), integers(shape(1, 1))
        if a.dtype.kind in "b":
            continue
        case("outer", (a, b), np.outer(a, b))
        a, b = floats(shape(1, 2)), floats(shape(1, 2))
        case("kron", (a, b), np.kron(a, b))
        m = floats(shape(2, 3))
        k = int(random.integers(-2, 3))
        case("trace", (m, k), np.trace(m, offset=k, axis1=-2, axis2=-1))


def spd(n, dtype="f8"):
    x = complexes((n, n)) if np.dtype(dtype).kind == "c" else floats((n, n))
    return (x @ x.conj().T + n * np.eye(n)).astype(dtype)


def decompositions():
    linalg = np.linalg
    for n in (1, 2, 3, 5, 8):
        for dtype in ("f8", "f4", "c16", "c8"):
            make = complexes if dtype[0] == "c" else floats
            a = (make((n, n)) + 6 * np.eye(n)).astype(dtype)
            b = make((n,)).astype(dtype)
            case("solve", (a, b), linalg.solve(a, b))
            b = make((n, 2)).astype(dtype)
            case("solve", (a, b), linalg.solve(a, b))
            case("inv", (a,), linalg.inv(a))
            case("det", (a,), linalg.det(a))
            case("slogdet", (a,), tuple(linalg.slogdet(a)))
            s = spd(n, dtype)
            case("cholesky", (s,), linalg.cholesky(s))
            case("eigvalsh", (s,), linalg.eigvalsh(s))
            case("eigh", (s,), linalg.eigvalsh(s))
            for m in (1, 4, 7):
                c = make((m, n)).astype(dtype)
                case("svdvals", (c,), linalg.svd(c, compute_uv=False))
                case("svd", (c,), linalg.svd(c, compute_uv=False))
                case("qr", (c,), np.abs(np.diagonal(linalg.qr(c, mode="r"))))
                if dtype in ("f8", "c16"):
                    case("pinv", (c,), linalg.pinv(c))
                    d = make((m,)).astype(dtype)
                    case("lstsq", (c, d), linalg.lstsq(c, d)[0])
    a, b = floats((2, 1, 3, 3)) + 5 * np.eye(3), floats((4, 3, 2))
    case("solve", (a, b), linalg.solve(a, b))
    case("det", (a,), linalg.det(a))
    case("inv", (a,), linalg.inv(a))
    stack = floats((2, 3, 4))
    case("svdvals", (stack,), linalg.svd(stack, compute_uv=False))
    whole = integers((3, 3))
    case("det", (whole,), linalg.det(whole))
    case("det", (np.zeros((0, 0)),), np.array(1.0))
    for rank in (0, 1, 2, 3):
        m = floats((4, rank)) @ floats((rank, 5))
        case("matrix_rank", (m,), np.asarray(linalg.matrix_rank(m)))
    for _ in range(4):
        v, m, t = floats(shape(1, 1)), floats(shape(2, 2)), floats(shape(3, 3))
        for order in (1.0, 2.0, np.inf, -np.inf, 0.0, 3.0):
            case("norm", (v, order, "none"), linalg.norm(v, order))
        for order in (1.0, -1.0, 2.0, -2.0, np.inf, -np.inf):
            case("norm", (m, order, "none"), linalg.norm(m, order))
            case("norm", (t, order, "0 2"), linalg.norm(t, order, axis=(0, 2)))
        case("norm", (t, "none", "none"), linalg.norm(t))
        case("norm", (t, "none", "1"), linalg.norm(t, axis=1))


def axis_of(x):
    return int(random.integers(-x.ndim, x.ndim))


def ordering():
    for _ in range(8):
        for dtype in ("f8", "f4", "i8", "i4", "u1", "i1", "?", "c16"):
            size = shape(1, 3, 1, 5) if random.random() < 0.8 else (int(random.integers(40, 130)),)
            if dtype[0] == "f":
                x = floats(size, dtype, specials=random.random() < 0.5)
                if random.random() < 0.5:
                    x = np.round(x)
            elif dtype == "c16":
                x = np.round(complexes(size))
            else:
                x = integers(size, "i8", -3 if dtype[0] == "i" else 0, 4).astype(dtype)
            axis = axis_of(x)
            case("sort", (x, axis, 0), np.sort(x, axis=axis, kind="stable"))
            case("argsort", (x, axis, 0), np.argsort(x, axis=axis, kind="stable"))
            if dtype in ("f8", "i8", "u1"):
                order = np.argsort(-x.astype("f8"), axis=axis, kind="stable")
                case("argsort", (x, axis, 1), order)
                case("sort", (x, axis, 1), np.take_along_axis(x, order, axis))
                k = int(random.integers(0, x.shape[axis] + 1))
                first = np.take(order, np.arange(k), axis=axis)
                case("top_k", (x, k, axis), (np.take_along_axis(x, first, axis), first))
            values, index, inverse, counts = np.unique(
                x, return_index=True, return_inverse=True, return_counts=True)
            case("unique", (x,), (values, index, inverse.reshape(x.shape), counts))
            flat = np.sort(x.ravel())
            if dtype != "c16":
                v = x.ravel()[::-1][:7]
                case("searchsorted", (flat, v, 0), np.searchsorted(flat, v, side="left"))
                case("searchsorted", (flat, v, 1), np.searchsorted(flat, v, side="right"))
                case("isin", (x, x.ravel()[:2]), np.isin(x, x.ravel()[:2]))
            case("argwhere", (x,), np.argwhere(x))
            case("flip", (x, str(axis)), np.flip(x, axis))


def shaping():
    for _ in range(8):
        x = any_tensor(shape())
        axis = axis_of(x)
        shift = int(random.integers(-7, 8))
        case("roll", (x, shift, str(axis)), np.roll(x, shift, axis))
        case("roll", (x, shift, "none"), np.roll(x, shift))
        to = axis_of(x)
        case("move_axis", (x, axis, to), np.moveaxis(x, axis, to))
        parts = [x, x[:0] if axis % x.ndim == 0 else x, np.flip(x)]
        if x.ndim > 1 or axis == 0:
            case("concat", (axis, *parts), np.concatenate(parts, axis=axis))
        case("stack", (axis, x, np.flip(x)), np.stack([x, np.flip(x)], axis=axis))
        case("repeat", (x, "2", str(axis)), np.repeat(x, 2, axis))
        case("repeat", (x, "3", "none"), np.repeat(x, 3))
        counts = random.integers(0, 4, size=x.shape[axis])
        case("repeat", (x, " ".join(map(str, counts)), str(axis)), np.repeat(x, counts, axis))
        times = [int(n) for n in random.integers(0, 3, size=random.integers(1, 4))]
        case("tile", (x, " ".join(map(str, times))), np.tile(x, times))
        indices = random.integers(-x.shape[axis], x.shape[axis], size=shape(0, 2))
        case("take", (x, np.asarray(indices), str(axis)), np.take(x, indices, axis))
        order = np.argsort(random.random(x.shape), axis=axis)
        case("take_along_axis", (x, order, axis), np.take_along_axis(x, order, axis))
        widths = random.integers(0, 4, size=(x.ndim, 2))
        flat = " ".join(map(str, widths.ravel()))
        case("pad", (x, flat, "constant"), np.pad(x, widths))
        for mode in ("edge", "reflect", "symmetric", "wrap"):
            case("pad", (x, flat, mode), np.pad(x, widths, mode=mode))
        if x.ndim >= 2:
            k = int(random.integers(-4, 5))
            case("diagonal", (x, k), np.diagonal(x, k, -2, -1))
            case("tril", (x, k), np.tril(x, k))
            case("triu", (x, k), np.triu(x, k))
        v = floats((3,))
        k = int(random.integers(-2, 3))
        case("diag", (v, k), np.diag(v, k))
        if x.dtype.kind in "if" and x.dtype != np.uint8:
            n = int(random.integers(0, 3))
            case("diff", (x, n, axis), np.diff(x, n, axis))
        y = integers(shape(1, 1, 1, 9), "i8", 0, 6)
        case("bincount", (y, 3), np.bincount(y, minlength=3))
        z = floats((25,), specials=True)
        edges = np.sort(floats((5,)))
        case("histogram_edges", (z, edges), np.histogram(z[~np.isnan(z)], edges)[0])
        z = integers((30,)).astype("f8")
        counts, limits = np.histogram(z, 4)
        case("histogram", (z, 4), (counts, limits))
        h = integers(shape(1, 2), "i8", 0, 4)
        case("one_hot", (h, 4), np.eye(4)[h])


def streams():
    for key in (0, 1, 42, 2**64 - 1):
        words = np.random.Philox(key=key).random_raw(40)
        lines.append("\t".join(["philox", str(key), "=>", ",".join(map(str, words))]))


if __name__ == "__main__":
    products()
    decompositions()
    ordering()
    shaping()
    streams()
    target = pathlib.Path(__file__).with_name("core_cases.txt")
    target.write_text("# Written by make_core_cases.py with NumPy " + np.__version__ + "; do not edit.\n" + "\n".join(lines) + "\n")
    print(len(lines), "cases")
