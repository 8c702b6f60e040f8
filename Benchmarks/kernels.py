#!/usr/bin/env python3
"""Times single tensor operations in Lamella, PyTorch and NumPy, turn about, and prints a Markdown table.

Every round starts each of them afresh, in its own process, where every row is timed by the best of five batches; the
table gives medians over the rounds. See README.md.
"""
import argparse
import importlib.util
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
LARGE = SIZES[3:]

# What the operands are, in Lamella and in Python (`t` makes a tensor of the peer from a NumPy array).
RAMP = ("f32(arange(n) % 1000) / 500 - 1", "t((np.arange(n) % 1000).astype(np.float32) / np.float32(500) - np.float32(1))")
OTHER = ("f32(arange(n) % 777) / 300 - 1", "t((np.arange(n) % 777).astype(np.float32) / np.float32(300) - np.float32(1))")


def wide(operand):
    """The same numbers as f64."""
    return (f"f64({operand[0]})", operand[1][:-1] + ", np.float64)")


def shaped(operand, shape):
    """The same numbers with another shape, written with n."""
    sizes = shape.replace("/", "//")
    return (f"reshape({operand[0]}, ({sizes}))", f"{operand[1]}.reshape({sizes})")


class Row:
    """One operation: its operands, and how it is written in each."""

    def __init__(self, group, name, sizes, operands, lamella, torch, numpy=None):
        self.group, self.name, self.sizes, self.operands = group, name, sizes, operands
        self.code = {"lamella": lamella, "torch": torch, "numpy": numpy or torch.replace("torch.", "np.")}


def elementwise():
    pair = {"a": RAMP, "b": OTHER}
    wide_pair = {"a": wide(RAMP), "b": wide(OTHER)}
    positive = {"a": (f"abs({RAMP[0]}) + 0.5", f"abs({RAMP[1]}) + 0.5")}
    yield Row("elementwise", "a + b", SIZES, pair, "a + b", "a + b")
    yield Row("elementwise", "a + b, f64", SIZES, wide_pair, "a + b", "a + b")
    yield Row("elementwise", "a * 2", SIZES, pair, "a * 2", "a * 2")
    yield Row("elementwise", "maximum", SIZES, pair, "maximum(a, b)", "torch.maximum(a, b)")
    yield Row("elementwise", "a < b", SIZES, pair, "a < b", "a < b")
    yield Row("elementwise", "exp", SIZES, pair, "exp(a)", "torch.exp(a)")
    yield Row("elementwise", "exp, f64", SIZES, wide_pair, "exp(a)", "torch.exp(a)")
    yield Row("elementwise", "log", SIZES, positive, "log(a)", "torch.log(a)")
    yield Row("elementwise", "tanh", SIZES, pair, "tanh(a)", "torch.tanh(a)")
    yield Row("elementwise", "sin", SIZES, pair, "sin(a)", "torch.sin(a)")
    yield Row("elementwise", "sqrt", SIZES, positive, "sqrt(a)", "torch.sqrt(a)")
    yield Row(
        "chain of 8", "tanh(a * b + 0.5) * exp(-a) - b / 2", SIZES, pair, "tanh(a * b + 0.5) * exp(-a) - b / 2",
        "torch.tanh(a * b + 0.5) * torch.exp(-a) - b / 2")


def reductions():
    flat = {"a": RAMP}
    yield Row("reductions", "sum", SIZES, flat, "sum(a)", "torch.sum(a)")
    yield Row("reductions", "max", SIZES, flat, "max(a)", "torch.max(a)")
    yield Row("reductions", "sum, f64", SIZES, {"a": wide(RAMP)}, "sum(a)", "torch.sum(a)")
    for columns in [10, 100, 1000]:
        rows = {"a": shaped(RAMP, f"n / {columns}, {columns}")}
        sizes = SIZES if columns < 1000 else SIZES[1:]
        yield Row(
            "reductions", f"sum of rows of {columns}", sizes, rows, "sum(a, axis = 1)", "torch.sum(a, 1)", "np.sum(a, 1)")
        yield Row(
            "reductions", f"max of rows of {columns}", sizes, rows, "max(a, axis = 1)", "torch.amax(a, 1)", "np.max(a, 1)")
        yield Row(
            "reductions", f"mean of columns of {columns}", sizes, rows, "mean(a, axis = 0)", "torch.mean(a, 0)",
            "np.mean(a, 0)")
    yield Row("reductions", "argmax", SIZES, flat, "argmax(a)", "torch.argmax(a)")
    yield Row("reductions", "cumsum", LARGE[:1], flat, "cumsum(a)", "torch.cumsum(a, 0)", "np.cumsum(a)")


def layouts():
    square = {"a": shaped(RAMP, "1000, n / 1000"), "b": shaped(OTHER, "1000, n / 1000")}
    sizes = [1_000_000]
    yield Row("broadcast and transposed", "matrix + row", sizes, square, "a + b[0]", "a + b[0]")
    yield Row("broadcast and transposed", "matrix + column", sizes, square, "a + b[:, 0, new]", "a + b[:, 0, None]")
    yield Row("broadcast and transposed", "a + a'", sizes, square, "a + a'", "a + a.T")
    yield Row("broadcast and transposed", "copy of a'", sizes, square, "a' * 1", "a.T * 1")
    yield Row(
        "broadcast and transposed", "concat", sizes, square, "concat((a, b))", "torch.cat((a, b))",
        "np.concatenate((a, b))")
    yield Row("broadcast and transposed", "sort", sizes, {"a": OTHER}, "sort(a)", "torch.sort(a).values", "np.sort(a)")


def products():
    def operands(left, right):
        return {
            "a": (f"reshape(f32(arange(size_of(({left})))) % 17 / 8 - 1, ({left}))", f"numbers(({left}))"),
            "b": (f"reshape(f32(arange(size_of(({right})))) % 17 / 8 - 1, ({right}))", f"numbers(({right}))"),
        }

    sides = [64, 128, 256, 512, 1024, 2048]
    plain = operands("n, n", "n, n")
    yield Row("matmul", "a @ b", sides, plain, "a @ b", "a @ b")
    yield Row("matmul", "a' @ b", sides[:5], plain, "a' @ b", "a.T @ b")
    yield Row("matmul", "a @ b'", sides[:5], plain, "a @ b'", "a @ b.T")
    double = {k: (f"f64({v[0]})", v[1][:-1] + ", np.float64)") for k, v in plain.items()}
    yield Row("matmul", "a @ b, f64", sides[:5], double, "a @ b", "a @ b")
    yield Row("matmul", "a @ vector", [256, 1024, 2048], operands("n, n", "n,"), "a @ b", "a @ b")
    yield Row("matmul", "256 of n × n", [8, 16, 32, 64], operands("256, n, n", "256, n, n"), "a @ b", "a @ b")
    yield Row("matmul", "16 of n × n", [128, 256], operands("16, n, n", "16, n, n"), "a @ b", "a @ b")
    half = {k: (f"bf16({v[0]})", v[1][:-1] + ", 'bf16')") for k, v in plain.items()}
    yield Row("matmul", "a @ b, bf16", [256, 1024], half, "a @ b", "a @ b", "SKIP")


def all_rows(smallest):
    rows = [*elementwise(), *reductions(), *layouts(), *products()]
    for row in rows:
        if smallest:
            row.sizes = row.sizes[:1]
    return rows


LAMELLA_HEAD = """
fn size_of(sizes) { count = 1; for size in sizes { count *= size }; count }
"""

LAMELLA_ROW = """
fn row_{index}(n) {{
{operands}
  y = {code}
  start = clock()
  y = {code}
  repeats = max(1, int({seconds} / max(clock() - start, 2e-7)))
  best = inf
  for batch in 0..{batches} {{
    start = clock()
    for i in 0..repeats {{ y = {code} }}
    best = min(best, (clock() - start) / repeats)
  }}
  print("{index} {{n}} {{best}} {{mean(f64(y))}}")
}}
"""

PYTHON_ROW = """
def row(n):
{operands}
    y = {code}
    start = perf_counter()
    y = {code}
    repeats = max(1, int({seconds} / max(perf_counter() - start, 2e-7)))
    best = math.inf
    for batch in range({batches}):
        start = perf_counter()
        for i in range(repeats): y = {code}
        best = min(best, (perf_counter() - start) / repeats)
    print({index}, n, best, mean(y))
"""


def lamella_script(rows, plan):
    """The path of a script that times all rows and prints `row n seconds check`."""
    text = LAMELLA_HEAD
    for index, row in enumerate(rows):
        operands = "\n".join(f"  {name} = {code[0]}" for name, code in row.operands.items())
        text += LAMELLA_ROW.format(index=index, operands=operands, code=row.code["lamella"], **plan)
        text += "".join(f"row_{index}({n})\n" for n in row.sizes)
    path = Path(tempfile.mkdtemp(prefix="lamella-bench-")) / "kernels.lam"
    path.write_text(text)
    return path


def peer(name, rows, plan):
    """Times all rows in this process with the named library; prints what the script prints."""
    import numpy as np
    from time import perf_counter

    if name == "torch":
        import torch

        def t(array, dtype=None):
            if dtype == "bf16":
                return torch.from_numpy(array).bfloat16()
            return torch.from_numpy(array if dtype is None else array.astype(dtype))

        def mean(y):
            return y.double().mean().item()

        space = {"torch": torch}
    else:
        def t(array, dtype=None):
            return array if dtype is None else array.astype(dtype)

        def mean(y):
            return np.asarray(y).astype(np.float64).mean()

        space = {}

    def numbers(sizes, dtype=None):
        index = np.arange(math.prod(sizes)).astype(np.float32)
        return t((np.mod(index, np.float32(17)) / np.float32(8) - np.float32(1)).reshape(sizes), dtype)

    space |= {"np": np, "t": t, "mean": mean, "numbers": numbers, "math": math, "perf_counter": perf_counter}
    for index, row in enumerate(rows):
        if row.code[name] == "SKIP":
            continue
        operands = "\n".join(f"    {key} = {code[1]}" for key, code in row.operands.items())
        exec(PYTHON_ROW.format(index=index, operands=operands, code=row.code[name], **plan), space)
        for n in row.sizes:
            space["row"](n)


def run(command, threads):
    """One process: {(row, size): (seconds, check)}."""
    names = ["LAMELLA_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    limits = {name: str(threads) for name in names} if threads else {}
    result = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=1800, env=os.environ | limits)
    if result.returncode != 0:
        sys.exit(f"{command} did not finish:\n{result.stdout}{result.stderr}")
    lines = [line.split() for line in result.stdout.splitlines()]
    return {(int(line[0]), int(line[1])): (float(line[2]), float(line[3])) for line in lines}


def duration(seconds):
    return f"{seconds * 1e6:.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--threads", type=int, help="threads of every program (default: each its own)")
    parser.add_argument("--rows", default="", help="only rows whose group or name contains this")
    parser.add_argument("--smallest", action="store_true", help="once, smallest sizes, no timing")
    parser.add_argument("--peer", choices=["torch", "numpy"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows = [row for row in all_rows(options.smallest) if options.rows in f"{row.group}: {row.name}"]
    plan = {"seconds": 0 if options.smallest else 0.01, "batches": 1 if options.smallest else 5}
    if options.peer:
        return peer(options.peer, rows, plan)
    if shutil.which(options.lamella) is None:
        sys.exit(f"no binary `{options.lamella}`: give its path with --lamella")
    found = {"lamella": [options.lamella, "run", lamella_script(rows, plan)]}
    for name in ["torch", "numpy"]:
        if importlib.util.find_spec(name) and importlib.util.find_spec("numpy"):
            smallest = ["--smallest"] if options.smallest else []
            found[name] = [sys.executable, __file__, "--peer", name, "--rows", options.rows, *smallest]
        else:
            print(f"SKIPPED: {name} is not installed for {sys.executable}; no column for it")

    times, checks = {name: {} for name in found}, {}
    for _ in range(1 if options.smallest else options.rounds):
        for name, command in found.items():
            for key, (seconds, check) in run(command, options.threads).items():
                times[name].setdefault(key, []).append(seconds)
                expected = checks.setdefault(key, check)
                if not math.isclose(check, expected, rel_tol=2e-2 if "bf16" in rows[key[0]].name else 1e-4, abs_tol=1e-4):
                    sys.exit(f"{rows[key[0]].name}, {key[1]}: the check values differ: {expected} and {check} ({name})")
    if options.smallest:
        print(f"kernels: ok, {len(rows)} rows in {', '.join(found)}")
        return
    print_table(rows, found, times)


def print_table(rows, found, times):
    peers = [name for name in found if name != "lamella"]
    group = None
    for index, row in enumerate(rows):
        if row.group != group:
            group = row.group
            columns = [group, "n", *found, *(f"/ {name}" for name in peers)]
            print("\n| " + " | ".join(columns) + " |\n|" + " --- |" * 1 + " ---: |" * (len(columns) - 1))
        for n in row.sizes:
            median = {name: statistics.median(times[name].get((index, n), [math.nan])) for name in found}
            cells = [row.name, f"{n:,}", *(duration(median[name]) for name in found)]
            cells += [f"{median['lamella'] / median[name]:.2f}" for name in peers]
            print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
