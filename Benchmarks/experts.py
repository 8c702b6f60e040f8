#!/usr/bin/env python3
"""Times what a mixture of experts is made of, in Lamella and PyTorch, turn about: grouped products, and routing.

A grouped product is compared with a product for each expert put together again, in Lamella and in PyTorch, and with what
PyTorch has for it (`torch._grouped_mm`; with even loads also `torch.bmm`). See README.md for how to read the table.
"""
import argparse
import statistics
from functools import partial

from lamella_side import Session, peer_seconds

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

LOOP = """
fn apart(x, w, counts) {
  (first, parts) = (0, ())
  for (group, count) in enumerate(counts) {
    if count > 0 { parts = push(parts, x[first..first + count] @ w[group]) }
    first += count
  }
  concat(parts)
}
"""


def loads(rows, groups, skewed):
    """How many rows each group has: the same, or falling as 1, 1/2, 1/3, …."""
    if not skewed:
        return [rows // groups] * groups
    shares = [1 / (i + 1) for i in range(groups)]
    counts = [int(rows * share / sum(shares)) for share in shares]
    counts[0] += rows - sum(counts)
    # The busiest are not all at the beginning.
    return [counts[i * 7 % groups] if groups % 7 else counts[i] for i in range(groups)]


def without_gradient(function):
    def run():
        with torch.no_grad():
            return function()

    return run


def with_gradient(function, leaves, g):
    def run():
        for leaf in leaves:
            leaf.grad = None
        y = function()
        y.backward(g.view(y.shape))

    return run


def ends(counts):
    return torch.tensor(counts).cumsum(0).to(torch.int32)


def products(rows, groups, k, n, skewed=False):
    counts = loads(rows, groups, skewed)
    x, w = torch.randn(rows, k, requires_grad=True), torch.randn(groups, k, n, requires_grad=True)
    g, offsets = torch.randn(rows, n), ends(counts)

    def apart():
        return torch.cat([a @ b for a, b in zip(x.split(counts), w.unbind(0))])

    peers = {"loop": apart, "own": lambda: torch._grouped_mm(x, w, offs=offsets)}
    if not skewed:
        peers["bmm"] = lambda: torch.bmm(x.view(groups, -1, k), w)
    setup = (f"x = f32(randn({rows}, {k})); w = f32(randn({groups}, {k}, {n})); g = f32(randn({rows}, {n})); "
             f"counts = [{', '.join(map(str, counts))}]")
    name = f"{rows} x {k} to {n}, {groups} groups{', skewed' if skewed else ''}"
    return [
        (f"{name}: forward", setup, "grouped_matmul(x, w, counts)", "apart(x, w, counts)",
         {key: without_gradient(peer) for key, peer in peers.items()}),
        (f"{name}: forward + backward", setup, "vjp((x, w) -> grouped_matmul(x, w, counts), x, w)[1](g)",
         "vjp((x, w) -> apart(x, w, counts), x, w)[1](g)",
         {key: with_gradient(peer, (x, w), g) for key, peer in peers.items()}),
    ]


def units(rows, groups, width, hidden):
    """The gated unit of experts: two products, silu(gate) * up, a third product."""
    counts = loads(rows, groups, True)
    x = torch.randn(rows, width, requires_grad=True)
    gate, up = (torch.randn(groups, width, hidden).mul(width ** -0.5).requires_grad_() for _ in range(2))
    down = torch.randn(groups, hidden, width).mul(hidden ** -0.5).requires_grad_()
    g, offsets = torch.randn(rows, width), ends(counts)

    def apart():
        parts = zip(x.split(counts), gate.unbind(0), up.unbind(0), down.unbind(0))
        return torch.cat([(F.silu(a @ b) * (a @ c)) @ d for a, b, c, d in parts])

    def whole():
        inner = F.silu(torch._grouped_mm(x, gate, offs=offsets)) * torch._grouped_mm(x, up, offs=offsets)
        return torch._grouped_mm(inner, down, offs=offsets)

    setup = (f"x = f32(randn({rows}, {width})); a = f32(randn({groups}, {width}, {hidden})) * {width ** -0.5}; "
             f"b = f32(randn({groups}, {width}, {hidden})) * {width ** -0.5}; "
             f"d = f32(randn({groups}, {hidden}, {width})) * {hidden ** -0.5}; g = f32(randn({rows}, {width})); "
             f"counts = [{', '.join(map(str, counts))}]")
    code = ("vjp((x, a, b, d) -> {0}(swiglu({0}(x, b, counts), {0}(x, a, counts)), d, counts), x, a, b, d)[1](g)")
    leaves = (x, gate, up, down)
    return [(f"gated unit {rows} x {width} x {hidden}, {groups} groups: f + b", setup, code.format("grouped_matmul"),
             code.format("apart"), {"loop": with_gradient(apart, leaves, g), "own": with_gradient(whole, leaves, g)})]


def routing(tokens, groups, k, width):
    scores, x = torch.rand(tokens, groups, requires_grad=True), torch.randn(tokens, width, requires_grad=True)
    rows, g = torch.randn(tokens * k, width, requires_grad=True), torch.randn(tokens * k, width)
    chosen = torch.topk(scores, k).indices.reshape(-1)
    token = torch.argsort(chosen, stable=True) // k
    gk, gx = torch.randn(tokens, k), torch.randn(tokens, width)
    setup = (f"scores = f32(rand({tokens}, {groups})); x = f32(randn({tokens}, {width})); "
             f"rows = f32(randn({tokens * k}, {width})); chosen = top_k(scores, {k}).indices.reshape({tokens * k}); "
             f"token = argsort(chosen) // {k}; g = f32(randn({tokens * k}, {width})); gk = f32(randn({tokens}, {k})); "
             f"gx = f32(randn({tokens}, {width})); empty = zeros({tokens}, {width}, dtype = f32)")

    def added():
        return torch.zeros(tokens, width).index_add(0, token, rows)

    def picked():
        return x.index_select(0, token)

    found = [
        ("top_k", f"top_k(scores, {k})", without_gradient(lambda: torch.topk(scores, k))),
        ("top_k: f + b", f"vjp(s -> top_k(s, {k}).values, scores)[1](gk)",
         with_gradient(lambda: torch.topk(scores, k).values, (scores,), gk)),
        ("argsort", "argsort(chosen)", lambda: torch.argsort(chosen, stable=True)),
        ("bincount", f"bincount(chosen, length = {groups})", lambda: torch.bincount(chosen, minlength=groups)),
        ("take rows", "take(x, token, axis = 0)", without_gradient(picked)),
        ("take rows: f + b", "vjp(x -> take(x, token, axis = 0), x)[1](g)", with_gradient(picked, (x,), g)),
        ("scatter_add rows", "scatter_add(empty, token, rows)", without_gradient(added)),
        ("scatter_add rows: f + b", "vjp(r -> scatter_add(empty, token, r), rows)[1](gx)",
         with_gradient(added, (rows,), gx)),
    ]
    return [(f"{name} {tokens} x {groups}, {k} each, width {width}", setup, code, None, {"own": peer})
            for name, code, peer in found]


def table(smallest):
    if smallest:
        return products(64, 4, 16, 8) + products(64, 16, 8, 24, True) + units(64, 8, 16, 8) + routing(64, 8, 2, 16)
    found = []
    for sizes in ((2048, 16, 128, 64), (2048, 16, 256, 512), (2048, 16, 1024, 1408), (2048, 64, 512, 512),
                  (2048, 128, 128, 64), (2048, 128, 256, 256), (2048, 128, 1024, 1408)):
        found += products(*sizes)
    for sizes in ((2048, 16, 256, 512), (2048, 64, 512, 512), (2048, 128, 256, 256)):
        found += products(*sizes, skewed=True)
    return found + units(2048, 16, 256, 512) + units(2048, 64, 256, 128) + routing(8192, 128, 6, 1024)


def count_for(seconds, budget):
    seconds(1)
    return max(1, int(budget / max(seconds(1), 1e-7)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--threads", type=int, help="of PyTorch; Lamella's are LAMELLA_THREADS")
    parser.add_argument("--smallest", action="store_true", help="each row once, smallest size")
    parser.add_argument("words", nargs="*", help="only rows that contain one of these")
    options = parser.parse_args()
    if torch is None:
        print("SKIPPED: PyTorch is not installed (pip install torch); nothing to compare with")
        return
    if options.threads:
        torch.set_num_threads(options.threads)
    lamella = Session(options.lamella)
    lamella.run(LOOP)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads; milliseconds, medians of {options.rounds} rounds")
    print("PyTorch: the fastest of its own, a loop over the groups, and bmm of even groups\n")
    print(f"{'operation':56} {'Lamella':>9} {'its loop':>9} {'PyTorch':>9} {'/ loop':>7} {'/ PyTorch':>10}   fastest")
    last = None
    for name, setup, code, loop, peers in table(options.smallest):
        if options.words and not any(word in name for word in options.words):
            continue
        if setup != last:
            lamella.run(setup)
        last = setup
        timers = {"lamella": partial(lamella.seconds, code)}
        if loop:
            timers["apart"] = partial(lamella.seconds, loop)
        timers |= {key: partial(peer_seconds, peer) for key, peer in peers.items()}
        budget, rounds = (0, 1) if options.smallest else (0.05, options.rounds)
        counts = {key: count_for(seconds, budget) for key, seconds in timers.items()}
        found = {key: [] for key in timers}
        for _ in range(rounds):
            for key, seconds in timers.items():
                found[key].append(seconds(counts[key]) * 1000)
        middle = {key: statistics.median(times) for key, times in found.items()}
        own, apart = middle["lamella"], middle.get("apart")
        fastest = min(peers, key=middle.get)
        columns = f"{apart:9.3f}" if apart else f"{'':9}"
        ratio = f"{own / apart:7.2f}" if apart else f"{'':7}"
        print(f"{name:56} {own:9.3f} {columns} {middle[fastest]:9.3f} {ratio} {own / middle[fastest]:10.2f}   {fastest}",
              flush=True)


main()
