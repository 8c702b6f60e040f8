"""Products of rows with the matrix of their group, against NumPy one group at a time; in f32 its values in f64, rounded once."""
import numpy as np
from operations import Data, Half

FLOATS = [np.float32, np.float64]
BIG = 4611686018427387904
# Rows of each group: odd lengths, groups without rows, one group alone, more rows than a block has.
COUNTS = [(2, 3), (0, 1, 0, 16, 7), (5,), (33, 0, 17), (1, 1, 1, 1), (0, 0), (200, 70), (260,)]
SIZES = [(4, 3), (7, 16), (1, 5), (16, 1), (9, 20), (6, 33)]


def limit(dtype):
    return "n2e-6" if dtype == np.float32 else "n1e-12"


def grouped(x, w, counts):
    x, w = np.asarray(x, np.float64), np.asarray(w, np.float64)
    ends = np.cumsum(counts)
    parts = [x[end - count:end] @ w[group] for group, (end, count) in enumerate(zip(ends, counts))]
    return np.concatenate(parts) if parts else np.zeros((0, w.shape[2]))


def narrow(array):
    """Rounded to bf16, as f32."""
    bits = np.asarray(array, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)


def products(writer, data):
    name = "grouped_matmul"
    for number, counts in enumerate(COUNTS):
        wide, tall = SIZES[number % len(SIZES)], SIZES[(number + 3) % len(SIZES)]
        for dtype, (k, n) in zip(FLOATS, (wide, tall)):
            if sum(counts) > 100:
                k, n = min(k, 2), min(n, 3)
            x, w = data.floats(dtype, (sum(counts), k)), data.floats(dtype, (len(counts), k, n))
            c = np.array(counts)
            writer.case(name, f"{name}(a, b, c)", grouped(x, w, counts).astype(dtype), limit(dtype), a=x, b=w, c=c)
    for dtype in FLOATS:
        x, w, c = data.floats(dtype, (5, 7)), data.floats(dtype, (7, 3, 2)), np.array([2, 3])
        turned = np.transpose(w, (2, 0, 1))
        near = limit(dtype)
        writer.case(name, f"{name}(a[::-1], permute_dims(b, (2, 0, 1)), c)", grouped(x[::-1], turned, c).astype(dtype),
                    near, a=x, b=w, c=c)
        writer.case(name, f"{name}(a, permute_dims(b, (2, 0, 1)), (2, 3))", grouped(x, turned, c).astype(dtype), near, a=x, b=w)
        writer.case(name, f"{name}(a, permute_dims(b, (2, 0, 1)), i32(c))", grouped(x, turned, c).astype(dtype), near,
                    a=x, b=w, c=c)
        none = np.zeros((0, 3), dtype)
        writer.case(name, f"{name}(a, zeros(2, 3, 4, dtype = {'f32' if dtype == np.float32 else 'f64'}), (0, 0))",
                    np.zeros((0, 4), dtype), a=none)
        odd = np.array([[np.nan, 1], [np.inf, 0], [1, 2]], dtype)
        ones = np.ones((2, 2, 3), dtype)
        writer.case(name, f"{name}(a, b, (2, 1))", grouped(odd, ones, (2, 1)).astype(dtype), a=odd, b=ones)
    whole = data.ints(np.int64, (3, 2)), data.ints(np.int64, (2, 2, 2))
    writer.case(name, f"{name}(a, b, (1, 2))", grouped(*whole, (1, 2)), a=whole[0], b=whole[1])


def mixed(writer, data):
    name, counts = "grouped_matmul", (3, 0, 18)
    x, w = narrow(data.floats(np.float32, (21, 5))), narrow(data.floats(np.float32, (3, 5, 19)))
    wanted = grouped(x, w, counts)
    writer.case(name, f"{name}(a, b, (3, 0, 18))", wanted.astype(np.float32), "n2e-6", a=x, b=Half(w))
    writer.case(name, f"{name}(a, b, (3, 0, 18))", wanted.astype(np.float32), "n2e-6", a=Half(x), b=w)
    writer.case(name, f"{name}(a, b, (3, 0, 18))", wanted, "n1e-12", a=x.astype(np.float64), b=Half(w))
    exact = np.round(data.floats(np.float32, (21, 4), -3, 3)), np.round(data.floats(np.float32, (3, 4, 5), -3, 3))
    writer.case(name, f"{name}(a, b, (3, 0, 18))", Half(grouped(*exact, counts).astype(np.float32)), "0",
                a=Half(exact[0]), b=Half(exact[1]))


def refused(writer):
    name, x, w = "grouped_matmul", np.ones((5, 2)), np.ones((2, 2, 3))
    writer.errors(name, f"{name}(a, b, (2, 2))", f"{name}(a, b, (3, 3))", f"{name}(a, b, (6, -1))", f"{name}(a, b, (5,))",
                  f"{name}(a, b, (5, 0, 0))", f"{name}(a, b, (2.0, 3.0))", f"{name}(a, b, 5)", f"{name}(a, b, ((2, 3), (0, 0)))",
                  f"{name}(a, b, ({BIG}, {BIG}))", f"{name}(a, b, ({BIG}, {BIG}, {BIG}))", f"{name}(a', b, (1, 1))",
                  f"{name}(a, b[0], (2, 3))", f"{name}(a[0], b, (1, 1))", f"{name}(a, 1, (2, 3))", f"{name}(1, b, (2, 3))",
                  f"{name}(a + 1i, b, (2, 3))", f"{name}(\"x\", b, (2, 3))", f"{name}(a, b)", a=x, b=w)


def write(writer):
    data = Data(17)
    products(writer, data)
    mixed(writer, data)
    refused(writer)
