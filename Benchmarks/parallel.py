#!/usr/bin/env python3
"""Times `pmap` on all threads against `map`, in one process, turn about. See README.md."""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def script(smallest):
    """The path of the Lamella side, as it is or with its smallest number of rounds."""
    path = HERE / "parallel.lam"
    if not smallest:
        return path
    text, count = re.subn(
        r"^(rounds = )\S+(\s+# smallest )(.*)$", r"\1\3\2\3", path.read_text(), count=1, flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{path}: no line `rounds = …  # smallest …`")
    copy = Path(tempfile.mkdtemp(prefix="lamella-bench-")) / path.name
    copy.write_text(text)
    return copy


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", required=True)
    parser.add_argument("--smallest", action="store_true", help="once, to see that it runs")
    parser.add_argument("--rounds", type=int, help="ignored: the rounds are the script's own")
    arguments = parser.parse_args()
    done = subprocess.run(
        [arguments.lamella, script(arguments.smallest)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    print("\n## Items on all threads (`pmap`) against one after the other (`map`)\n")
    print("| items | work of one, µs | pmap / map |\n| --- | --- | --- |")
    for line in done.stdout.splitlines():
        items, microseconds, ratio = line.split()
        print(f"| {items} | {microseconds} | {ratio} |")


if __name__ == "__main__":
    main()
