#!/usr/bin/env python3
"""Times the programs of `language/` in Lamella, Lua 5.4 and CPython, turn about.

Each program prints a check value and the seconds of its own work, so start-up is left out; start-up is measured apart.
See README.md for how to read the table.
"""
import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lamella_side import sized_file

HERE = Path(__file__).resolve().parent
PROGRAMS = ["fib", "loop", "mandelbrot", "sieve", "nbody", "strings", "closures", "records"]
ENDINGS = {"lamella": ".lam", "lua": ".lua", "python": ".py"}


def commands(lamella):
    """The command of each language that is there; says loudly which are not."""
    found = {"lamella": [lamella, "run"], "python": [sys.executable]}
    lua = shutil.which("lua5.4")
    if lua:
        found["lua"] = [lua]
    else:
        print("SKIPPED: lua5.4 is not installed (apt-get install lua5.4); no column for it")
    return found


def run(command, path):
    """One run: the check value and the seconds it reports."""
    result = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=600)
    lines = dict(line.split(" ", 1) for line in result.stdout.splitlines() if " " in line)
    if result.returncode != 0 or "check" not in lines or "seconds" not in lines:
        sys.exit(f"{' '.join(command)} {path} did not finish:\n{result.stdout}{result.stderr}")
    return lines["check"], float(lines["seconds"])


def start_up(found, rounds):
    """Median wall time, in milliseconds, of evaluating 1 + 1."""
    trivial = {
        "lamella": [found["lamella"][0], "-e", "1 + 1"],
        "lua": ["lua5.4", "-e", "print(1 + 1)"],
        "python": [sys.executable, "-c", "print(1 + 1)"],
    }
    times = {language: [] for language in found}
    for _ in range(rounds):
        for language in found:
            begin = time.perf_counter()
            subprocess.run(trivial[language], check=True, stdout=subprocess.DEVNULL)
            times[language].append((time.perf_counter() - begin) * 1000)
    return {language: statistics.median(values) for language, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--smallest", action="store_true", help="each program once, smallest size, no timing")
    parser.add_argument("programs", nargs="*", help=f"some of: {' '.join(PROGRAMS)}")
    options = parser.parse_args()
    programs = options.programs or PROGRAMS
    for program in programs:
        if program not in PROGRAMS:
            parser.error(f"no program `{program}`; there are: {' '.join(PROGRAMS)}")
    if shutil.which(options.lamella) is None:
        sys.exit(f"no binary `{options.lamella}`: give its path with --lamella")
    found = commands(options.lamella)
    rounds = 1 if options.smallest else options.rounds

    header = f"{'program':<12}" + "".join(f"{language + ' s':>12}" for language in found)
    if not options.smallest:
        print(header + "".join(f"{'/ ' + language:>10}" for language in found if language != "lamella") + "   spread")
    for program in programs:
        paths = {language: sized_file(HERE / "language" / (program + ENDINGS[language]), "n", options.smallest) for language in found}
        times = {language: [] for language in found}
        for _ in range(rounds):
            checks = {}
            for language, command in found.items():
                checks[language], seconds = run(command, paths[language])
                times[language].append(seconds)
            if len(set(checks.values())) != 1:
                sys.exit(f"{program}: the check values differ: {checks}")
        if options.smallest:
            print(f"{program}: ok, check {checks['lamella']} in {', '.join(found)}")
            continue
        median = {language: statistics.median(values) for language, values in times.items()}
        row = f"{program:<12}" + "".join(f"{median[language]:>12.4f}" for language in found)
        row += "".join(f"{median['lamella'] / median[language]:>10.2f}" for language in found if language != "lamella")
        print(row + f"   {min(times['lamella']):.4f}–{max(times['lamella']):.4f}")
    if not options.smallest:
        for language, milliseconds in start_up(found, max(rounds, 5)).items():
            print(f"start-up {language}: {milliseconds:.1f} ms")


if __name__ == "__main__":
    main()
