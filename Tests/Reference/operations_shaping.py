"""Other shapes and orders of the same elements, against NumPy."""
import numpy as np
from operations import Data

DTYPES = [np.float32, np.float64, np.int64, np.bool_, np.complex128, np.uint8]


def views(writer, data):
    for dtype in DTYPES:
        x, v, none = data.any(dtype, (3, 2, 5)), data.any(dtype, 17), np.zeros((2, 0, 3), dtype)
        point = v[0].reshape(())
        sources = [("a", x, dict(a=x)), ("transpose(a)[::-1]", x.T[::-1], dict(a=x)),
                   ("a", v, dict(a=v)), ("a", none, dict(a=none)), ("a", point, dict(a=point))]
        for code, t, inputs in sources:
            for name in ("flatten", "ravel"):
                writer.case(name, f"{name}({code})", t.ravel(), **inputs)
            writer.case("transpose", f"transpose({code})", t.T, **inputs)
            writer.case("flip", f"flip({code})", np.flip(t), **inputs)
            writer.case("reshape", f"reshape({code}, {t.size})", t.reshape(-1), **inputs)
            writer.case("squeeze", f"squeeze({code})", np.squeeze(t), **inputs)
            writer.case("expand_dims", f"expand_dims({code}, 0)", np.expand_dims(t, 0), **inputs)
            writer.case("expand_dims", f"expand_dims({code}, -1)", np.expand_dims(t, -1), **inputs)
        if dtype not in (np.float32, np.float64, np.int64):
            continue
        for shape in ((30,), (-1,), (5, 6), (2, -1), (1, 30, 1), (3, 2, 1, 5)):
            text = ", ".join(map(str, shape))
            writer.case("reshape", f"reshape(a, {text})", x.reshape(shape), a=x)
            writer.case("reshape", f"reshape(transpose(a), ({text},))", x.T.reshape(shape), a=x)
        for axes in ((0, 1, 2), (2, 0, 1), (1, 0, 2), (0, 2, 1), (-1, 0, 1)):
            writer.case("transpose", f"transpose(a, {axes})", np.transpose(x, axes), a=x)
        for one, two in ((0, 1), (0, 2), (-1, 1), (1, 1)):
            writer.case("swap_axes", f"swap_axes(a, {one}, {two})", np.swapaxes(x, one, two), a=x)
            writer.case("move_axis", f"move_axis(a, {one}, {two})", np.moveaxis(x, one, two), a=x)
        for axis in (0, 1, -1, (0, 2)):
            writer.case("flip", f"flip(a, axis = {axis})", np.flip(x, axis), a=x)
        thin = data.any(dtype, (1, 3, 1, 4))
        for axis in (0, 2, -2, (0, 2)):
            writer.case("squeeze", f"squeeze(a, axis = {axis})", np.squeeze(thin, axis), a=thin)
        for axis in (1, 2, 3, -2, -4):
            writer.case("expand_dims", f"expand_dims(a, {axis})", np.expand_dims(x, axis), a=x)
        for shift in (0, 1, -1, 2, 7, -13, 61):
            writer.case("roll", f"roll(a, {shift})", np.roll(x, shift), a=x)
            for axis in (0, -1):
                writer.case("roll", f"roll(transpose(a), {shift}, axis = {axis})",
                            np.roll(x.T, shift, axis), a=x)
        writer.case("roll", "roll(a, 3)", none, a=none)
        for offset in (0, 1, -1, 3, -9):
            writer.case("diagonal", f"diagonal(a, {offset})", np.diagonal(x, offset, 1, 2), a=x)
            writer.case("diagonal", f"diagonal(a[0]', offset = {offset})",
                        np.diagonal(x[0].T, offset), a=x)
        row = data.any(dtype, (4, 1))
        for shape in ((4, 1), (4, 5), (3, 4, 5), (2, 3, 4, 1)):
            text = ", ".join(map(str, shape))
            writer.case("broadcast_to", f"broadcast_to(a, {text})", np.broadcast_to(row, shape), a=row)
        writer.case("broadcast_to", "broadcast_to(a, 3, 0)", np.zeros((3, 0), dtype), a=row[:1, 0])
        writer.case("broadcast_to", "broadcast_to(a, (2, 3))", np.full((2, 3), point), a=point)
    x, big = np.ones((3, 4)), 4611686018427387904
    writer.errors("reshape", "reshape(a, 5)", "reshape(a, -1, -1)", "reshape(a, -2, 6)",
                  f"reshape(a, {big}, 4)", "reshape(a, 0, -1)", "reshape(a, 1.5)",
                  "reshape(a, (12, 1, 1, 1, 1, 1, 1, 1, 1))", a=x)
    writer.errors("flatten", "flatten(\"x\" + 1)", "flatten()", a=x)
    writer.errors("ravel", "ravel(\"x\")", "ravel()")
    writer.errors("transpose", "transpose(a, (0, 0))", "transpose(a, (0,))", "transpose(a, (0, 2))",
                  "transpose(a, (0, nan))", "transpose(\"x\")", a=x)
    for name in ("swap_axes", "move_axis"):
        writer.errors(name, f"{name}(a, 0, 2)", f"{name}(a, -3, 0)", f"{name}(a, 0)",
                      f"{name}(a, 0, {big})", a=x)
    writer.errors("flip", "flip(a, axis = 2)", "flip(a, axis = (0, 0))", "flip(\"x\")", a=x)
    writer.errors("squeeze", "squeeze(a, axis = 0)", "squeeze(a, axis = 5)", a=x)
    writer.errors("expand_dims", "expand_dims(a, 4)", "expand_dims(a, -4)", "expand_dims(a)",
                  "expand_dims(zeros(1, 1, 1, 1, 1, 1, 1, 1), 0)", a=x)
    writer.errors("roll", "roll(a, 1, axis = 2)", "roll(a, 1.5)", "roll(a)", a=x)
    writer.errors("diagonal", "diagonal(zeros(3))", "diagonal(a, 1.5)", "diagonal(1)", a=x)
    writer.errors("broadcast_to", "broadcast_to(a, 3)", "broadcast_to(a, 4, 3)",
                  "broadcast_to(a, 3, -1)", f"broadcast_to(a, {big}, 3, 4)", a=x)
    writer.case("diagonal", f"diagonal(a, {big})", np.zeros(0), a=x)


def joining(writer, data):
    for dtype in DTYPES[:4]:
        x, y = data.any(dtype, (3, 4)), data.any(dtype, (2, 4))
        wide = data.any(dtype, (3, 2))
        writer.case("concat", "concat((a, b))", np.concatenate([x, y]), a=x, b=y)
        writer.case("concat", "concat((a, b, a[:0]), axis = 0)", np.concatenate([x, y]), a=x, b=y)
        for axis in (1, -1):
            writer.case("concat", f"concat((a, b), axis = {axis})",
                        np.concatenate([x, wide], axis), a=x, b=wide)
        writer.case("concat", "concat((a', a[::-1, :3]))",
                    np.concatenate([x.T, x[::-1, :3]]), a=x)
        for axis in (0, 1, 2, -1, -3):
            writer.case("stack", f"stack((a, a[::-1], a), axis = {axis})",
                        np.stack([x, x[::-1], x], axis), a=x)
        writer.case("stack", "stack((a[0, 0], a[1, 1]))", np.stack(
            [x[0, 0], x[1, 1]]).astype(np.float64 if dtype == np.float32 else
                                       np.int64 if dtype == np.uint8 else dtype), a=x)
        long = data.any(dtype, (12, 5))
        for parts in (1, 2, 3, 12):
            writer.case("chunk", f"chunk(a, {parts})", tuple(np.split(long, parts)), a=long)
        writer.case("chunk", "chunk(a', 4, axis = 1)", tuple(np.split(long.T, 4, 1)), a=long)
        writer.case("cut", "cut(a, (2, 7))", tuple(np.split(long, [2, 7])), a=long)
        writer.case("cut", "cut(a, (1, 1, 4), axis = -1)", tuple(np.split(long, [1, 1, 4], -1)), a=long)
        for code, counts in (("2", 2), ("0", 0), ("1", 1)):
            for axis in (None, 0, 1):
                suffix = "" if axis is None else f", axis = {axis}"
                writer.case("repeat", f"repeat(a, {code}{suffix})", np.repeat(x, counts, axis), a=x)
        writer.case("repeat", "repeat(a, (1, 0, 3), axis = 0)", np.repeat(x, [1, 0, 3], 0), a=x)
        writer.case("repeat", "repeat(a', (1, 0, 3), axis = -1)", np.repeat(x.T, [1, 0, 3], -1), a=x)
        for code in ("2", "(2,)", "(2, 3)", "(2, 1, 2)", "(0, 2)", "(1, 1)"):
            writer.case("tile", f"tile(a, {code})", np.tile(x, eval(code)), a=x)
        writer.case("tile", "tile(a', 2)", np.tile(x.T, 2), a=x)
    f, i = data.floats(np.float32, 3), data.ints(np.int64, 2)
    writer.case("concat", "concat((a, b))", np.concatenate([f.astype(np.float64), i]), a=f, b=i)
    d = data.floats(np.float64, 3)
    writer.case("stack", "stack((a, b))", np.stack([f, d]), a=f, b=d)
    x, big = np.ones((3, 4)), 4611686018427387904
    writer.errors("concat", "concat((a, a[:, :2]))", "concat((a, 1))", "concat(())",
                  "concat((a, a), axis = 2)", "concat((a, \"x\"))", "concat((1, 2))", a=x)
    writer.errors("stack", "stack((a, a[:2]))", "stack(())", "stack((a, a), axis = 3)",
                  "stack((a, a), axis = -4)", "stack((a, \"x\"))", a=x)
    writer.errors("chunk", "chunk(a, 2)", "chunk(a, 0)", "chunk(a, -1)", f"chunk(a, {big})",
                  "chunk(a, 3, axis = 2)", "chunk(1, 1)", a=x)
    writer.errors("cut", "cut(a, 1, axis = 2)", "cut(a, \"x\")", a=x)
    writer.errors("repeat", "repeat(a, -1)", "repeat(a, (1, 2), axis = 0)", "repeat(a, 2, axis = 2)",
                  f"repeat(a, {big})", a=x)
    writer.errors("tile", "tile(a, -1)", f"tile(a, {big})", f"tile(a, ({big}, 2, 4))",
                  "tile(a, (1, 1, 1, 1, 1, 1, 1, 1, 1))", "tile(a, 1.5)", a=x)


def filling(writer, data):
    modes = ("constant", "edge", "reflect", "symmetric", "wrap")
    for dtype in (np.float32, np.float64, np.int64):
        v, x = data.any(dtype, 7), data.any(dtype, (3, 4))
        for mode in modes:
            writer.case("pad", f"pad(a, (2, 3), mode = \"{mode}\")", np.pad(v, (2, 3), mode), a=v)
            writer.case("pad", f"pad(a, 9, mode = \"{mode}\")", np.pad(v, 9, mode), a=v)
            writer.case("pad", f"pad(a', 1, mode = \"{mode}\")", np.pad(x.T, 1, mode), a=x)
            writer.case("pad", f"pad(a, ((1, 2), (0, 3)), mode = \"{mode}\")",
                        np.pad(x, ((1, 2), (0, 3)), mode), a=x)
        writer.case("pad", "pad(a, 0)", x, a=x)
        writer.case("pad", "pad(a, 1)", np.zeros((2, 2), dtype), a=np.zeros((0, 0), dtype))
        if np.dtype(dtype).kind != "b":
            writer.case("pad", "pad(a, (1, 2), value = 7)",
                        np.pad(x, (1, 2), constant_values=7), a=x)
        for offset in (0, 1, -1, 2, -5):
            matrix = np.diag(v, offset)
            writer.case("diag", f"diag(a, {offset})", matrix, a=v)
            writer.case("diag", f"diag(a', offset = {offset})", np.diag(x.T, offset), a=x)
            cube = data.any(dtype, (2, 3, 4))
            for name, function in {"tril": np.tril, "triu": np.triu}.items():
                writer.case(name, f"{name}(a, {offset})", function(x, offset), a=x)
                writer.case(name, f"{name}(a'[::-1], k = {offset})",
                            function(x.T[::-1], offset), a=x)
                writer.case(name, f"{name}(a, {offset})", function(cube, offset), a=cube)
        writer.case("diag", "diag(a)", np.zeros((0, 0), dtype), a=np.zeros(0, dtype))
        writer.case("tril", "tril(a)", np.zeros((0, 3), dtype), a=np.zeros((0, 3), dtype))
        writer.case("triu", "triu(a)", np.zeros((0, 3), dtype), a=np.zeros((0, 3), dtype))
    edge = np.array([[np.nan, np.inf], [np.nan, -np.inf]])
    writer.case("tril", "tril(a)", np.tril(edge), a=edge)
    writer.case("triu", "triu(a, 1)", np.triu(edge, 1), a=edge)
    x, big = np.ones((3, 4)), 4611686018427387904
    writer.errors("pad", "pad(a, -1)", "pad(a, 1, mode = \"x\")", "pad(a, (1, 2, 3))",
                  f"pad(a, {big})", "pad(a, 1.5)", "pad(zeros(0), 1, mode = \"edge\")", a=x)
    writer.errors("diag", "diag(1)", f"diag(zeros(3), {big})", "diag(a, 1.5)", "diag(\"x\")", a=x)
    for name in ("tril", "triu"):
        writer.errors(name, f"{name}(zeros(3))", f"{name}(1)", f"{name}(a, 1.5)", a=x)


def write(writer):
    data = Data(5)
    views(writer, data)
    joining(writer, data)
    filling(writer, data)
