#!/usr/bin/env python3
"""Times a federated round of 20 clients in Lamella and PyTorch (eager), turn about.

Both begin with the same weights and take the same batches in the same order; the weights after the round must agree.
PyTorch runs the clients one after the other, with one thread for its operations and with all. See README.md.
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
CASES = ["mlp_fedavg", "mlp_smofi", "cnn_fedavg", "cnn_smofi"]
BATCH = 16


def lamella(program, folder, smallest):
    """Runs federated.lam; gives the seconds of a round by case."""
    script = folder / "federated.lam"
    script.write_text(sized(HERE / "federated.lam", "repeats", smallest)[1])
    done = subprocess.run([program, script], capture_output=True, text=True, check=False,
                          env={**os.environ, "LAMELLA_BENCH_FOLDER": str(folder)})
    if done.returncode != 0:
        sys.exit(done.stderr)
    return {name: float(seconds) for name, seconds in map(str.split, done.stdout.splitlines())}


def permutation(client, n):
    """The order in which client `client` takes its examples in the first round."""
    import numpy as np

    a = b = 0
    for name in (3, 0, client, 0):
        a, b = (a * 48271 + name + 1) % 2147483647, (b * 40692 + name + 7) % 2147483629
    words, order = np.random.Philox(key=a * 2147483648 + b), list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(words.random_raw()) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return order


def build(name, weights):
    """The client's and the server's layers, with the weights of the file."""
    import torch
    from torch import nn

    if name.startswith("mlp"):
        layers = [nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)]
        cut = 2
    else:
        layers = [nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1),
                  nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(784, 10)]
        cut = 3
    own = [p for layer in layers for p in layer.parameters()]
    with torch.no_grad():
        for p, w in zip(own, weights):
            p.copy_(torch.from_numpy(w.T.copy() if w.ndim == 2 else w))
    return nn.Sequential(*layers[:cut]), nn.Sequential(*layers[cut:])


def flat(model):
    """The weights as Lamella has them: dense matrices [inputs, outputs]."""
    return [p.detach().numpy().T if p.dim() == 2 else p.detach().numpy() for half in model for p in half.parameters()]


def fedavg(start, x, y, orders):
    import copy
    import torch

    loss_of = torch.nn.functional.cross_entropy
    total, count = None, sum(map(len, orders))
    for order in orders:
        model = torch.nn.Sequential(*copy.deepcopy(start))
        opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        for i in range(0, len(order), BATCH):
            rows = order[i : i + BATCH]
            opt.zero_grad()
            loss = loss_of(model(x[rows]), y[rows])
            loss.backward()
            opt.step()
            loss.item()
        part = [p.detach() * (len(order) / count) for p in model.parameters()]
        total = part if total is None else [a + b for a, b in zip(total, part)]
    model = copy.deepcopy(start)
    with torch.no_grad():
        for p, w in zip((p for half in model for p in half.parameters()), total):
            p.copy_(w)
    return model


def smofi(start, x, y, orders, alpha=-0.1):
    import copy
    import torch

    loss_of = torch.nn.functional.cross_entropy
    halves = [copy.deepcopy(start) for _ in orders]
    opts = [[torch.optim.SGD(half.parameters(), lr=0.01, momentum=0.9) for half in pair] for pair in halves]
    servers = [list(pair[1].parameters()) for pair in halves]
    lengths = [-(-len(order) // BATCH) for order in orders]
    fused = None
    for step in range(max(lengths)):
        for j, order in enumerate(orders):
            if step >= lengths[j]:
                continue
            rows = order[step * BATCH : (step + 1) * BATCH]
            (client, server), (first, second) = halves[j], opts[j]
            first.zero_grad()
            second.zero_grad()
            smashed = client(x[rows])
            received = smashed.detach().requires_grad_()
            loss = loss_of(server(received), y[rows])
            loss.backward()
            smashed.backward(received.grad)
            if fused is not None:
                for p, m in zip(servers[j], fused):
                    second.state[p]["momentum_buffer"].copy_(m)
            first.step()
            second.step()
            loss.item()
        s = [1.0 if n > step + 1 else float(step + 1 - n + 1) ** alpha for n in lengths]
        with torch.no_grad():
            fused = []
            for i in range(len(servers[0])):
                m = torch.zeros_like(servers[0][i])
                for j in range(len(orders)):
                    m.add_(opts[j][1].state[servers[j][i]]["momentum_buffer"], alpha=s[j] / len(orders))
                fused.append(m)
    count = sum(map(len, orders))
    model = copy.deepcopy(start)
    with torch.no_grad():
        for places in zip(*([p for half in pair for p in half.parameters()] for pair in [model, *halves])):
            places[0].zero_()
            for p, order in zip(places[1:], orders):
                places[0].add_(p, alpha=len(order) / count)
    return model


def pytorch(folder, threads, repeats):
    """Prints the seconds of a round by case, after a comparison of weights; a process of its own runs this."""
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    for name in CASES:
        file, after = np.load(folder / f"{name}.npz"), np.load(folder / f"{name}_after.npz")
        weights = [file[f"w{i}"] for i in range(sum(key.startswith("w") for key in file.files))]
        start = build(name, weights)
        x, y = torch.from_numpy(file["x"]), torch.from_numpy(file["y"])
        parts = [np.nonzero(file["owners"] == j)[0] for j in range(20)]
        orders = [torch.from_numpy(part[permutation(j, len(part))]) for j, part in enumerate(parts)]
        run = fedavg if name.endswith("fedavg") else smofi
        best = float("inf")
        for _ in range(repeats):
            begun = perf_counter()
            model = run(start, x, y, orders)
            best = min(best, perf_counter() - begun)
        off = max(float(abs(w - after[f"w{i}"]).max()) for i, w in enumerate(flat(model)))
        if not off < 1e-3:
            sys.exit(f"{name}: weights differ by {off}")
        print(name, best)


def run_pytorch(folder, threads, smallest):
    done = subprocess.run([sys.executable, __file__, "--pytorch", str(folder), "--threads", str(threads),
                           *(["--smallest"] if smallest else [])], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return {name: float(seconds) for name, seconds in map(str.split, done.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella")
    parser.add_argument("--smallest", action="store_true", help="once, to see that it runs")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side runs, turn about")
    parser.add_argument("--pytorch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pytorch:
        return pytorch(arguments.pytorch, arguments.threads, 1 if arguments.smallest else 5)
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("numpy") is None:
        print("SKIPPED federated: PyTorch is not installed")
        return None
    rounds = 1 if arguments.smallest else arguments.rounds
    rows = {name: ([], [], []) for name in CASES}
    with tempfile.TemporaryDirectory(prefix="lamella-bench-") as name:
        folder = Path(name)
        for _ in range(rounds):
            sides = [lamella(arguments.lamella, folder, arguments.smallest)]
            sides += [run_pytorch(folder, threads, arguments.smallest) for threads in (1, arguments.threads)]
            for case in CASES:
                for column, side in zip(rows[case], sides):
                    column.append(side[case])
    print("\n## A federated round of 20 clients\n")
    print(f"| round | Lamella, ms | PyTorch, 1 thread, ms | {arguments.threads} threads, ms | ratio to the faster |")
    print("| --- | --- | --- | --- | --- |")
    for case, columns in rows.items():
        own, one, all_ = (1000 * statistics.median(column) for column in columns)
        print(f"| {case} | {own:.1f} | {one:.1f} | {all_:.1f} | {own / min(one, all_):.2f} |")


if __name__ == "__main__":
    main()
