"""Special functions, against SciPy."""
import numpy as np
from operations import Data, in_double, weak, Number
from scipy import special

FLOATS = [np.float32, np.float64]
# name: (function, lowest, highest, tolerance of f64); those that cross 0 have an absolute one too
UNARY = {
    "erf": (special.erf, -4, 4, ""), "erfc": (special.erfc, -4, 9, ""),
    "erfinv": (special.erfinv, -0.999, 0.999, ""),
    "gamma": (special.gamma, -4.5, 12, ""),
    "lgamma": (special.gammaln, -4.5, 30, "1e-12/1e-14"),
    "digamma": (special.digamma, -4.5, 30, "1e-12/1e-14"),
    "ndtr": (special.ndtr, -9, 5, ""), "ndtri": (special.ndtri, 0.001, 0.999, "1e-12/1e-15"),
    "bessel_j0": (special.j0, -30, 30, "1e-12/1e-14"),
    "bessel_j1": (special.j1, -30, 30, "1e-12/1e-14"),
    "bessel_y0": (special.y0, 0.01, 30, "1e-12/1e-14"),
    "bessel_y1": (special.y1, 0.01, 30, "1e-12/1e-14"),
    "bessel_i0": (special.i0, -20, 20, ""), "bessel_i1": (special.i1, -20, 20, ""),
    "bessel_i0e": (special.i0e, -90, 90, ""), "bessel_i1e": (special.i1e, -90, 90, ""),
}
EDGES = ["nan", "inf", "-inf", "0.0", "1", "-1", "0.5", "-0.5", "2", "-2", "1e-10", "100", "-100.5"]


def write(writer):
    data = Data(2)
    for name, (function, low, high, tolerance) in UNARY.items():
        exact = in_double(function)
        for dtype in FLOATS:
            limit = "" if dtype == np.float32 else tolerance
            x, m = data.floats(dtype, 33, low, high), data.floats(dtype, (3, 5), low, high)
            writer.case(name, f"{name}(a)", exact(x), limit, a=x)
            for size in (1, 7, 17):
                writer.case(name, f"{name}(a[-{size}:])", exact(x[-size:]), limit, a=x)
            writer.case(name, f"{name}(a'[::-1, 1:])", exact(m.T[::-1, 1:]), limit, a=m)
            writer.case(name, f"{name}(a)", exact(m[0, 0].reshape(())), limit, a=m[0, 0].reshape(()))
            writer.case(name, f"{name}(a[0, 0])", Number(exact(weak(m[0, 0]))), tolerance, a=m)
            edge = np.array([float(t) for t in EDGES], dtype)
            if name.startswith("bessel"):
                # At inf SciPy says NaN where the limits are 0 and inf.
                edge = np.abs(edge[np.abs(edge) != np.inf])
            if name == "lgamma":
                edge = edge[edge != -np.inf]  # the C library and PyTorch say inf, SciPy -inf
            writer.case(name, f"{name}(a)", exact(edge), limit, a=edge)
            for shape in ((0,), (2, 0)):
                writer.case(name, f"{name}(a)", np.zeros(shape, dtype), a=np.zeros(shape, dtype))
        whole = data.ints(np.int64, 5, max(0, int(np.ceil(low))), max(1, int(high)))
        writer.case(name, f"{name}(a)", exact(whole), tolerance, a=whole)
        writer.errors(name, f"{name}(\"text\")", f"{name}()", f"{name}(a)", a=np.ones(2, complex))
    polygamma(writer, data)


def polygamma(writer, data):
    for dtype in FLOATS:
        x = data.floats(dtype, 17, 0.2, 20)
        exact = in_double(lambda v: special.polygamma(n, v))
        for n in (0, 1, 2, 3, 5):
            limit = "1e-6" if dtype == np.float32 else "1e-11/1e-14"
            writer.case("polygamma", f"polygamma({n}, a)", exact(x), limit, a=x)
    orders, x = np.arange(4), data.floats(np.float64, 4, 0.5, 9)
    writer.case("polygamma", "polygamma(b, a)", special.polygamma(orders, x), "1e-11", a=x, b=orders)
    writer.errors("polygamma", "polygamma(1)", "polygamma(\"x\", 1)", "polygamma(a, b)",
                  a=np.ones(2), b=np.ones(3))
