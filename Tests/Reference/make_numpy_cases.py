#!/usr/bin/env python3
"""Writes numpy_cases.txt: expressions of the language and what NumPy says they are.

    python3 make_numpy_cases.py [NUMBER-OF-CASES-PER-FAMILY-FACTOR]

The test `NumPyAgreementTests` evaluates every line in a session and compares type, shape and values. A line is

    : name = expression                     set-up, evaluated first
    expression => f64[2, 3] 1.0 2.0 ...     a tensor: dtype, shape, elements in row-major order
    expression => Float 2.5                 a plain number (also Int, Bool, Complex; Float32 when computed in f32)
    expression => error E0303               an error with this code

Bools are written 0 and 1, complex numbers re:im. Where the language differs from NumPy on purpose (overflow is an
error, integer sums are i64, u8 with i8 gives i32), the case is left out or the difference is written here
next to the family.
"""
import itertools
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")
random = np.random.default_rng(20240229)
FACTOR = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0

NAMES = {
    np.dtype(np.bool_): "bool", np.dtype(np.uint8): "u8", np.dtype(np.int8): "i8", np.dtype(np.int32): "i32",
    np.dtype(np.int64): "i64", np.dtype(np.float32): "f32", np.dtype(np.float64): "f64",
    np.dtype(np.complex64): "c64", np.dtype(np.complex128): "c128",
}
TYPES = {name: dtype for dtype, name in NAMES.items()}
lines = []
seen = set()


# Writing ------------------------------------------------------------------------------------------------------------

def number(value):
    """An element as the file has it."""
    if isinstance(value, (np.bool_, bool)):
        return "1" if value else "0"
    if isinstance(value, np.complexfloating):
        return f"{number(value.real)}:{number(value.imag)}"
    if isinstance(value, np.floating):
        text = np.format_float_positional(value, trim="-") if 1e-5 <= abs(value) < 1e7 or value == 0 else repr(
            value.item() if value.dtype == np.float64 else float(str(value)))
        return text.replace(".0e", "e")
    return str(value)


def described(array):
    elements = "".join(" " + number(v) for v in array.ravel())
    return f"{NAMES[array.dtype]}[{', '.join(map(str, array.shape))}]{elements}"


def scalar(value):
    array = np.asarray(value)
    if array.dtype == np.float32:
        return f"Float32 {number(np.float64(array[()]))}"
    kind = {"b": "Bool", "i": "Int", "u": "Int", "f": "Float", "c": "Complex"}[array.dtype.kind]
    return f"{kind} {number(array[()])}"


def result(value):
    """Expected text: rank 0 is a plain number."""
    array = np.asarray(value)
    return scalar(array) if array.ndim == 0 else described(array)


def add(expression, value):
    line = f"{expression} => {value}"
    if expression not in seen and len(line) < 600:
        seen.add(expression)
        lines.append(line)


def literal(array):
    """The array as an expression."""
    array = np.asarray(array)
    name = NAMES[array.dtype]
    if array.size == 0:
        return f"zeros({', '.join(map(str, array.shape))}, dtype = {name})"

    def nested(part):
        if part.ndim:
            return "[" + ", ".join(nested(row) for row in part) + "]"
        value = part[()]
        if name == "bool":
            return "true" if value else "false"
        if part.dtype.kind in "iu":
            return str(value)
        if part.dtype.kind == "c":
            return f"({float(value.real)} + {float(value.imag)}i)"
        return repr(float(value))

    text = nested(array)
    return text if name in ("bool", "i64", "f64", "c128") else f"{name}({text})"


# Data: small whole numbers and quarters, so that sums and products are exact in every dtype -------------------------

def sample(name, shape, low=-9, high=9):
    kind = TYPES[name].kind
    if kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if name == "u8":
        return random.integers(max(low, 0), high + 1, shape).astype(np.uint8)
    if kind == "i":
        return random.integers(low, high + 1, shape).astype(TYPES[name])
    if kind == "c":
        return ((random.integers(low, high, shape)) + 1j * random.integers(low, high, shape)).astype(TYPES[name])
    return (random.integers(4 * low, 4 * high, shape) / 4).astype(TYPES[name])


tensors = {}


def define(name, array):
    tensors[name] = array
    lines.append(f": {name} = {literal(array)}")


define("a1", sample("i64", (6,)))
define("a2", sample("f64", (3, 4)))
define("a3", sample("i64", (2, 3, 4)))
define("a4", sample("f32", (2, 1, 3, 2)))
define("b1", sample("f64", (1,)))
define("b2", sample("bool", (3, 4)))
define("e2", np.zeros((0, 3)))
define("u2", sample("u8", (4, 5)))
define("s3", sample("i32", (3, 3, 3)))
INDEXED = ["a1", "a2", "a3", "a4", "b1", "b2", "e2", "u2", "s3"]


# Indexing -----------------------------------------------------------------------------------------------------------

def random_slice(size):
    def bound():
        return None if random.random() < 0.35 else int(random.integers(-size - 2, size + 3))

    step = None if random.random() < 0.5 else int(random.choice([-3, -2, -1, 1, 2, 3]))
    start, stop = bound(), bound()
    text = f"{'' if start is None else start}:{'' if stop is None else stop}"
    return text + ("" if step is None else f":{step}"), slice(start, stop, step)


def random_index(shape, advanced, overshoot=0.03):
    """Items of an index for a shape: texts and values; may be out of range."""
    texts, values = [], []
    axes = list(range(len(shape)))
    dots = random.random() < 0.25
    used = axes if random.random() < 0.4 else axes[: int(random.integers(0, len(axes) + 1))]
    dots_at = int(random.integers(0, len(used) + 1)) if dots else -1
    # An ellipsis in the middle: the items after it belong to the last axes.
    if dots:
        used = axes[:dots_at] + axes[len(axes) - (len(used) - dots_at):]
    lead = int(random.integers(1, 4)) if advanced else 0
    common = tuple(int(n) for n in random.integers(1, 3, int(random.integers(0, 3)))) if advanced else ()
    chosen = set(random.choice(len(used), size=min(lead, len(used)), replace=False).tolist()) if used and lead else set()
    for position, axis in enumerate(used):
        if position == dots_at:
            texts.append("...")
            values.append(Ellipsis)
        if random.random() < 0.08:
            texts.append("new")
            values.append(None)
        size = shape[axis]
        if position in chosen and size > 0:
            if random.random() < 0.2:
                mask = random.integers(0, 2, size).astype(bool)
                texts.append(literal(mask))
                values.append(mask)
            else:
                form = common if random.random() < 0.7 else (1,) * len(common)
                index = random.integers(-size, size, form)
                if random.random() < overshoot and index.size:
                    index.ravel()[0] = size + 1 if index.ndim == 0 else size
                if index.ndim == 0:
                    texts.append(str(int(index)))
                    values.append(int(index))
                else:
                    texts.append(literal(index))
                    values.append(index)
        elif random.random() < 0.35:
            reach = size + (1 if random.random() < overshoot else 0)
            value = int(random.integers(-reach, reach)) if reach else 0
            texts.append(str(value))
            values.append(value)
        else:
            text, value = random_slice(size)
            texts.append(text)
            values.append(value)
    if dots_at == len(used):
        texts.append("...")
        values.append(Ellipsis)
    if not texts:
        texts, values = ["..."], [Ellipsis]
    if random.random() < 0.02:
        texts.extend(["0"] * (len(shape) + 1))
        values.extend([0] * (len(shape) + 1))
    return ", ".join(texts), tuple(values)


def error_code(error):
    text = str(error)
    if "too many indices" in text:
        return "E0305"
    if "out of bounds" in text:
        return "E0303"
    return None


def indexing(count, advanced):
    for _ in range(count):
        name = str(random.choice(INDEXED))
        array = tensors[name]
        text, index = random_index(array.shape, advanced)
        try:
            value = np.asarray(array[index])
            # NumPy does not look at indices of which none is used; the language does.
            if value.size or not advanced:
                add(f"{name}[{text}]", result(value))
        except IndexError as error:
            if error_code(error):
                add(f"{name}[{text}]", f"error {error_code(error)}")


def masks(count):
    for _ in range(count):
        name = str(random.choice(["a2", "a3", "u2", "s3", "a1"]))
        array = tensors[name]
        # A number that u8 cannot hold is an error in the language.
        bound = int(random.integers(0 if name == "u2" else -5, 6))
        add(f"{name}[{name} > {bound}]", result(array[array > bound]))
        lead = int(random.integers(1, array.ndim + 1))
        mask = random.integers(0, 2, array.shape[:lead]).astype(bool)
        add(f"{name}[{literal(mask)}]", result(array[mask]))
        if lead < array.ndim:
            text, value = random_slice(array.shape[lead])
            add(f"{name}[{literal(mask)}, {text}]", result(array[mask, value]))


def assignment(count):
    for _ in range(count):
        name = str(random.choice(["a1", "a2", "a3", "a4", "u2", "s3"]))
        array = tensors[name].copy()
        text, index = random_index(array.shape, random.random() < 0.5, overshoot=0.01)
        dtype = NAMES[array.dtype]
        try:
            target = array[index]
        except IndexError as error:
            if error_code(error):
                add(f"t = {name}; t[{text}] = 1; t", f"error {error_code(error)}")
            continue
        target = np.asarray(target)
        if random.random() < 0.4:
            value = int(random.integers(0, 10))
            value_text = str(value)
        else:
            form = [1 if random.random() < 0.2 else n for n in target.shape]
            form = form[int(random.integers(0, len(form) + 1)):] if form else []
            value = sample(dtype, tuple(form), low=0)
            value_text = literal(value) if value.ndim else str(value[()])
            if value.size > 12:
                continue
        # Elements named twice get an unspecified one of the values: NumPy's last wins, and only that is left in.
        array[index] = value
        add(f"t = {name}; t[{text}] = {value_text}; t", result(array))


# Elementwise --------------------------------------------------------------------------------------------------------

OPERATORS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "//": np.floor_divide, "%": np.remainder,
    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}
REAL = ["bool", "u8", "i8", "i32", "i64", "f32", "f64"]
# u8 with i8 needs i16, which we lack: the language takes i32.
LEFT_OUT_PAIRS = {frozenset(("u8", "i8"))}


def fits(value, exact):
    return np.array_equal(np.asarray(value).astype(np.float64), exact, equal_nan=True)


def binary_case(op, left, right, left_text=None, right_text=None):
    function = OPERATORS[op]
    if op in ("//", "%", "/") and np.any(np.asarray(right) == 0):
        return
    try:
        value = function(left, right)
    except (TypeError, OverflowError):
        return
    if np.asarray(value).dtype not in NAMES:
        return
    wide = function(np.asarray(left).astype(np.float64), np.asarray(right).astype(np.float64))
    if np.asarray(value).dtype.kind in "iu" and not fits(value, wide):
        return  # overflow: an error in the language
    add(f"{left_text or literal(left)} {op} {right_text or literal(right)}", result(value))


def broadcast_pair():
    rank = int(random.integers(1, 4))
    full = [int(n) for n in random.integers(1, 4, rank)]
    if random.random() < 0.08:
        full[int(random.integers(0, rank))] = 0
    left = [1 if random.random() < 0.25 else n for n in full]
    right = [1 if random.random() < 0.25 else n for n in full]
    if random.random() < 0.4:
        right = right[int(random.integers(0, rank)):]
    if random.random() < 0.5:
        left, right = right, left
    return tuple(left), tuple(right)


def elementwise(count):
    for _ in range(count):
        left_type, right_type = random.choice(REAL, 2)
        if frozenset((left_type, right_type)) in LEFT_OUT_PAIRS:
            continue
        op = str(random.choice(list(OPERATORS)))
        if "bool" in (left_type, right_type) and op in "+-*/%//":
            continue  # arithmetic on Bools is not NumPy's
        left_shape, right_shape = broadcast_pair()
        if np.prod(np.broadcast_shapes(left_shape, right_shape)) > 18:
            continue
        binary_case(op, sample(left_type, left_shape), sample(right_type, right_shape))


def mismatched(count):
    for _ in range(count):
        left = tuple(int(n) for n in random.integers(1, 4, int(random.integers(1, 4))))
        right = tuple(int(n) for n in random.integers(1, 4, int(random.integers(1, 4))))
        try:
            np.broadcast_shapes(left, right)
        except ValueError:
            op = str(random.choice(["+", "*", "<", "/"]))
            add(f"ones({', '.join(map(str, left))}) {op} ones({', '.join(map(str, right))})", "error E0302")


def weak_scalars():
    for name, op in itertools.product(REAL[1:], OPERATORS):
        array = sample(name, (3,), low=1, high=9)
        for value in (2, 3, 2.5):
            binary_case(op, array, value, right_text=str(value))
            binary_case(op, value, array, left_text=str(value))


def promotion():
    """Every pair of dtypes, by one addition and one comparison."""
    for left, right in itertools.product(REAL[1:] + ["c64", "c128"], repeat=2):
        if frozenset((left, right)) in LEFT_OUT_PAIRS:
            continue
        a, b = sample(left, (2,), low=1), sample(right, (2,), low=1)
        add(f"{literal(a)} + {literal(b)}", result(a + b))
        add(f"{literal(a)} == {literal(b)}", result(a == b))


UNARY = {
    "sqrt": (np.sqrt, 0, 9), "exp": (np.exp, -5, 5), "expm1": (np.expm1, -3, 3), "log": (np.log, 1, 9),
    "log2": (np.log2, 1, 9), "log10": (np.log10, 1, 9), "log1p": (np.log1p, 0, 9), "sin": (np.sin, -7, 7),
    "cos": (np.cos, -7, 7), "tan": (np.tan, -1, 1), "asin": (np.arcsin, -1, 1), "acos": (np.arccos, -1, 1),
    "atan": (np.arctan, -9, 9), "sinh": (np.sinh, -4, 4), "cosh": (np.cosh, -4, 4), "tanh": (np.tanh, -4, 4),
    "asinh": (np.arcsinh, -9, 9), "acosh": (np.arccosh, 1, 9), "atanh": (lambda x: np.arctanh(x / 16), -9, 9),
    "floor": (np.floor, -9, 9), "ceil": (np.ceil, -9, 9), "round": (np.round, -9, 9), "trunc": (np.trunc, -9, 9),
    "abs": (np.abs, -9, 9), "sign": (np.sign, -9, 9), "square": (np.square, -9, 9),
    "reciprocal": (np.reciprocal, 1, 9), "isnan": (np.isnan, -9, 9), "isinf": (np.isinf, -9, 9),
    "isfinite": (np.isfinite, -9, 9),
}


def unary():
    for name, (function, low, high) in UNARY.items():
        for dtype in ("f32", "f64"):
            for shape in ((5,), (2, 2)):
                array = sample(dtype, shape, low, high)
                if name == "atanh":
                    add(f"atanh({literal(array)} / 16)", result(function(array)))
                else:
                    add(f"{name}({literal(array)})", result(function(array)))
        if name in ("abs", "sign", "square"):
            for dtype in ("i8", "i32", "i64"):
                array = sample(dtype, (4,))
                add(f"{name}({literal(array)})", result(function(array)))
        elif name not in ("floor", "ceil", "round", "trunc", "reciprocal", "atanh", "asin", "acos", "isnan", "isinf", "isfinite"):
            array = sample("i64", (3,), low, high)
            add(f"{name}({literal(array)})", result(function(array)))
    special = "[inf, -inf, nan, 0.0]"
    values = np.array([np.inf, -np.inf, np.nan, 0.0])
    for name in ("exp", "tanh", "sqrt", "abs", "sign", "floor", "isnan", "isinf", "isfinite", "cos", "atan", "expm1"):
        add(f"{name}({special})", result(UNARY[name][0](values)))
        add(f"{name}(f32({special}))", result(UNARY[name][0](values.astype(np.float32))))


def pairs_of_functions(count):
    for _ in range(count):
        shape_a, shape_b = broadcast_pair()
        if np.prod(np.broadcast_shapes(shape_a, shape_b)) > 12:
            continue
        dtype = str(random.choice(["i64", "f32", "f64", "i32"]))
        a, b = sample(dtype, shape_a), sample(dtype, shape_b)
        for name, function in (("maximum", np.maximum), ("minimum", np.minimum)):
            add(f"{name}({literal(a)}, {literal(b)})", result(function(a, b)))
        if dtype.startswith("f"):
            add(f"atan2({literal(a)}, {literal(b)})", result(np.arctan2(a, b)))
            add(f"hypot({literal(a)}, {literal(b)})", result(np.hypot(a, b)))
        condition = sample("bool", shape_a)
        add(f"where({literal(condition)}, {literal(a)}, {literal(b)})", result(np.where(condition, a, b)))
        add(f"clip({literal(a)}, -3, 4)", result(np.clip(a, -3, 4)))


def powers():
    for dtype in ("i32", "i64", "f32", "f64"):
        base = sample(dtype, (4,), 1, 5)
        for exponent in (0, 1, 2, 3):
            add(f"{literal(base)} ^ {exponent}", result(base ** exponent))
        other = sample(dtype, (4,), 0, 4)
        add(f"{literal(base)} ^ {literal(other)}", result(base ** other))
        add(f"2 ^ {literal(other)}", result(2 ** other))
    for dtype in ("f32", "f64"):
        base = sample(dtype, (4,), 1, 9)
        add(f"{literal(base)} ^ 0.5", result(base ** 0.5))
        add(f"{literal(base)} ^ -1", result(base ** -1.0 if dtype == "f64" else (base ** np.float32(-1))))


def logic():
    for _ in range(30):
        a, b = sample("bool", (4,)), sample("bool", (4,))
        add(f"{literal(a)} & {literal(b)}", result(a & b))
        add(f"{literal(a)} | {literal(b)}", result(a | b))
        add(f"!{literal(a)}", result(~a))


# Reductions ---------------------------------------------------------------------------------------------------------

REDUCTIONS = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "var": np.var, "std": np.std, "min": np.min, "max": np.max,
    "any": np.any, "all": np.all, "argmin": np.argmin, "argmax": np.argmax,
}


def reductions(count):
    for _ in range(count):
        name = str(random.choice(list(REDUCTIONS)))
        dtype = str(random.choice(["u8", "i32", "i64", "f32", "f64"])) if name not in ("any", "all") else "bool"
        rank = int(random.integers(1, 4))
        shape = tuple(int(n) for n in random.integers(1, 4, rank))
        if random.random() < 0.05:
            shape = shape[:-1] + (0,)
        low, high = (1, 3) if name == "prod" else (-9, 9)
        array = sample(dtype, shape, low, high)
        if name in ("var", "std", "mean") and array.size == 0:
            continue
        options, text = {}, ""
        if random.random() < 0.8:
            if name.startswith("arg") or random.random() < 0.6:
                axis = int(random.integers(-rank, rank))
                text = f", axis = {axis}"
            else:
                axis = tuple(sorted(random.choice(rank, size=int(random.integers(1, rank + 1)), replace=False).tolist()))
                text = f", axis = ({', '.join(map(str, axis))},)" if len(axis) == 1 else f", axis = {axis}"
            options["axis"] = axis
        if random.random() < 0.3:
            options["keepdims"] = True
            text += ", keepdims = true"
        if name in ("var", "std") and random.random() < 0.3 and min(shape) > 1:
            options["ddof"] = 1
            text += ", correction = 1"
        expression = f"{name}({literal(array)}{text})"
        try:
            value = np.asarray(REDUCTIONS[name](array, **options))
        except ValueError:
            add(expression, "error E0312")
            continue
        if name in ("sum", "prod") and value.dtype.kind in "iu":
            value = value.astype(np.int64)  # integer sums are i64
        if not options.get("keepdims") and "axis" not in options and value.ndim == 0:
            value = value[()]
        add(expression, result(value))


def along_axes(count):
    for _ in range(count):
        dtype = str(random.choice(["i32", "i64", "f32", "f64", "u8"]))
        rank = int(random.integers(1, 4))
        shape = tuple(int(n) for n in random.integers(1, 5, rank))
        array = sample(dtype, shape)
        if array.size > 20:
            continue
        axis = int(random.integers(-rank, rank))
        text = literal(array)
        add(f"sort({text}, axis = {axis})", result(np.sort(array, axis=axis)))
        add(f"argsort({text}, axis = {axis})", result(np.argsort(array, axis=axis, kind="stable")))
        total = np.cumsum(array, axis=axis)
        add(f"cumsum({text}, axis = {axis})", result(total.astype(np.int64) if total.dtype.kind in "iu" else total))
        add(f"unique({text})", result(np.unique(array)))


# Shaping and products -----------------------------------------------------------------------------------------------

def shaping(count):
    for _ in range(count):
        rank = int(random.integers(1, 4))
        shape = tuple(int(n) for n in random.integers(1, 4, rank))
        array = sample(str(random.choice(["i64", "f64", "f32", "bool"])), shape)
        text = literal(array)
        order = random.permutation(rank).tolist()
        tuple_text = "(" + ", ".join(map(str, order)) + ("," if rank == 1 else "") + ")"
        add(f"transpose({text}, {tuple_text})", result(np.transpose(array, order)))
        if rank >= 2:
            add(f"({text})'", result(np.swapaxes(array, -1, -2)))
        add(f"({text}).reshape(-1)", result(array.reshape(-1)))
        add(f"({text}).reshape({shape[-1]}, -1)", result(array.reshape(shape[-1], -1)))
        axis = int(random.integers(-rank, rank))
        other = sample(NAMES[array.dtype], tuple(
            int(random.integers(1, 4)) if i == axis % rank else n for i, n in enumerate(shape)))
        add(f"concat(({text}, {literal(other)}), axis = {axis})", result(np.concatenate((array, other), axis=axis)))
        same = sample(NAMES[array.dtype], shape)
        where = int(random.integers(-rank - 1, rank + 1))
        add(f"stack(({text}, {literal(same)}), axis = {where})", result(np.stack((array, same), axis=where)))
        add(f"repeat({text}, 2, axis = {axis})", result(np.repeat(array, 2, axis=axis)))
        add(f"flip({text}, axis = {axis})", result(np.flip(array, axis=axis)))
        wrong = array.size + 1
        add(f"({text}).reshape({wrong})", "error E0307")


def products(count):
    for _ in range(count):
        dtype = str(random.choice(["i64", "f32", "f64", "i32"]))
        n, k, m = (int(v) for v in random.integers(1, 4, 3))
        batch = tuple(int(v) for v in random.integers(1, 3, int(random.integers(0, 3))))
        left_batch = tuple(1 if random.random() < 0.3 else v for v in batch)
        kinds = [((k,), (k,)), ((n, k), (k,)), ((k,), (k, m)), ((n, k), (k, m)), (left_batch + (n, k), batch + (k, m))]
        left_shape, right_shape = kinds[int(random.integers(0, len(kinds)))]
        a, b = sample(dtype, left_shape), sample(dtype, right_shape)
        if a.size + b.size > 24:
            continue
        add(f"{literal(a)} @ {literal(b)}", result(a @ b))
        if len(right_shape) >= 2:
            add(f"{literal(a)} @ zeros({', '.join(map(str, right_shape[:-2] + (k + 1, m)))})", "error E0301")


def conversions():
    for source, target in itertools.product(REAL, REAL):
        array = sample(source, (4,), 0, 9)
        add(f"{target}({literal(array)})", result(array.astype(TYPES[target])))


def main():
    def some(count):
        return int(count * FACTOR)

    indexing(some(900), advanced=False)
    indexing(some(900), advanced=True)
    masks(some(80))
    assignment(some(500))
    elementwise(some(1600))
    mismatched(some(120))
    weak_scalars()
    promotion()
    unary()
    pairs_of_functions(some(90))
    powers()
    logic()
    reductions(some(900))
    along_axes(some(120))
    shaping(some(90))
    products(some(250))
    conversions()
    path = Path(__file__).with_name("numpy_cases.txt")
    header = [f"# Written by make_numpy_cases.py with NumPy {np.__version__}; do not edit."]
    path.write_text("\n".join(header + lines) + "\n")
    cases = sum(not line.startswith(":") for line in lines)
    print(f"{cases} cases, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
