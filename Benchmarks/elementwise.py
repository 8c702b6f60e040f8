#!/usr/bin/env python3
"""Times a chain of eight elementwise operations on f32 in Lamella, PyTorch (eager) and NumPy, turn about.

Every round starts each of them afresh, in its own process, and each times itself. See README.md.
"""
import argparse
import importlib.util
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from lamella_side import sized_file

HERE = Path(__file__).resolve().parent
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]


def peer(name, sizes):
    """Runs the chain in this process with the named library; prints the lines that elementwise.lam prints."""
    import numpy

    for n in sizes:
        index = numpy.arange(n)
        a = (index % 1000).astype(numpy.float32) / numpy.float32(500) - numpy.float32(1)
        b = (index % 777).astype(numpy.float32) / numpy.float32(300) - numpy.float32(1)
        if name == "torch":
            import torch

            a, b = torch.from_numpy(a), torch.from_numpy(b)
            tanh, exp = torch.tanh, torch.exp
        else:
            tanh, exp = numpy.tanh, numpy.exp

        def chain():
            return tanh(a * b + 0.5) * exp(-a) - b / 2

        repeats = max(3, 10_000_000 // n)
        y = chain()
        start = perf_counter()
        for _ in range(repeats):
            y = chain()
        seconds = (perf_counter() - start) / repeats
        mean = y.double().mean().item() if name == "torch" else y.astype(numpy.float64).mean()
        print(f"{n} {seconds:.9f} {mean:.5f}")


def run(command):
    """One process: {size: (seconds, check)}."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=900)
    if result.returncode != 0:
        sys.exit(f"{command} did not finish:\n{result.stdout}{result.stderr}")
    rows = [line.split() for line in result.stdout.splitlines()]
    return {int(row[0]): (float(row[1]), row[2]) for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--smallest", action="store_true", help="once, smallest size, no timing")
    parser.add_argument("--peer", choices=["torch", "numpy"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = SIZES[:1] if options.smallest else SIZES
    if options.peer:
        return peer(options.peer, sizes)
    if shutil.which(options.lamella) is None:
        sys.exit(f"no binary `{options.lamella}`: give its path with --lamella")
    found = {"lamella": [options.lamella, "run", sized_file(HERE / "elementwise.lam", "sizes", options.smallest)]}
    for name in ["torch", "numpy"]:
        if importlib.util.find_spec(name) and importlib.util.find_spec("numpy"):
            smallest = ["--smallest"] if options.smallest else []
            found[name] = [sys.executable, __file__, "--peer", name, *smallest]
        else:
            print(f"SKIPPED: {name} is not installed for {sys.executable}; no column for it")

    times = {name: {n: [] for n in sizes} for name in found}
    checks = {}
    for _ in range(1 if options.smallest else options.rounds):
        for name, command in found.items():
            for n, (seconds, check) in run(command).items():
                times[name][n].append(seconds)
                expected = float(checks.setdefault(n, check))
                if abs(float(check) - expected) > 2e-5:
                    sys.exit(f"{n} elements: the check values differ: {checks[n]} and {check} ({name})")
    if options.smallest:
        print(f"elementwise: ok, check {checks[sizes[0]]} in {', '.join(found)}")
        return
    print(f"{'elements':>10}" + "".join(f"{name + ' µs':>14}" for name in found)
          + "".join(f"{'/ ' + name:>10}" for name in found if name != "lamella"))
    for n in sizes:
        median = {name: statistics.median(times[name][n]) for name in found}
        print(f"{n:>10}" + "".join(f"{median[name] * 1e6:>14.2f}" for name in found)
              + "".join(f"{median['lamella'] / median[name]:>10.2f}" for name in found if name != "lamella"))


if __name__ == "__main__":
    main()
