"""What the scripts share of Lamella's side: a session that evaluates code, and programs in their smallest size."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Session:
    """A session of `lamella serve`; `threads` are its own unless given."""

    def __init__(self, program, threads=None):
        environment = dict(os.environ, LAMELLA_THREADS=str(threads)) if threads else None
        self.process = subprocess.Popen(
            [program, "serve", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.folder = tempfile.mkdtemp(prefix="lamella-bench-")

    def run(self, code, outputs=()):
        """Evaluates code; gives the values of the names in `outputs`. An error ends the script."""
        request = {"id": 1, "code": code, "outputs": list(outputs), "folder": self.folder}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if reply["error"]:
            sys.exit(f"{code}\n{reply['error']['text']}")
        return reply["outputs"]

    def seconds(self, code, count):
        """The mean time of evaluating code, by the language's own clock."""
        self.run(f"fn timed(n) {{ t = clock(); for i in 0..n {{ {code} }}; clock() - t }}")
        return self.run(f"t = timed({count})", ["t"])["t"] / count


def peer_seconds(function, count):
    """The mean time of calling a function of the peer's."""
    begin = time.perf_counter()
    for _ in range(count):
        function()
    return (time.perf_counter() - begin) / count


def sized(path, name, smallest):
    """The value of a program's setting, as text, and the program with it.

    The setting stands in a line `name = value  # smallest value` (or `local name`, and `--` for `#`).
    """
    text = path.read_text()
    found = re.search(rf"^((?:local )?{name} = )(.+?)(\s+(?:#|--) smallest (.+))$", text, re.MULTILINE)
    if not found:
        sys.exit(f"{path}: no line `{name} = …  # smallest …`")
    value = found[4] if smallest else found[2]
    if path.suffix == ".lua":
        value = value.replace("_", "")
    return value, text[: found.start()] + found[1] + value + found[3] + text[found.end() :]


def sized_file(path, name, smallest):
    """The path of a program as it is, or of a copy in its smallest size."""
    if not smallest:
        return path
    copy = Path(tempfile.mkdtemp(prefix="lamella-bench-")) / path.name
    copy.write_text(sized(path, name, smallest)[1])
    return copy
