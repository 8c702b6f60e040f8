#!/usr/bin/env python3
"""Writes operations_*.txt: calls of every tensor operation and what other libraries say they give.

    python3 operations.py [FAMILY ...]

Needs numpy (2.4), scipy (1.17), torch (2.15) and einops (0.8). Nothing here is computed by the
project; the random numbers are seeded, so that the same versions write the same files. A family is
a module `operations_<family>.py` next to this file. `OperationReferenceTests` evaluates the lines:

    = a f64[2,3]:1,2,…            binds a name to a tensor, for all that follows
    operation ⇥ code ⇥ tolerance ⇥ result ⇥ …     one call; a tuple or record has several results

A result is a tensor as above, a plain number (`Float:2.5`, `Float32:` when it was computed in f32,
`Int:`, `Bool:`, `Complex:re,im`), or `error`. Tolerances: empty for that of the dtype, `0` for
equal, `1e-9` relative, `1e-9/1e-12` relative and absolute, `n1e-9` relative to the largest element.
"""
import importlib
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

FOLDER = Path(__file__).parent
FAMILIES = [
    "elementwise", "special", "creation", "reductions", "shaping", "gathering", "linalg", "neural",
    "array_api", "codes", "grouped",
]
NAMES = {
    "bool": "bool", "uint8": "u8", "int8": "i8", "int32": "i32", "int64": "i64",
    "float32": "f32", "float64": "f64", "complex64": "c64", "complex128": "c128",
}
KINDS = {"b": "Bool", "i": "Int", "u": "Int", "f": "Float", "c": "Complex"}
ERROR = "error"


class Number:
    """A result that is a plain number of the language."""

    def __init__(self, value):
        self.value = np.asarray(value)


class Half:
    """Elements of bf16, held as f32."""

    def __init__(self, values):
        self.values = np.asarray(values, np.float32)


def value(array):
    """A result of rank 0 is a plain number."""
    array = np.asarray(array)
    return Number(array) if array.ndim == 0 else array


def _number(x):
    if isinstance(x, np.complexfloating):
        return f"{_number(x.real)},{_number(x.imag)}"
    if isinstance(x, np.bool_):
        return "1" if x else "0"
    text = str(x)
    return text[:-2] if text.endswith(".0") else text


def _shorter(array):
    """f64 with fewer digits than tolerances ask for: the files stay small."""
    array = np.asarray(array)
    if array.dtype not in (np.float64, np.complex128) or array.size == 0:
        return array
    parts = array.astype(array.dtype, copy=True).reshape(-1).view(np.float64)
    parts[:] = [float(f"{x:.14g}") for x in parts]
    return parts.view(array.dtype).reshape(array.shape)


def token(result):
    if isinstance(result, str):
        return result
    if isinstance(result, Number):
        x = result.value
        kind = "Float32" if x.dtype == np.float32 else KINDS[x.dtype.kind]
        return f"{kind}:{_number(x[()])}"
    name = None
    if isinstance(result, Half):
        name, result = "bf16", result.values
    array = np.asarray(result)
    elements = ",".join(_number(x) for x in array.ravel())
    return f"{name or NAMES[array.dtype.name]}[{','.join(map(str, array.shape))}]:{elements}"


class Writer:
    def __init__(self):
        self.lines = []
        self.bound = {}

    def case(self, operation, code, expected, tolerance="", **inputs):
        """One call. `expected`: an array, a `Number`, ERROR, or a tuple of these."""
        for name, tensor in inputs.items():
            text = token(tensor)
            if self.bound.get(name) != text:
                self.bound[name] = text
                self.lines.append(f"= {name} {text}")
        results = expected if isinstance(expected, tuple) else (expected,)
        if tolerance != "0":
            results = tuple(
                Number(_shorter(x.value)) if isinstance(x, Number)
                else _shorter(x) if isinstance(x, np.ndarray) else x for x in results)
        fields = [operation, code, str(tolerance)] + [token(result) for result in results]
        self.lines.append("\t".join(fields))

    def errors(self, operation, *codes, **inputs):
        for code in codes:
            self.case(operation, code, ERROR, **inputs)


class Data:
    """Random tensors of few digits."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def floats(self, dtype, shape, low=-4.0, high=4.0):
        dtype = np.dtype(dtype)
        values = np.round(self.random.uniform(low, high, shape), 3)
        if dtype.kind == "c":
            values = values + 1j * np.round(self.random.uniform(low, high, shape), 3)
        return np.asarray(values).astype(dtype)

    def ints(self, dtype, shape, low=-9, high=9):
        return np.asarray(self.random.integers(low, high + 1, shape)).astype(dtype)

    def any(self, dtype, shape, low=-4.0, high=4.0):
        kind = np.dtype(dtype).kind
        if kind == "b":
            return np.asarray(self.random.integers(0, 2, shape)).astype(bool)
        if kind in "iu":
            return self.ints(dtype, shape, 0 if kind == "u" else int(low), int(high))
        return self.floats(dtype, shape, low, high)


def wide(array):
    array = np.asarray(array)
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    return array.astype(np.float64)


def weak(array):
    """An element as a plain number of the language: of 64 bits."""
    array = np.asarray(array)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    return array if array.dtype.kind == "b" else wide(array)


def in_double(function):
    """The function computed in f64 or c128 and rounded once to the operands' float dtype."""

    def compute(*arrays):
        dtypes = [
            np.dtype(np.float64) if np.asarray(x).dtype.kind in "biu" else np.asarray(x).dtype
            for x in arrays
        ]
        common = np.result_type(*dtypes)
        result = np.asarray(function(*[wide(x) for x in arrays]))
        if result.dtype.kind == "f" and common.kind == "c":
            common = np.dtype(np.float32 if common == np.complex64 else np.float64)
        return result.astype(common)

    return compute


def main():
    sys.path.insert(0, str(FOLDER))
    sys.modules["operations"] = sys.modules["__main__"]
    import torch
    torch.set_num_threads(1)
    for family in sys.argv[1:] or FAMILIES:
        module = importlib.import_module(f"operations_{family}")
        writer = Writer()
        module.write(writer)
        heading = f"# Written by operations_{family}.py with NumPy, SciPy and PyTorch; do not edit."
        path = FOLDER / f"operations_{family}.txt"
        path.write_text(heading + "\n" + "\n".join(writer.lines) + "\n", encoding="utf-8")
        print(path.name, len(writer.lines), "lines", path.stat().st_size // 1024, "kB")


if __name__ == "__main__":
    main()
