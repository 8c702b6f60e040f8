#!/usr/bin/env python3
"""Writes Tests/Reference/decoding.npz: laws of drawing as transformers' processors make them, the laws of accepted tokens
by summing over every draft and every coin in exact arithmetic, and fits by NumPy.

    python3 Tests/Reference/decoding.py
"""
import itertools
from fractions import Fraction
from pathlib import Path

import numpy
import torch
from transformers.generation import logits_process as processes

OUT = Path(__file__).resolve().parent / "decoding.npz"


def laws(found):
    generator = torch.Generator().manual_seed(11)
    scores = 3 * torch.randn(4, 12, generator=generator, dtype=torch.float64)
    texts = torch.randint(0, 12, (4, 5), generator=generator)
    found["scores"], found["texts"] = scores.numpy(), texts.numpy()
    cases = {
        "temperature": [processes.TemperatureLogitsWarper(0.7)],
        "top_k": [processes.TopKLogitsWarper(3)],
        "top_p": [processes.TopPLogitsWarper(0.8)],
        "min_p": [processes.MinPLogitsWarper(0.1)],
        "repetition": [processes.RepetitionPenaltyLogitsProcessor(1.3)],
        "all": [
            processes.RepetitionPenaltyLogitsProcessor(1.3), processes.TemperatureLogitsWarper(1.5),
            processes.TopKLogitsWarper(9), processes.TopPLogitsWarper(0.9), processes.MinPLogitsWarper(0.05)],
    }
    for name, steps in cases.items():
        s = scores.clone()
        for step in steps:
            s = step(texts, s)
        found[f"law_{name}"] = torch.softmax(s, dim=-1).numpy()


def normalised(p):
    total = sum(p)
    return [x / total for x in p]


def residual(p, q):
    more = [max(a - b, Fraction(0)) for a, b in zip(p, q)]
    return normalised(more) if sum(more) > 0 else p


def chain_length(p, q, n):
    """The law of how many of n drafted tokens are accepted, when p and q are the same at every place."""
    alpha = sum(min(a, b) for a, b in zip(p, q))
    return [alpha**i * (1 - alpha) for i in range(n)] + [alpha**n]


def top_children(p, order):
    """The chance that each child of `order` is accepted in turn, and the law of the token when none is."""
    p, accepted, left = list(p), [], Fraction(1)
    for x in order:
        accepted.append(left * p[x])
        left *= 1 - p[x]
        p[x] = Fraction(0)
        if sum(p) > 0:
            p = normalised(p)
    return accepted, left


def drawn_children(p, q, count):
    """The chance that one of `count` children drawn from q without replacement is accepted, over all draws."""
    total = Fraction(0)
    for order in itertools.permutations(range(len(q)), count):
        chance, rest = Fraction(1), list(q)
        for x in order:
            chance *= rest[x] / sum(rest)
            rest[x] = Fraction(0)
        law, proposal, left = list(p), list(q), Fraction(1)
        for x in order:
            left *= 1 - min(Fraction(1), law[x] / proposal[x])
            law = residual(law, proposal)
            proposal[x] = Fraction(0)
            if sum(proposal) > 0:
                proposal = normalised(proposal)
        total += chance * (1 - left)
    return total


def acceptance(found):
    generator = numpy.random.default_rng(5)
    weights = generator.integers(1, 40, (2, 5))
    p, q = ([Fraction(int(x), int(row.sum())) for x in row] for row in weights)
    found["p"], found["q"] = (numpy.array([float(x) for x in law]) for law in (p, q))
    found["chain_lengths"] = numpy.array([float(x) for x in chain_length(p, q, 3)])
    order = sorted(range(5), key=lambda x: (-q[x], x))[:3]
    accepted, left = top_children(p, order)
    found["top_accepted"] = numpy.array([float(x) for x in accepted + [left]])
    found["drawn_accepted"] = numpy.array([float(drawn_children(p, q, k)) for k in (1, 2, 3)])


def fits(found):
    generator = numpy.random.default_rng(9)
    x = numpy.array([1.0, 2.0, 4.0, 8.0, 16.0])
    y = 2 + 0.5 * numpy.log10(x) + 0.05 * generator.standard_normal((3, 5))
    found["fit_x"], found["fit_y"] = x, y
    u = numpy.tile(numpy.log10(x), 3)
    for name, v in (("log", y.reshape(-1)), ("power", numpy.log10(y.reshape(-1)))):
        b, a = numpy.polyfit(u, v, 1)
        found[f"fit_{name}"] = numpy.array([a, b, numpy.corrcoef(u, v)[0, 1] ** 2])


def main():
    found = {}
    laws(found)
    acceptance(found)
    fits(found)
    numpy.savez_compressed(OUT, **found)


if __name__ == "__main__":
    main()
