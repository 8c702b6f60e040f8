"""Writes adamas.npz and Tests/Scripts/attention_methods/reference.lam: what every method of attention over a cache
chooses, what the attention to it gives, and how good the choice is, by brute force.

Queries and keys are multiples of a quarter and the widths powers of four, so that products, transforms and the edges
are exact in 32 bits, and equal scores and values equal to an edge do occur.

Run with a Python that has NumPy and PyTorch, from any folder.
"""

import pathlib

import numpy as np
import torch

folder = pathlib.Path(__file__).parent
random = np.random.default_rng(20251018)

# name: (batch, heads, queries' heads, width, value's width, positions)
caches = {"grouped": (1, 2, 4, 16, 8, 300), "batched": (2, 1, 1, 64, 16, 100), "short": (1, 1, 2, 4, 4, 9)}


def methods(width):
    e = 1.25 if width > 4 else 0.5
    edges = {1: (0.0,), 2: (-e, 0.0, e), 3: (-2 * e, -e, -e / 2, 0.0, e / 2, e, 2 * e)}
    for budget in (1, 7, 40):
        yield dict(kind="oracle", budget=budget)
        yield dict(kind="streaming", budget=budget, sinks=min(4, budget - 1))
        for metric in ("l1", "l2", "xor"):
            yield dict(kind="adamas", budget=budget, bits=2, edges=edges[2], hadamard=True, metric=metric)
        yield dict(kind="adamas", budget=budget, bits=2, edges=edges[2], hadamard=False, metric="l1")
        yield dict(kind="adamas", budget=budget, bits=2, edges=(-e, 0.25, 2 * e), hadamard=True, metric="l1")
        for bits in (1, 3):
            yield dict(kind="adamas", budget=budget, bits=bits, edges=edges[bits], hadamard=True, metric="l1")
    for budget, page in ((16, 16), (40, 16), (40, 8), (64, 32), (3, 4)):
        yield dict(kind="quest", budget=budget, page=page)
    for budget in (500,):
        yield dict(kind="adamas", budget=budget, bits=2, edges=edges[2], hadamard=True, metric="l1")
        yield dict(kind="quest", budget=budget, page=16)


def sylvester(width):
    matrix = np.ones((1, 1))
    while len(matrix) < width:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix / np.sqrt(width)


def codes(x, method):
    transformed = x @ sylvester(x.shape[-1]) if method["hadamard"] else x
    return sum((transformed > edge).astype(int) for edge in method["edges"])


def distances(q, keys, method):
    a, b = codes(q, method), codes(keys, method)
    if method["metric"] == "l1":
        return np.abs(a - b).sum(-1)
    if method["metric"] == "l2":
        return ((a - b) ** 2).sum(-1)
    return (a ^ b).sum(-1)


def best(scores, count):
    """The newest and the `count` - 1 others with the largest scores, of equal ones the newer."""
    scores = np.array(scores, dtype=float)
    scores[-1] = np.inf
    order = sorted(range(len(scores)), key=lambda t: (-scores[t], -t))
    return sorted(order[:count])


def chosen(q, keys, method):
    count, budget = len(keys), method["budget"]
    if budget >= count:
        return list(range(count))
    if method["kind"] == "oracle":
        return best(keys @ q, budget)
    if method["kind"] == "adamas":
        return best(-distances(q, keys, method), budget)
    if method["kind"] == "streaming":
        return list(range(method["sinks"])) + list(range(count - budget + method["sinks"], count))
    runs = [range(s, min(s + method["page"], count)) for s in range(0, count, method["page"])]
    scores = [np.maximum(q * keys[r].min(0), q * keys[r].max(0)).sum() for r in runs]
    return [t for r in best(scores, max(1, budget // method["page"])) for t in runs[r]]


def share_of_best(q, keys, which, count):
    scores = keys @ q
    order = sorted(range(len(scores)), key=lambda t: (-scores[t], -t))
    return len(set(order[:count]) & set(which)) / min(count, len(scores))


def literal(value):
    if isinstance(value, tuple):
        return f"({value[0]},)" if len(value) == 1 else str(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


defaults = {"bits": 2, "hadamard": True, "metric": "l1", "page": 16}
arrays = {}
lines = """# What every method chooses, what attention to it gives and how good it is, against brute force with NumPy and PyTorch.
# Written by Tests/Reference/adamas.py.
file = load("Tests/Reference/adamas.npz")
fn tensor_of(name) = f32(file[name]) / 4
fn near(x, y) = max(abs(x - y)) < 1e-5
# Of the results of a case, the last two columns are recall and mass, the others the attention.
fn check(name, number, method) {
  (q, k, v) = (tensor_of(name + "_q"), tensor_of(name + "_k"), tensor_of(name + "_v"))
  cache = attention.kv_cache(k, v)
  (expected, results) = (file["{name}_{number}_chosen"], file["{name}_{number}_results"])
  chosen = attention.select(q, cache, method)
  most = shape(expected)[2]
  assert all(chosen[:, :, :most] == expected) and all(chosen[:, :, most:] == -1), "other positions"
  assert near(attention.decode(q, cache, method), results[:, :, new, :-2]), "another attention"
  assert near(attention.attend_chosen(q, cache, chosen), results[:, :, new, :-2]), "of the chosen"
  assert near(attention.recall(q, cache, method), results[:, :, -2]), "another recall"
  assert near(attention.mass(q, cache, method), results[:, :, -1]), "another mass"
  true
}""".splitlines()

for name, (batch, heads, query_heads, width, value_width, count) in caches.items():
    q = random.integers(-9, 10, (batch, query_heads, 1, width)).astype(np.int8)
    k = random.integers(-9, 10, (batch, heads, count, width)).astype(np.int8)
    v = random.integers(-99, 100, (batch, heads, count, value_width)).astype(np.int8)
    arrays |= {f"{name}_q": q, f"{name}_k": k, f"{name}_v": v}
    q, k, v = q / 4, k / 4, v / 4
    for number, method in enumerate(methods(width)):
        rows, outs, recalls, masses = [], [], [], []
        for b in range(batch):
            for h in range(query_heads):
                keys, values = k[b, h // (query_heads // heads)], v[b, h // (query_heads // heads)]
                query = q[b, h, 0]
                which = chosen(query, keys, method)
                scores = torch.from_numpy(keys @ query / np.sqrt(width))
                weights = torch.softmax(scores, 0)
                masses.append(weights[which].sum().item())
                outs.append((torch.softmax(scores[which], 0) @ torch.from_numpy(values[which])).numpy())
                recalls.append(share_of_best(query, keys, which, method["budget"]))
                rows.append(which)
        most = max(map(len, rows))
        rows = np.array([row + [-1] * (most - len(row)) for row in rows])
        results = np.concatenate((outs, np.array([recalls, masses]).T), axis=1)
        arrays[f"{name}_{number}_chosen"] = rows.reshape(batch, query_heads, most).astype(np.int32)
        arrays[f"{name}_{number}_results"] = results.reshape(batch, query_heads, -1).astype(np.float32)
        given = {key: value for key, value in method.items() if key != "kind" and defaults.get(key) != value}
        arguments = ", ".join(f"{key} = {literal(value)}" for key, value in given.items()).replace("'", '"')
        lines.append(f'check("{name}", {number}, attention.{method["kind"]}({arguments}))  # => true')

np.savez_compressed(folder / "adamas.npz", **arrays)
(folder.parent / "Scripts" / "attention_methods" / "reference.lam").write_text("\n".join(lines) + "\n")
