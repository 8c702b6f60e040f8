#!/usr/bin/env python3
"""Times attention of one query over a long cache in Lamella: all positions against PyTorch and against a plain read of as
many bytes, and the methods that read a part of them.

Times are those of an expression of the language, by its own clock; Lamella's methods and PyTorch take turns, and the table
gives medians. Before each run another buffer is read, so that nothing of the cache is in the processor's caches ("cold"),
as in a model whose other layers have passed by; "warm" is without. See README.md for how to read the tables.
"""
import argparse
import statistics
import sys
import time

from lamella_side import Session

try:
    import torch
except ImportError:
    torch = None

BUDGET = 128


class Caches(Session):
    def define(self, name, code):
        """A function that reads another buffer first, when told to, and gives the seconds of the expression alone."""
        self.run(f"fn {name}(cold) {{ if cold {{ sum(other) }}; t = clock(); {code}; clock() - t }}")

    def once(self, name, cold=True):
        return self.run(f"t = {name}({'true' if cold else 'false'})", ["t"])["t"]


def make_cache(lamella, heads, length, width, kind):
    """A cache `c` of random keys and values, in pieces."""
    lamella.run(f"c = kv_cache({heads}, {width}, dtype = {kind}); q = f32(randn(1, {heads}, 1, {width}))")
    while length > 0:
        piece = min(length, 4096)
        lamella.run(f"c = kv_append(c, f32(randn(1, {heads}, {piece}, {width})), f32(randn(1, {heads}, {piece}, {width})))")
        length -= piece


def peers(heads, length, width, kind):
    """PyTorch's ways to the same: its attention, and two products with a softmax between."""
    if torch is None:
        return {}
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[kind]
    q = torch.randn(heads, 1, width).to(dtype)
    k, v = (torch.empty(heads, length, width, dtype=dtype).normal_() for _ in range(2))

    def products():
        weights = torch.softmax(torch.bmm(q, k.transpose(1, 2)).float() / width ** 0.5, -1)
        return torch.bmm(weights.to(dtype), v)

    def attention():
        return torch.nn.functional.scaled_dot_product_attention(q, k, v)

    return {"two products": products, "its attention": attention}


def peer_seconds(function, other):
    if other is not None:
        other.sum()
    begin = time.perf_counter()
    with torch.no_grad():
        function()
    return time.perf_counter() - begin


def method_text(kind, **fields):
    return "(" + ", ".join([f'kind = "{kind}"', f"budget = {BUDGET}"] + [f"{k} = {v}" for k, v in fields.items()]) + ")"


ADAMAS = method_text("adamas", bits=2, edges="(-1.0, 0.0, 1.0)", hadamard="true", metric='"l1"')
METHODS = {
    "adamas": ADAMAS,
    "quest": method_text("quest", page=16),
    "streaming": method_text("streaming", sinks=4),
}


def check(lamella):
    """That what is timed is right: against the attention of whole tensors, and a budget for all against all."""
    lamella.run("k = f32(randn(1, 2, 300, 64)); v = f32(randn(1, 2, 300, 64)); x = f32(randn(1, 4, 1, 64))")
    lamella.run("few = kv_append(kv_cache(2, 64), k, v)")
    found = lamella.run(
        "a = kv_attend(x, few); error = float(max(abs(a - attention(x, k, v)))); "
        'same = all(kv_decode(x, few, (kind = "streaming", budget = 300, sinks = 4)) == a)', ["error", "same"])
    if not found["same"] or found["error"] > 1e-5:
        sys.exit(f"attention over a cache is wrong: {found}")


def measure(lamella, heads, length, width, kind, rounds, other):
    """Medians in seconds: of all positions and of PyTorch's best, of the methods, and of single steps."""
    make_cache(lamella, heads, length, width, kind)
    lamella.define("read_all", "sum(other)")
    lamella.define("full", "kv_attend(q, c)")
    for name, text in METHODS.items():
        lamella.run(f"{name}_method = {text}")
        lamella.define(name, f"kv_decode(q, c, {name}_method)")
    lamella.define("distances", "kv_distances(q, c, adamas_method)")
    lamella.define("selection", "kv_select(q, c, adamas_method)")
    lamella.run("chosen = kv_select(q, c, adamas_method)")
    lamella.define("rows", "kv_attend_chosen(q, c, chosen)")
    lamella.run(f"k1 = f32(randn(1, {heads}, 1, {width}))")
    # A whole page, so that its allocation counts as often as it does in the long run.
    lamella.run("fn append(cold) { g = c; t = clock(); for i in 0..256 { g = kv_append(g, k1, k1) }; (clock() - t) / 256 }")
    steps = ["read_all", "full", "distances", "selection", "rows"] + list(METHODS)
    candidates = peers(heads, length, width, kind)
    times = {name: [] for name in steps + ["warm", "append"] + list(candidates)}
    for _ in range(rounds):
        for name in steps:
            times[name].append(lamella.once(name))
        lamella.once("adamas", False)
        times["warm"].append(lamella.once("adamas", False))
        times["append"].append(lamella.once("append"))
        for name, function in candidates.items():
            times[name].append(peer_seconds(function, other))
    found = {name: statistics.median(values) for name, values in times.items()}
    best = min(candidates, key=lambda name: found[name], default=None)
    found["peer"] = (best, found[best] if best else None)
    return found


def milliseconds(seconds):
    return f"{seconds * 1000:.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds (default 9)")
    parser.add_argument("--smallest", action="store_true", help="each row once, of a small cache")
    parser.add_argument("--lengths", type=int, nargs="*", help="positions (default 1024 8192 32768 131072)")
    options = parser.parse_args()
    if torch is None:
        print("SKIPPED: PyTorch is not installed (pip install torch); its column stays empty\n")
    heads, width = (2, 64) if options.smallest else (32, 128)
    lengths = [1024] if options.smallest else options.lengths or [1024, 8192, 32768, 131072]
    rounds = 1 if options.smallest else options.rounds
    # Larger than the caches of processors.
    elements = 1 << 16 if options.smallest else 1 << 26
    lamella = Caches(options.lamella)
    lamella.run(f"other = f32(ones({elements}))")
    other = None if torch is None else torch.ones(elements)
    check(lamella)
    print(f"{heads} heads of {width}, one query, budget {BUDGET}; milliseconds, medians of {rounds} rounds"
          + ("" if torch is None else f"; PyTorch {torch.__version__}, {torch.get_num_threads()} threads") + "\n")
    results = []
    for length in lengths:
        for kind in ("bf16", "f32") if length <= 32768 else ("bf16",):
            found = measure(lamella, heads, length, width, kind, rounds, other)
            results.append((length, kind, found, 2 * heads * length * width * (2 if kind == "bf16" else 4)))
    print("| positions | stored | all, ms | GB/s | plain read, GB/s | of it | PyTorch, ms | by | all / PyTorch |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |")
    for length, kind, found, size in results:
        speed, plain = size / found["full"] / 1e9, elements * 4 / found["read_all"] / 1e9
        name, peer = found["peer"]
        peer_text = "– | – | –" if peer is None else f"{milliseconds(peer)} | {name} | {found['full'] / peer:.2f}"
        print(f"| {length:,} | {kind} | {milliseconds(found['full'])} | {speed:.1f} | {plain:.1f} | {speed / plain:.2f} | {peer_text} |")
    print("\n| positions | stored | adamas cold | gain | bound by bytes | warm | gain | quest cold | gain | streaming cold |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for length, kind, found, size in results:
        row, code = size / heads / length, width / 4
        bound = size / (heads * (length * code + min(BUDGET, length) * row))
        full = found["full"]
        print(f"| {length:,} | {kind} | {milliseconds(found['adamas'])} | {full / found['adamas']:.1f} | {bound:.1f} "
              f"| {milliseconds(found['warm'])} | {full / found['warm']:.1f} | {milliseconds(found['quest'])} "
              f"| {full / found['quest']:.1f} | {milliseconds(found['streaming'])} |")
    print("\n| positions | stored | distances | selection with them | attention to the chosen | append |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for length, kind, found, _ in results:
        print(f"| {length:,} | {kind} | " + " | ".join(
            milliseconds(found[name]) for name in ("distances", "selection", "rows", "append")) + " |")


main()
