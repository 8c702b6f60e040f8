#!/usr/bin/env python3
"""Times `pmap` on all threads against `map`, in one process, turn about. See README.md."""
import argparse
import subprocess
import sys
from pathlib import Path

from lamella_side import sized_file

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", required=True)
    parser.add_argument("--smallest", action="store_true", help="once, to see that it runs")
    parser.add_argument("--rounds", type=int, help="ignored: the rounds are the script's own")
    arguments = parser.parse_args()
    done = subprocess.run(
        [arguments.lamella, sized_file(HERE / "parallel.lam", "rounds", arguments.smallest)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    print("\n## Items on all threads (`pmap`) against one after the other (`map`)\n")
    print("| items | work of one, µs | pmap / map |\n| --- | --- | --- |")
    for line in done.stdout.splitlines():
        items, microseconds, ratio = line.split()
        print(f"| {items} | {microseconds} | {ratio} |")


if __name__ == "__main__":
    main()
