"""Tensors made from numbers, against NumPy."""
import numpy as np
from operations import Data

DTYPES = {"f32": np.float32, "f64": np.float64, "i64": np.int64, "i32": np.int32, "u8": np.uint8,
          "bool": np.bool_, "c128": np.complex128, "c64": np.complex64, "i8": np.int8}


def filled(writer, data):
    case = writer.case
    for text, shape in {"3": (3,), "2, 3": (2, 3), "0": (0,), "(2, 0, 3)": (2, 0, 3), "()": (),
                        "1, 1, 1, 1, 1, 1, 1, 2": (1,) * 7 + (2,)}.items():
        case("zeros", f"zeros({text})", np.zeros(shape))
        case("ones", f"ones({text})", np.ones(shape))
        inner = text if text.startswith("(") else f"({text},)"
        case("full", f"full({inner}, 2.5)", np.full(shape, 2.5))
        case("full", f"full({inner}, 7)", np.full(shape, 7))
        case("full", f"full({inner}, true)", np.full(shape, True))
        for name, dtype in DTYPES.items():
            case("zeros", f"zeros({text}, dtype = {name})", np.zeros(shape, dtype))
            case("ones", f"ones({text}, dtype = {name})", np.ones(shape, dtype))
            case("full", f"full({inner}, 1, dtype = {name})", np.full(shape, 1, dtype))
            x = np.zeros(shape, dtype)
            case("zeros_like", "zeros_like(a)", np.zeros(shape, dtype), a=x)
            case("ones_like", "ones_like(a)", np.ones(shape, dtype), a=x)
            case("full_like", "full_like(a, 1)", np.ones(shape, dtype), a=x)
            case("tensor", f"tensor(a, dtype = {name})", x, a=x)
    m = data.floats(np.float32, (3, 5))
    case("full_like", "full_like(a', nan)", np.full((5, 3), np.nan, np.float32), a=m)
    case("full_like", "full_like(a, 3, dtype = i64)", np.full((3, 5), 3), a=m)
    case("zeros_like", "zeros_like(a', dtype = f64)", np.zeros((5, 3)), a=m)
    case("ones_like", "ones_like(a[::2], dtype = bool)", np.ones((2, 5), bool), a=m)
    case("tensor", "tensor((a[0], a[1]))", m[:2], a=m)
    case("tensor", "tensor((1, 2.5, true))", np.array([1, 2.5, 1]))
    case("tensor", "tensor(3)", np.array(3))
    for bad in ("-1", "2, -1", "4611686018427387904", "4611686018427387904, 4", "1.5", "\"a\"",
                "1, 1, 1, 1, 1, 1, 1, 1, 1", "9223372036854775807, 9223372036854775807"):
        writer.errors("zeros", f"zeros({bad})")
        writer.errors("ones", f"ones({bad}, dtype = u8)")
        writer.errors("full", f"full(({bad},), 1)")
    writer.errors("zeros_like", "zeros_like(\"a\")", "zeros_like((1, \"a\"))", "zeros_like()")
    writer.errors("ones_like", "ones_like(\"a\")", "ones_like(a, dtype = 3)", a=m)
    writer.errors("full_like", "full_like(a)", "full_like(a, \"x\")", "full_like(a, zeros(7))",
                  "full_like(u8(1), 300)", "full_like(i64(1), 2.5, dtype = \"x\")", a=m)
    writer.errors("tensor", "tensor((zeros(2), zeros(3)))", "tensor(\"a\")", "tensor(1, dtype = 7)")


def grids(writer, data):
    case = writer.case
    for n, m, k in ((0, 0, 0), (1, 1, 0), (3, 3, 0), (3, 5, 1), (5, 3, -2), (3, 4, 9), (3, 4, -9),
                    (0, 4, 0), (7, 7, 2), (17, 33, -3)):
        for name in ("f64", "f32", "i64", "bool"):
            dtype = DTYPES[name]
            if n < 8 or name == "i64":
                case("eye", f"eye({n}, {m}, {k}, dtype = {name})", np.eye(n, m, k, dtype))
                case("tri", f"tri({n}, {m}, {k}, dtype = {name})", np.tri(n, m, k, dtype))
    case("eye", "eye(3)", np.eye(3))
    case("tri", "tri(3)", np.tri(3))
    big = "4611686018427387904"
    for name in ("eye", "tri"):
        writer.errors(name, f"{name}(-1)", f"{name}(2, -1)", f"{name}({big})", f"{name}(1.5)",
                      f"{name}({big}, 4)")
    case("eye", f"eye(2, 2, {big})", np.zeros((2, 2)))
    case("tri", f"tri(2, 2, {big})", np.ones((2, 2)))
    case("eye", f"eye(2, 2, -{big})", np.zeros((2, 2)))
    for count in (1, 2, 3):
        parts = [data.floats(np.float64, size) for size in (3, 4, 2)[:count]]
        names = dict(zip("abc", parts))
        inner = "".join(f"{name}, " for name in names)
        for indexing in ("xy", "ij"):
            case("meshgrid", f"meshgrid(({inner}), indexing = \"{indexing}\")",
                 tuple(np.meshgrid(*parts, indexing=indexing)), **names)
    a, b = np.zeros(0), np.arange(3)
    case("meshgrid", "meshgrid((a, a))", tuple(np.meshgrid(a, a)), a=a)
    case("meshgrid", "meshgrid((b, b[::-1]))", tuple(np.meshgrid(b, b[::-1])), b=b)
    writer.errors("meshgrid", "meshgrid((b, b), indexing = \"x\")", "meshgrid((zeros(2, 2), b))",
                  "meshgrid(\"x\")", b=b)


def sequences(writer):
    case = writer.case
    for arguments in ((5,), (0,), (-3,), (2, 9), (2, 10, 3), (10, 2, -3), (0, 1, 0.1), (1.5,),
                      (1, 2, 0.3), (5, 1), (0, -1, -0.25), (33,), (3, 3), (0, 1e-3, 1e-4)):
        text = ", ".join(map(str, arguments))
        case("arange", f"arange({text})", np.arange(*arguments), "1e-12/1e-16")
        case("arange", f"arange({text}, dtype = f32)", np.arange(*arguments).astype(np.float32),
             "1e-6/1e-16")
    case("arange", "arange(5, dtype = u8)", np.arange(5, dtype=np.uint8))
    case("arange", "arange(9223372036854775800, 9223372036854775807, 3)",
         np.arange(9223372036854775800, 9223372036854775807, 3))
    writer.errors("arange", "arange(0, 5, 0)", "arange(nan)", "arange(0, inf)", "arange(0, 1, nan)",
                  "arange(1i)", "arange(\"a\")", "arange(0, 4611686018427387904)",
                  "arange(0, 1, 1e-300)", "arange(zeros(3))", "arange()",
                  "arange(300, dtype = u8)")
    for start, stop, count in ((0, 1, 5), (0, 1, 1), (0, 1, 0), (-2.5, 7, 33), (3, -3, 7), (1, 1, 3),
                               (0, 1e-300, 3), (-1e300, 1e300, 5)):
        for end in (True, False):
            flag = "true" if end else "false"
            case("linspace", f"linspace({start}, {stop}, {count}, endpoint = {flag})",
                 np.linspace(start, stop, count, endpoint=end), "1e-12/1e-15")
            if abs(stop) < 100 and stop != 1e-300:
                case("logspace", f"logspace({start}, {stop}, {count}, endpoint = {flag})",
                     np.logspace(start, stop, count, endpoint=end))
                case("logspace", f"logspace({start}, {stop}, {count}, {flag}, base = 2)",
                     np.logspace(start, stop, count, endpoint=end, base=2))
    case("linspace", "linspace(0, 1)", np.linspace(0, 1), "1e-12/1e-15")
    case("linspace", "linspace(0, 3, 7, dtype = f32)", np.linspace(0, 3, 7).astype(np.float32))
    case("linspace", "linspace(0, 8, 5, dtype = i64)", np.linspace(0, 8, 5).astype(int))
    case("logspace", "logspace(0, 2, 5, dtype = f32)", np.logspace(0, 2, 5).astype(np.float32))
    for name in ("linspace", "logspace"):
        writer.errors(name, f"{name}(0, 1, -1)", f"{name}(0, 1, 4611686018427387904)",
                      f"{name}(0, 1, 2.5)", f"{name}(0)", f"{name}(1i, 2)", f"{name}(\"a\", 1)")


def write(writer):
    data = Data(3)
    filled(writer, data)
    grids(writer, data)
    sequences(writer)
