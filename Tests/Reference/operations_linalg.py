"""Products, systems and decompositions, against NumPy and SciPy."""
import numpy as np
from operations import Data, Number, value, wide

FLOATS = [np.float32, np.float64]
COMPLEX = [np.complex64, np.complex128]


def limit(dtype, single="n2e-6", double="n1e-12"):
    kind = np.dtype(dtype)
    return "0" if kind.kind in "iub" else single if kind in (np.float32, np.complex64) else double


def rounded(result, dtype):
    return np.asarray(result).astype(dtype) if np.asarray(result).dtype.kind != "b" else result


def products(writer, data):
    shapes = [((3,), (3,)), ((3, 5), (5,)), ((3,), (3, 5)), ((3, 5), (5, 7)), ((2, 3, 5), (2, 5, 4)),
              ((2, 3, 5), (5, 4)), ((2, 1, 3, 5), (3, 5, 2)), ((1, 1), (1, 1)), ((17, 33), (33, 7)),
              ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,)), ((2, 3, 5), (5,))]
    for dtype in FLOATS + COMPLEX + [np.int64, np.int32]:
        for one, two in shapes:
            if 33 in one and dtype not in (np.float32, np.float64):
                continue
            x, y = data.any(dtype, one), data.any(dtype, two)
            exact = wide(x) @ wide(y) if np.dtype(dtype).kind in "fc" else x @ y
            writer.case("matmul", "matmul(a, b)", value(rounded(exact, dtype)), limit(dtype), a=x, b=y)
        x, y = data.any(dtype, (5, 3)), data.any(dtype, (7, 5))
        writer.case("matmul", "matmul(a', b')", rounded(wide(x.T) @ wide(y.T), dtype), limit(dtype), a=x, b=y)
        writer.case("matmul", "a'[::-1] @ b'[:, ::2]",
                    rounded(wide(x.T[::-1]) @ wide(y.T[:, ::2]), dtype), limit(dtype), a=x, b=y)
        u, v = data.any(dtype, 17), data.any(dtype, 17)
        writer.case("dot", "dot(a, b)", Number(rounded(np.dot(wide(u), wide(v)), dtype)), limit(dtype), a=u, b=v)
        writer.case("dot", "dot(a, b')", rounded(np.dot(wide(x), wide(x).T), dtype), limit(dtype), a=x, b=x)
        w = data.any(dtype, 4)
        writer.case("outer", "outer(a, b)", np.outer(u, w), a=u, b=w)
        writer.case("outer", "outer(a[::-2], b[:0])", np.outer(u[::-2], w[:0]), a=u, b=w)
        for one, two in (((3,), (4,)), ((2, 3), (3, 2)), ((2, 2), (3,)), ((1,), (0,))):
            p, q = data.any(dtype, one), data.any(dtype, two)
            writer.case("kron", "kron(a, b)", np.kron(p, q), a=p, b=q)
        m = data.any(dtype, (4, 6))
        for offset in (0, 1, -2, 9):
            total = np.trace(wide(m) if np.dtype(dtype).kind in "fc" else m.astype(np.int64), offset)
            kind = dtype if np.dtype(dtype).kind in "fc" else np.int64
            writer.case("trace", f"trace(a, {offset})", Number(rounded(total, kind)), limit(dtype), a=m)
            writer.case("trace", f"trace(a', {offset})", Number(rounded(
                np.trace(wide(m).T if np.dtype(dtype).kind in "fc" else m.T.astype(np.int64), offset), kind)),
                limit(dtype), a=m)
    edge = np.array([[np.nan, 1], [np.inf, 2]])
    writer.case("matmul", "matmul(a, b)", edge @ np.array([1.0, 0]), a=edge, b=np.array([1.0, 0]))
    writer.case("matmul", "matmul(a, b)", edge @ np.eye(2), a=edge, b=np.eye(2))
    mixed = np.ones((2, 2), np.float32)
    writer.case("matmul", "matmul(a, b)", mixed @ np.eye(2), a=mixed, b=np.eye(2))
    x = np.ones((2, 3))
    writer.errors("matmul", "matmul(a, a)", "matmul(a, 1)", "matmul(a, \"x\")", "matmul(zeros(3), a)",
                  "matmul(zeros(2, 2, 3), zeros(3, 3, 4))", a=x)
    writer.errors("dot", "dot(a, a)", "dot(a, \"x\")", "dot([1, 2], [1, 2, 3])", a=x)
    writer.errors("outer", "outer(\"x\", [1])", "outer(a)", a=x)
    writer.case("outer", "outer(a, a)", np.outer(x, x), a=x)
    writer.errors("kron", "kron(a)", "kron(a, \"x\")", a=x)
    writer.errors("trace", "trace(zeros(3))", "trace(1)", "trace(a, 1.5)", a=x)


def systems(writer, data):
    for dtype in FLOATS + COMPLEX:
        loose = limit(dtype, "n2e-4", "n1e-10")
        for size in (1, 3, 5):
            a = (data.floats(dtype, (size, size)) + dtype(8) * np.eye(size, dtype=dtype)).astype(dtype)
            b, columns = data.floats(dtype, size), data.floats(dtype, (size, 3))
            w = wide(a)
            writer.case("solve", "solve(a, b)", rounded(np.linalg.solve(w, wide(b)), dtype), loose, a=a, b=b)
            writer.case("solve", "solve(a', b)", rounded(np.linalg.solve(w.T, wide(columns)), dtype),
                        loose, a=a, b=columns)
            writer.case("inv", "inv(a)", rounded(np.linalg.inv(w), dtype), loose, a=a)
            writer.case("det", "det(a)", Number(rounded(np.linalg.det(w), dtype)), loose, a=a)
            sign, logarithm = np.linalg.slogdet(w)
            real = np.zeros(0, dtype).real.dtype
            writer.case("slogdet", "slogdet(a)", (Number(rounded(sign, dtype)), Number(rounded(logarithm, real))),
                        loose, a=a)
            writer.case("pinv", "pinv(a)", rounded(np.linalg.pinv(w), dtype), loose, a=a)
            tall = data.floats(dtype, (size + 3, size))
            writer.case("pinv", "pinv(a)", rounded(np.linalg.pinv(wide(tall)), dtype), loose, a=tall)
            writer.case("pinv", "pinv(a')", rounded(np.linalg.pinv(wide(tall.T)), dtype), loose, a=tall)
            rhs = data.floats(dtype, size + 3)
            found = np.linalg.lstsq(wide(tall), wide(rhs))[0]
            writer.case("lstsq", "lstsq(a, b)", rounded(found, dtype), loose, a=tall, b=rhs)
            hermitian = (tall.conj().T @ tall).astype(dtype)
            hermitian = ((hermitian + hermitian.conj().T) / 2).astype(dtype)
            values = np.linalg.eigvalsh(wide(hermitian)).astype(real)
            writer.case("eigvalsh", "eigvalsh(a)", values, loose, a=hermitian)
            writer.case("eigh", "eigh(a)[0]", values, loose, a=hermitian)
            writer.case("eigh", "(w, v) = eigh(a); (v * w) @ conj(v')", hermitian, loose, a=hermitian)
            writer.case("cholesky", "cholesky(a)", rounded(np.linalg.cholesky(wide(hermitian)), dtype),
                        loose, a=hermitian)
            singular = np.linalg.svd(wide(tall), compute_uv=False).astype(real)
            writer.case("svdvals", "svdvals(a)", singular, loose, a=tall)
            writer.case("svd", "svd(a)[1]", singular, loose, a=tall)
            writer.case("svd", "svd(a')[1]", singular, loose, a=tall)
            writer.case("svd", "(u, s, v) = svd(a); (u * s) @ v", tall, loose, a=tall)
            writer.case("svd", "shape(svd(a, full_matrices = true)[0]) + 0",
                        (Number(size + 3), Number(size + 3)), "0", a=tall)
            writer.case("qr", "(q, r) = qr(a); q @ r", tall, loose, a=tall)
            writer.case("qr", "abs(qr(a)[1])", rounded(np.abs(np.linalg.qr(wide(tall))[1]), real), loose, a=tall)
            writer.case("qr", "(q, r) = qr(a, mode = \"complete\"); q @ r", tall, loose, a=tall)
        batch = (data.floats(dtype, (2, 3, 3)) + dtype(8) * np.eye(3, dtype=dtype)).astype(dtype)
        writer.case("inv", "inv(a)", rounded(np.linalg.inv(wide(batch)), dtype), loose, a=batch)
        writer.case("det", "det(a)", rounded(np.linalg.det(wide(batch)), dtype), loose, a=batch)
        writer.case("det", "det(a)", Number(np.ones((), dtype)), a=np.zeros((0, 0), dtype))
        writer.case("inv", "inv(a)", np.zeros((0, 0), dtype), a=np.zeros((0, 0), dtype))
    ranks(writer, data)
    refusals(writer)


def ranks(writer, data):
    base = data.floats(np.float64, (5, 2))
    for m, rank in ((base @ base.T, 2), (np.zeros((3, 4)), 0), (np.eye(4), 4), (base, 2), (base.T, 2)):
        writer.case("matrix_rank", "matrix_rank(a)", Number(np.linalg.matrix_rank(m)), a=m)
    writer.case("matrix_rank", "matrix_rank(a, tolerance = 0.5)", Number(np.array(1)), a=np.diag([1.0, 0.1]))
    for dtype in FLOATS:
        x = data.floats(dtype, (3, 5))
        batch = data.floats(dtype, (2, 3, 4))
        for ord_text, order in (("", None), (", 1", 1), (", 2", 2), (", 3", 3), (", inf", np.inf),
                                (", -inf", -np.inf), (", 0", 0)):
            for axis in (0, 1, -1):
                result = np.linalg.norm(wide(x), order, axis)
                code = f"norm(a{ord_text}, axis = {axis})"
                writer.case("norm", code, rounded(result, dtype), limit(dtype), a=x)
            v = np.linalg.norm(wide(x[0]), order)
            writer.case("norm", f"norm(a[0]{ord_text})", Number(rounded(v, dtype)), limit(dtype), a=x)
            if order not in (3, 0):
                result = np.linalg.norm(wide(batch), order, (1, 2), keepdims=True)
                code = f"norm(a{ord_text}, axis = (1, 2), keepdims = true)"
                writer.case("norm", code, rounded(result, dtype), limit(dtype), a=batch)
        writer.case("norm", "norm(a)", Number(rounded(np.linalg.norm(wide(x)), dtype)), limit(dtype), a=x)
        writer.case("norm", "norm(a)", Number(np.zeros((), dtype)), a=np.zeros(0, dtype))
        for bad in ("nan", "inf"):
            e = np.array([1, float(bad)], dtype)
            writer.case("norm", "norm(a)", Number(np.linalg.norm(e).astype(dtype)), a=e)


def refusals(writer):
    x, singular = np.ones((2, 3)), np.ones((2, 2))
    for name in ("inv", "det", "slogdet", "eigh", "eigvalsh", "cholesky"):
        writer.errors(name, f"{name}(a)", f"{name}(zeros(3))", f"{name}(1)", f"{name}(\"x\")", a=x)
    writer.errors("inv", "inv(a)", a=singular)
    writer.errors("cholesky", "cholesky(a)", a=-np.eye(2))
    writer.errors("solve", "solve(a, [1.0, 2.0])", "solve(zeros(2, 2), [1.0, 2.0])",
                  "solve(eye(2), [1.0, 2.0, 3.0])", "solve(eye(2), \"x\")", a=x)
    writer.errors("lstsq", "lstsq(a, [1.0, 2.0, 3.0])", "lstsq(zeros(3), zeros(3))", "lstsq(a)", a=x)
    for name in ("pinv", "matrix_rank", "qr", "svd", "svdvals"):
        writer.errors(name, f"{name}(zeros(3))", f"{name}(1)", f"{name}(\"x\")", f"{name}()")
    for name in ("svd", "svdvals", "eigvalsh", "eigh", "pinv"):
        writer.errors(name, f"{name}([[nan, 1], [1, 2]])")
    writer.errors("norm", "norm(a, axis = 2)", "norm(a, axis = (0, 0))", "norm(a, \"x\")",
                  "norm(zeros(2, 2, 2), 1, axis = (0, 1, 2))", a=x)


def write(writer):
    data = Data(7)
    products(writer, data)
    systems(writer, data)
