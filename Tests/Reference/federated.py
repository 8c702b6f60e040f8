#!/usr/bin/env python3
"""Writes federated.npz: federated and split-federated training in PyTorch, Flower's aggregation, Opacus' accounts.

The methods are written out here from their definitions, a client at a time, with PyTorch's optimisers. The orders of
examples are those Lamella draws: a Fisher-Yates shuffle over the words of NumPy's Philox.

    pip install torch flwr opacus && python3 Tests/Reference/federated.py
"""
import logging
from pathlib import Path

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
SEED, SIZES, BATCH, EPOCHS, ROUNDS = 11, (3, 9, 5, 12), 4, 2, 3
TOTAL = sum(SIZES)


def key(seed, *names):
    a, b = seed % 2147483647, seed % 2147483629
    for name in names:
        a = (a * 48271 + name + 1) % 2147483647
        b = (b * 40692 + name + 7) % 2147483629
    return a * 2147483648 + b


def permutation(number, n):
    words, order = np.random.Philox(key=number), list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(words.random_raw()) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return order


def steps_of(j):
    return EPOCHS * -(-SIZES[j] // BATCH)


def batch(round_, j, t):
    each = -(-SIZES[j] // BATCH)
    order = permutation(key(SEED, 3, round_, j, t // each), SIZES[j])
    first = sum(SIZES[:j])
    return [first + i for i in order[t % each * BATCH : (t % each + 1) * BATCH]]


OPTIMISERS = {
    "sgdm": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "plain": lambda p: torch.optim.SGD(p, lr=0.1),
    "nag": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.02),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.05),
}


class Worker:
    """A client's layers and the server's copy of its own, each with an optimiser."""

    def __init__(self, first, second, optimiser):
        shapes = [(6, 5), (5,), (5, 4), (4,), (4, 3), (3,)]
        self.client = [w.clone().requires_grad_() for w in first]
        self.server = [w.clone().requires_grad_() for w in second]
        assert [tuple(w.shape) for w in self.client + self.server] == shapes
        self.a, self.b = OPTIMISERS[optimiser](self.client), OPTIMISERS[optimiser](self.server)

    def gradients(self, x, y):
        smashed = torch.tanh(x @ self.client[0] + self.client[1])
        received = smashed.detach().requires_grad_()
        hidden = torch.tanh(received @ self.server[0] + self.server[1])
        loss = nn.functional.cross_entropy(hidden @ self.server[2] + self.server[3], y)
        self.a.zero_grad(), self.b.zero_grad()
        loss.backward()
        smashed.backward(received.grad)
        return [w.grad for w in self.client + self.server]

    def weights(self):
        return [w.detach() for w in self.client + self.server]

    def buffers(self, name):
        return [self.b.state[w][name] for w in self.server]


def mean(models, counts):
    return [sum(n * w for n, w in zip(counts, ws)) / sum(counts) for ws in zip(*models)]


def fused(workers, tau, alpha, divide, by_size, name):
    """The fused buffer after step `tau`; alpha None drops clients that have finished."""
    s = []
    for j in range(len(workers)):
        left = steps_of(j) > tau
        s.append(1.0 if left else 0.0 if alpha is None else float(tau - steps_of(j) + 1) ** alpha)
    if by_size:
        s = [w * n * len(SIZES) / TOTAL for w, n in zip(s, SIZES)]
    total = sum(s) if divide == "weights" else len(workers)
    if sum(s) == 0:
        return None
    return [
        sum(w * m for w, m in zip(s, ms)) / total
        for ms in zip(*(worker.buffers(name) for worker in workers))
    ]


def train(x, y, start, optimiser="sgdm", fuse=None, prox=0.0, server=None, control=False,
          average_momentum=False, sequential=False):
    weights, momenta, carried = [w.clone() for w in start], None, None
    c, own = [torch.zeros_like(w) for w in start], {}
    slow = first = second = None
    drifts = []
    for n in range(ROUNDS):
        workers = [Worker(weights[:2], weights[2:], optimiser) for _ in SIZES]
        raw = [[torch.zeros_like(w) for w in start] for _ in SIZES]
        if momenta is not None:
            for worker in workers:
                for w, m in zip(worker.client + worker.server, momenta):
                    (worker.a if any(w is p for p in worker.client) else worker.b).state[w]["momentum_buffer"] = m.clone()

        def step(j, t, buffers=()):
            worker = workers[j]
            rows = batch(n, j, t)
            grads = worker.gradients(x[rows], y[rows])
            for i, (g, w) in enumerate(zip(grads, worker.client + worker.server)):
                raw[j][i] += g
                if control:
                    g += c[i] - (own[j][i] if j in own else 0.0)
                g += prox * (w.detach() - weights[i])
            for name, values in buffers:
                for w, m in zip(worker.server, values):
                    state = worker.b.state[w]
                    if name == "exp_avg" and "step" not in state:
                        state["step"] = torch.tensor(0.0)
                        state["exp_avg_sq"] = torch.zeros_like(w)
                    state[name] = m.clone()
            worker.a.step(), worker.b.step()

        if sequential:
            shared = workers[0].server
            optimizer = workers[0].b
            for j in permutation(key(SEED, 4, n), len(SIZES)):
                workers[j].server, workers[j].b = shared, optimizer
                for t in range(steps_of(j)):
                    step(j, t)
        elif fuse:
            names = ["exp_avg" if "adam" in optimiser else "momentum_buffer"]
            if fuse.get("second"):
                names.append("exp_avg_sq")
            m = carried if fuse.get("keep") else None
            for t in range(max(map(steps_of, range(len(SIZES))))):
                for j in range(len(SIZES)):
                    if t < steps_of(j):
                        step(j, t, list(zip(names, m)) if m else ())
                found = [fused(workers, t + 1, fuse["alpha"], fuse["divide"], fuse.get("by_size"), k) for k in names]
                m = m if found[0] is None else found
            carried = m
        else:
            for j in range(len(SIZES)):
                for t in range(steps_of(j)):
                    step(j, t)
        models = [worker.weights() for worker in workers]
        new = mean(models, SIZES)
        drifts.append(sum(k / TOTAL * sum(((w - v) ** 2).sum() for w, v in zip(model[2:], new[2:]))
                          for k, model in zip(SIZES, models)).sqrt())
        if average_momentum:
            momenta = mean([[(worker.a if i < 2 else worker.b).state[w]["momentum_buffer"]
                             for i, w in enumerate(worker.client + worker.server)] for worker in workers], SIZES)
        if control:
            change = [torch.zeros_like(w) for w in start]
            for j in range(len(SIZES)):
                mine = [g / steps_of(j) for g in raw[j]]
                if optimiser == "plain":
                    # The paper's second option, from the weights alone.
                    option = [(w - v) / (steps_of(j) * 0.1) - a + (own[j][i] if j in own else 0.0)
                              for i, (w, v, a) in enumerate(zip(weights, models[j], c))]
                    assert all(torch.allclose(m, o) for m, o in zip(mine, option))
                    mine = option
                for i, g in enumerate(mine):
                    change[i] += g - (own[j][i] if j in own else 0.0)
                own[j] = mine
            c = [a + d / len(SIZES) for a, d in zip(c, change)]
        if server:
            kind, lr, beta = server
            fall = [w - v for w, v in zip(weights, new)]
            if kind == "slow":
                slow = [f / 0.1 + (beta * s if slow else 0.0) for f, s in zip(fall, slow or fall)]
                new = [w - lr * 0.1 * u for w, u in zip(weights, slow)]
            else:
                slow = [f + (beta * s if slow else 0.0) for f, s in zip(fall, slow or fall)]
                new = [w - lr * v for w, v in zip(weights, slow)]
        weights = new
    flat = torch.cat([w.reshape(-1) for w in weights])
    return np.concatenate([flat.numpy(), np.array([float(d) for d in drifts])])


def cases():
    sampled = {"alpha": -0.1, "divide": "sampled"}
    return {
        "sflv1": {}, "sflv1_nag": {"optimiser": "nag"}, "sflv1_adam": {"optimiser": "adam"},
        "sflv1_adamw": {"optimiser": "adamw"}, "smofi": {"fuse": sampled},
        "smofi_half": {"fuse": {"alpha": -0.5, "divide": "weights"}},
        "smofi_drop": {"fuse": {"alpha": None, "divide": "weights"}},
        "smofi_size": {"fuse": {"alpha": -0.1, "divide": "sampled", "by_size": True}},
        "smofi_keep": {"fuse": {"alpha": -0.1, "divide": "sampled", "keep": True}},
        "smofi_nag": {"fuse": sampled, "optimiser": "nag"},
        "smofi_adam": {"fuse": sampled, "optimiser": "adam"},
        "smofi_adam_second": {"fuse": {**sampled, "second": True}, "optimiser": "adam"},
        "smofi_adamw": {"fuse": sampled, "optimiser": "adamw"},
        "fedprox": {"prox": 0.3}, "fedprox_smofi": {"prox": 0.3, "fuse": sampled},
        "fedavgm": {"server": ("momentum", 0.8, 0.7)}, "slowmo": {"server": ("slow", 0.9, 0.6)},
        "smofi_fedavgm": {"fuse": sampled, "server": ("momentum", 0.8, 0.7)},
        "fednag": {"optimiser": "nag", "average_momentum": True},
        "scaffold": {"control": True, "optimiser": "plain"},
        "scaffold_momentum": {"control": True}, "sflv2": {"sequential": True},
    }


def flower(arrays, counts):
    """What Flower's strategies make of the same arrays, two rounds long."""
    logging.disable(logging.CRITICAL)
    from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
    from flwr.server import strategy as s

    start = arrays[0]
    first = ndarrays_to_parameters([start])
    made = {
        "average": s.FedAvg(inplace=False), "median": s.FedMedian(), "trimmed": s.FedTrimmedAvg(beta=0.2),
        "momentum": s.FedAvgM(server_learning_rate=0.5, server_momentum=0.8, initial_parameters=first),
        "adam": s.FedAdam(eta=0.1, beta_1=0.9, beta_2=0.99, tau=1e-3, initial_parameters=first),
        "yogi": s.FedYogi(eta=0.1, beta_1=0.9, beta_2=0.99, tau=1e-3, initial_parameters=first),
        "adagrad": s.FedAdagrad(eta=0.1, tau=1e-3, initial_parameters=first),
        "krum": s.Krum(num_malicious_clients=1), "multikrum": s.Krum(num_malicious_clients=1, num_clients_to_keep=3),
    }
    out = {}
    for name, strategy in made.items():
        rounds = []
        for number, models in enumerate((arrays[1:6], arrays[6:11]), start=1):
            results = [
                (None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters([model]), n, {}))
                for model, n in zip(models, counts)
            ]
            parameters, _ = strategy.aggregate_fit(number, results, [])
            rounds.append(parameters_to_ndarrays(parameters)[0])
        out[f"flower_{name}"] = np.stack(rounds)
    return out


def accounts():
    """ε by Opacus over the orders Lamella searches, and Rényi privacy at single orders: rows of settings and result."""
    from opacus.accountants.analysis import rdp

    orders = [1 + k / 10 for k in range(1, 100)] + list(range(12, 64)) + [80, 96, 128, 192, 256, 384, 512]
    epsilons, single = [], []
    for noise, rate, rounds, delta in (
        (1.0, 0.1, 100, 1e-5), (0.7, 0.05, 30, 1e-5), (2.0, 0.5, 200, 1e-6), (1.1, 0.01, 1000, 1e-5), (1.0, 1.0, 10, 1e-5)):
        lost = rdp.compute_rdp(q=rate, noise_multiplier=noise, steps=rounds, orders=orders)
        epsilons.append((noise, rate, rounds, delta, rdp.get_privacy_spent(orders=orders, rdp=lost, delta=delta)[0]))
    for noise, rate, order in ((1.0, 0.01, 8), (1.0, 0.1, 2.5), (0.6, 0.2, 1.1), (4.0, 0.5, 64), (0.5, 0.02, 20)):
        single.append((noise, rate, order, rdp.compute_rdp(q=rate, noise_multiplier=noise, steps=1, orders=[order])[0]))
    return {"epsilons": np.array(epsilons), "rdp": np.array(single, dtype=float)}


def main():
    draw = np.random.default_rng(5)
    # Sixteenths, so that the file says exactly what was computed with.
    coarse = lambda *shape: np.round(draw.normal(size=shape) * 8) / 16
    x, y = coarse(TOTAL, 6) * 2, draw.integers(0, 3, TOTAL)
    # Clients see few labels, so that their gradients differ.
    y[: SIZES[0]], y[SIZES[0] : 7] = 0, 1
    start = [coarse(*shape) for shape in ((6, 5), (5,), (5, 4), (4,), (4, 3), (3,))]
    out = {"x": x, "y": y, "start": np.concatenate([w.reshape(-1) for w in start])}
    for name, case in cases().items():
        out[name] = train(torch.tensor(x), torch.tensor(y), [torch.tensor(w) for w in start], **case)
    arrays, counts = coarse(11, 4, 3), [3, 1, 4, 2, 6]
    out |= {"arrays": arrays, "counts": np.array(counts)} | flower(arrays, counts) | accounts()
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **out)


if __name__ == "__main__":
    main()
