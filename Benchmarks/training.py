#!/usr/bin/env python3
"""Times a training step of three small models in Lamella and PyTorch (eager), turn about, and their peak memory.

Every run is a process of its own, with the same first weights, data and AdamW; the losses after the last step
must agree. See README.md.
"""
import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from lamella_side import sized

HERE = Path(__file__).resolve().parent
MODELS = ["mlp", "cnn", "transformer"]


def build(name):
    """The PyTorch side: model, examples and labels, with the weights that `numbers` in the .lam files gives."""
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    def numbers(sizes, scale):
        count = 1
        for size in sizes:
            count *= size
        v = torch.sin(torch.arange(count, dtype=torch.float64) * 12.9898) * 43758.5453
        return (scale * (2 * (v - torch.floor(v)) - 1)).float().reshape(sizes)

    def dense(inputs, outputs, bias=True):
        layer = nn.Linear(inputs, outputs, bias=bias)
        with torch.no_grad():
            layer.weight.copy_(numbers((inputs, outputs), inputs**-0.5).T)
            if bias:
                layer.bias.zero_()
        return layer

    def conv(inputs, outputs):
        layer = nn.Conv2d(inputs, outputs, 3, padding=1)
        with torch.no_grad():
            layer.weight.copy_(numbers((outputs, inputs, 3, 3), (9 * inputs) ** -0.5))
            layer.bias.zero_()
        return layer

    class Block(nn.Module):
        def __init__(self, width, heads, length):
            super().__init__()
            self.heads = heads
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.q, self.k, self.v, self.o = (dense(width, width, bias=False) for _ in range(4))
            self.up, self.down = dense(width, 4 * width), dense(4 * width, width)
            half = width // heads // 2
            angles = torch.arange(length)[:, None] * 10000 ** (-torch.arange(half) / half)[None]
            self.register_buffer("cos", torch.cat((angles.cos(), angles.cos()), 1))
            self.register_buffer("sin", torch.cat((angles.sin(), angles.sin()), 1))

        def turned(self, x):
            a, b = x.chunk(2, dim=-1)
            return x * self.cos + torch.cat((-b, a), dim=-1) * self.sin

        def forward(self, x):
            batch, length, width = x.shape
            y = self.norm1(x)
            q, k, v = (layer(y).view(batch, length, self.heads, -1).transpose(1, 2) for layer in (self.q, self.k, self.v))
            y = F.scaled_dot_product_attention(self.turned(q), self.turned(k), v, is_causal=True)
            x = x + self.o(y.transpose(1, 2).reshape(batch, length, width))
            return x + self.down(F.gelu(self.up(self.norm2(x))))

    if name == "mlp":
        model = nn.Sequential(dense(64, 128), nn.ReLU(), dense(128, 10))
        return model, numbers((128, 64), 1.0), torch.arange(128) ** 2 % 10
    if name == "cnn":
        model = nn.Sequential(
            conv(1, 16), nn.ReLU(), nn.MaxPool2d(2), conv(16, 32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), dense(1568, 10)
        )
        return model, numbers((128, 1, 28, 28), 1.0), torch.arange(128) ** 2 % 10
    tokens = (torch.arange(16 * 65) ** 2 % 65).reshape(16, 65)
    embedding = nn.Embedding(65, 128)
    with torch.no_grad():
        embedding.weight.copy_(numbers((65, 128), 65**-0.5))
    blocks = [Block(128, 4, 64) for _ in range(4)]
    model = nn.Sequential(embedding, *blocks, nn.LayerNorm(128), dense(128, 65), nn.Flatten(0, 1))
    return model, tokens[:, :-1], tokens[:, 1:].reshape(-1)


def peer(name, steps):
    """Trains in this process with PyTorch; prints what the .lam files print."""
    import torch

    model, x, y = build(name)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    seconds = []
    for _ in range(steps):
        start = perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        seconds.append(perf_counter() - start)
    print("check", loss.item())
    print("seconds", statistics.median(seconds))


def run(command):
    """One process: (median seconds of a step, last loss, peak memory in MB)."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} did not finish:\n{output}")
    found = dict(line.split() for line in output.splitlines())
    return float(found["seconds"]), float(found["check"]), usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--smallest", action="store_true", help="once, few steps, no timing")
    parser.add_argument("--models", nargs="*", choices=MODELS, default=MODELS)
    parser.add_argument("--threads", type=int, help="threads for both (default: each its own choice)")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer[0], int(options.peer[1]))
    if options.threads:
        for name in ("LAMELLA_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(options.threads)
    has_torch = importlib.util.find_spec("torch") is not None
    if not has_torch:
        print("SKIPPED torch: not installed for this Python; nothing is compared")

    folder = Path(tempfile.mkdtemp(prefix="lamella-bench-"))
    if not options.smallest:
        print("| model | Lamella ms | PyTorch ms | ratio | Lamella MB | PyTorch MB | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
    for model in options.models:
        steps, text = sized(HERE / "training" / f"{model}.lam", "steps", options.smallest)
        script = folder / f"{model}.lam"
        script.write_text(text)
        ours, theirs = [], []
        for _ in range(1 if options.smallest else options.rounds):
            ours.append(run([options.lamella, "run", script]))
            if has_torch:
                theirs.append(run([sys.executable, __file__, "--peer", model, steps]))
        if has_torch and abs(ours[0][1] - theirs[0][1]) > 2e-3 * max(1, abs(theirs[0][1])):
            sys.exit(f"{model}: the losses differ: {ours[0][1]} and {theirs[0][1]}")
        if options.smallest:
            print(f"{model}: {'the losses agree' if has_torch else 'it runs'}")
            continue
        time, memory = (statistics.median(run[i] for run in ours) for i in (0, 2))
        if not has_torch:
            print(f"| {model} | {time * 1e3:.3f} | | | {memory:.0f} | | |")
            continue
        peer_time, peer_memory = (statistics.median(run[i] for run in theirs) for i in (0, 2))
        print(
            f"| {model} | {time * 1e3:.3f} | {peer_time * 1e3:.3f} | {time / peer_time:.2f} "
            f"| {memory:.0f} | {peer_memory:.0f} | {memory / peer_memory:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
