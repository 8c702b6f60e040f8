"""Writes formatting_cases.txt: tensors and their text by NumPy's `str`.

Run with a Python that has NumPy, from any folder. A case is a line `tensor <tab> threshold`, the text, and a line `%%`. Tensors are
written as in core_cases.txt.
"""

import pathlib

import numpy as np

from make_core_cases import token

random = np.random.default_rng(7)


def shape():
    sizes = tuple(int(n) for n in random.integers(1, 6, size=random.integers(0, 4)))
    chance = random.random()
    if chance < 0.1 and sizes:
        sizes = sizes[:-1] + (int(random.integers(10, 40)),)
    if chance > 0.98 and sizes:
        sizes = sizes[:-1] + (0,)
    return sizes


def floats(sizes, dtype):
    x = random.normal(size=sizes)
    kind = random.integers(0, 9)
    if kind == 1:
        x = x * 10.0 ** random.integers(-12, 12)
    if kind == 2:
        x = np.round(x * 10)
    if kind == 3:
        x = x * 10.0 ** random.integers(-3, 3, size=sizes)
    if kind == 4:
        x = x * 10.0 ** random.integers(-300, 300, size=sizes).astype(float)
    if kind == 5:
        x = np.round(x, int(random.integers(0, 6)))
    if kind == 6:
        x = np.where(random.random(sizes) < 0.3, np.nan, x)
    if kind == 7:
        x = np.where(random.random(sizes) < 0.2, np.inf, x)
        x = np.where(random.random(sizes) < 0.2, -np.inf, x)
        x = np.where(random.random(sizes) < 0.2, -0.0, x)
    if kind == 8:
        x = x * 2.0 ** -random.integers(0, 60)
    with np.errstate(all="ignore"):
        return np.asarray(x).astype(dtype)


def tensor():
    sizes = shape()
    dtype = np.dtype(random.choice(["?", "u1", "i1", "i4", "i8", "f4", "f8", "f4", "f8", "c8", "c16"]))
    if dtype.kind == "b":
        return np.asarray(random.random(sizes) < 0.5)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        x = np.asarray(random.integers(limits.min, limits.max, size=sizes, dtype=dtype, endpoint=True))
        return np.asarray(x % 7).astype(dtype) if random.random() < 0.5 else x
    if dtype.kind == "f":
        return floats(sizes, dtype)
    part = "f4" if dtype == np.dtype("c8") else "f8"
    x = np.zeros(sizes, dtype)
    x.real, x.imag = floats(sizes, part), floats(sizes, part)
    return x


cases = []
for _ in range(500):
    x = np.asarray(tensor())
    threshold = 1000 if random.random() < 0.8 else 20
    with np.printoptions(threshold=threshold):
        cases.append(f"{token(x)}\t{threshold}\n{x!s}\n%%\n")
x = np.arange(2000.0).reshape(40, 50)
cases.append(f"{token(x)}\t1000\n{x!s}\n%%\n")
target = pathlib.Path(__file__).with_name("formatting_cases.txt")
target.write_text("# Written by make_formatting_cases.py with NumPy " + np.__version__ + "; do not edit.\n" + "".join(cases))
print(len(cases), "cases")
