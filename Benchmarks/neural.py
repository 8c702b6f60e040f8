#!/usr/bin/env python3
"""Times neural operations in Lamella and PyTorch, turn about: rows, convolutions forward and backward, attention.

Each side repeats an operation for some 50 ms and reports the mean; they take turns, and the table gives medians and their
ratio. Lamella is timed from the language, by its own clock; PyTorch by Python's. See README.md for how to read the table.
"""
import argparse
import statistics

from lamella_side import Session, peer_seconds

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None


def rows(n):
    width = min(n, 1000)
    x = torch.randn(n // width, width)
    g, b = torch.randn(width), torch.randn(width)
    setup = f"x = f32(randn({n // width}, {width})); w = f32(randn({width})); b = f32(randn({width}))"
    return [
        (f"softmax {n // width}x{width}", setup, "softmax(x)", lambda: torch.softmax(x, -1)),
        (f"layer_norm {n // width}x{width}", setup, "layer_norm(x, w, b)", lambda: F.layer_norm(x, (width,), g, b)),
    ]


def convolution(name, x, w, **options):
    a = torch.randn(*x, requires_grad=True)
    k = torch.randn(*w, requires_grad=True)
    y = F.conv2d(a, k, **options)
    g = torch.randn_like(y)

    def both():
        a.grad = k.grad = None
        F.conv2d(a, k, **options).backward(g)

    text = "".join(f", {key} = {value}" for key, value in options.items())
    setup = (f"x = f32(randn({', '.join(map(str, x))})); w = f32(randn({', '.join(map(str, w))})); "
             f"g = f32(randn({', '.join(map(str, y.shape))})); f = (x, w) -> conv2d(x, w{text})")
    return [
        (f"conv {name} forward", setup, "f(x, w)", lambda: F.conv2d(a.detach(), k.detach(), **options)),
        (f"conv {name} forward + backward", setup, "vjp(f, x, w)[1](g)", both),
    ]


def prefill(batch, heads, length, width):
    q, k, v = (torch.randn(batch, heads, length, width, requires_grad=True) for _ in range(3))
    g = torch.randn(batch, heads, length, width)

    def both():
        q.grad = k.grad = v.grad = None
        F.scaled_dot_product_attention(q, k, v, is_causal=True).backward(g)

    def forward():
        with torch.no_grad():
            F.scaled_dot_product_attention(q, k, v, is_causal=True)

    setup = "; ".join(f"{name} = f32(randn({batch}, {heads}, {length}, {width}))" for name in "qkvg")
    setup += "; f = (q, k, v) -> attention(q, k, v, causal = true)"
    name = f"attention {batch}x{heads}x{length}x{width} causal"
    return [
        (name + " forward", setup, "f(q, k, v)", forward),
        (name + " forward + backward", setup, "vjp(f, q, k, v)[1](g)", both),
    ]


def decode(heads, keys, width, kind):
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[kind]
    q = torch.randn(heads, 1, width).to(dtype)
    k, v = (torch.randn(heads, keys, width).to(dtype) for _ in range(2))

    def products():
        weights = torch.softmax(torch.bmm(q, k.transpose(1, 2)).float() / width ** 0.5, -1)
        torch.bmm(weights.to(dtype), v)

    setup = (f"q = f32(randn(1, {heads}, 1, {width})); k = {kind}(f32(randn(1, {heads}, {keys}, {width}))); "
             f"v = {kind}(f32(randn(1, {heads}, {keys}, {width})))")
    return [(f"attention decode {kind} {heads}x{keys}x{width}", setup, "attention(q, k, v)", products)]


def table(smallest):
    if smallest:
        return rows(1000) + convolution("3x3", (1, 4, 8, 8), (8, 4, 3, 3), padding=1) + prefill(1, 2, 64, 16) + decode(
            2, 1024, 16, "f32")
    found = []
    for n in (1000, 100_000, 1_000_000, 10_000_000):
        found += rows(n)
    found += convolution("3x3 32x64x32x32 to 64", (32, 64, 32, 32), (64, 64, 3, 3), padding=1)
    found += convolution("7x7/2 32x2x64x64 to 16", (32, 2, 64, 64), (16, 2, 7, 7), stride=2, padding=3)
    found += convolution("3x3 64x1x28x28 to 16", (64, 1, 28, 28), (16, 1, 3, 3), padding=1)
    found += convolution("1x1 16x64x32x32 to 128", (16, 64, 32, 32), (128, 64, 1, 1))
    found += prefill(4, 4, 128, 32) + prefill(1, 8, 1024, 64)
    found += decode(32, 8192, 128, "f32") + decode(32, 32768, 128, "bf16")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds (default 7)")
    parser.add_argument("--smallest", action="store_true", help="each operation once, smallest size")
    parser.add_argument("words", nargs="*", help="only rows that contain one of these")
    options = parser.parse_args()
    if torch is None:
        print("SKIPPED: PyTorch is not installed (pip install torch); nothing to compare with")
        return
    lamella = Session(options.lamella)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads; milliseconds, medians of {options.rounds} rounds\n")
    print(f"{'operation':48} {'Lamella':>10} {'PyTorch':>10} {'ratio':>7}   {'spread':>17}")
    for name, setup, code, peer in table(options.smallest):
        if options.words and not any(word in name for word in options.words):
            continue
        lamella.run(setup)
        budget = 0 if options.smallest else 0.05
        count = max(1, int(budget / max(lamella.seconds(code, 2), 1e-7)))
        peer()
        peer_count = max(1, int(budget / max(peer_seconds(peer, 2), 1e-7)))
        own, others = [], []
        for _ in range(1 if options.smallest else options.rounds):
            own.append(lamella.seconds(code, count) * 1000)
            others.append(peer_seconds(peer, peer_count) * 1000)
        a, b = statistics.median(own), statistics.median(others)
        print(f"{name:48} {a:10.4f} {b:10.4f} {a / b:7.2f}   {min(own):8.4f}–{max(own):8.4f}", flush=True)


main()
