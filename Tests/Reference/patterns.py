#!/usr/bin/env python3
"""Writes ../Scripts/operations/*.lam: what NumPy, SciPy, PyTorch and einops give, as tests in the language.

    python3 patterns.py

Needs numpy (2.4), scipy (1.17), torch (2.15) and einops (0.8). The random numbers are seeded.
"""
from pathlib import Path

import einops
import numpy as np
import scipy.special as special
import torch

FOLDER = Path(__file__).parent.parent / "Scripts" / "operations"


def literal(array):
    """An array as the language writes it."""
    if array.ndim == 0:
        x = float(array)
        return repr(x)
    return "[" + ", ".join(literal(part) for part in array) + "]"


class Script:
    def __init__(self, name, title):
        self.name, self.lines = name, [f"# Written by Tests/Reference/patterns.py: {title}.", ""]

    def let(self, **arrays):
        for name, array in arrays.items():
            self.lines.append(f"{name} = {literal(np.asarray(array, float))}")

    def case(self, code, expected, tolerance=1e-12):
        expected = np.asarray(expected, float)
        size = float(np.max(np.abs(expected), initial=1.0))
        self.lines.append(f"shape({code})  # => {expected.shape!r}")
        if expected.size:
            wanted = literal(expected)
            distance = f"abs({code} - {wanted})"
            if expected.ndim:
                distance = f"max({distance})"
            self.lines.append(f"{distance} <= {tolerance * size!r}  # => true")

    def write(self):
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{self.name}.lam").write_text("\n".join(self.lines) + "\n")


def einsum(generator):
    script = Script("einsum", "sums of products, against NumPy and PyTorch")
    arrays = {
        "a": generator.integers(-9, 9, (2, 3, 4)), "b": generator.integers(-9, 9, (3, 4, 2)),
        "m": generator.integers(-9, 9, (3, 3)), "v": generator.integers(-9, 9, 3),
    }
    script.let(**arrays)
    cases = [
        ("ijk,jkl->il", "x y z, y z w -> x w", "a", "b"), ("ijk->kji", "i j k -> k j i", "a"),
        ("ijk->j", "one two three -> two", "a"), ("ii->i", "n n -> n", "m"),
        ("ii->", "n n ->", "m"), ("ij,jk,k->i", "i j, j k, k -> i", "m", "m", "v"),
        ("i,j->ij", "row, column -> row column", "v", "v"), ("...k->k...", "... k -> k ...", "a"),
        ("...j,j->...", "... j, j -> ...", "m", "v"), ("ijk,ljk->ilk", "i j k, l j k -> i l k", "a", "a"),
    ]
    for letters, words, *names in cases:
        expected = np.einsum(letters, *(arrays[name] for name in names))
        for pattern in (letters, words):
            script.case(f'einsum("{pattern}", {", ".join(names)})', expected)
        tensors = [torch.tensor(arrays[name], dtype=torch.float64) for name in names]
        tensors[0].requires_grad_()
        (torch.einsum(letters, *tensors) ** 2).sum().backward()
        rest = "".join(", " + name for name in names[1:])
        script.case(
            f'grad(x -> sum(einsum("{letters}", x{rest}) ^ 2))({names[0]})', tensors[0].grad)
    script.write()


def patterns(generator):
    script = Script("patterns", "rearrange, reduce and repeat, against einops")
    a = generator.integers(-9, 9, (2, 6, 4)).astype(float)
    script.let(a=a)
    for call, pattern, rest in [
        ("rearrange", "b (h w) c -> b c h w", "h = 2"), ("rearrange", "b h c -> (b h) c", ""),
        ("rearrange", "... c -> c ...", ""), ("rearrange", "b h c -> b 1 (c h)", ""),
        ("reduce", "b (h w) c -> h c", "max:w = 3"), ("reduce", "b h c -> b 1 1", "mean:"),
        ("reduce", "... c -> c", "sum:"), ("reduce", "b h c ->", "min:"),
        ("repeat", "b h c -> b (h r) c s", "r = 2, s = 3"), ("repeat", "b h c -> n b h c", "n = 2"),
    ]:
        kind, _, sizes = rest.rpartition(":")
        named = dict((k.strip(), int(n)) for k, n in (s.split("=") for s in sizes.split(",") if s))
        extra = [kind] if kind else []
        expected = getattr(einops, call)(a, pattern, *extra, **named)
        arguments = "".join(f', "{word}"' for word in extra) + (f", {sizes}" if sizes else "")
        script.case(f'{call}(a, "{pattern}"{arguments})', expected)
        x = torch.tensor(a, requires_grad=True)
        (getattr(einops, call)(x, pattern, *extra, **named) ** 2).sum().backward()
        script.case(f'grad(x -> sum({call}(x, "{pattern}"{arguments}) ^ 2))(a)', x.grad)
    script.write()


def functions(generator):
    script = Script("special_gradients", "derivatives of special functions, against PyTorch and SciPy")
    x = np.array([0.11, 0.47, 0.83, 1.7, 3.2])
    p = np.array([0.02, 0.31, 0.5, 0.9, 0.999])
    script.let(x=x, p=p)
    t = torch.special
    for name, function, at in [
        ("erf", t.erf, x), ("erfc", t.erfc, x), ("lgamma", t.gammaln, x), ("ndtr", t.ndtr, x),
        ("bessel_i0", t.i0, x), ("bessel_i1", t.i1, x), ("bessel_i0e", t.i0e, x),
        ("bessel_i1e", t.i1e, x),
    ]:
        tensor = torch.tensor(at, requires_grad=True)
        function(tensor).sum().backward()
        script.case(f"grad(x -> sum({name}(x)))(x)", tensor.grad, 1e-13)
    # PyTorch has these in single precision, or nearly.
    inverse, quantile = special.erfinv(p), special.ndtri(p)
    script.case(
        "grad(x -> sum(erfinv(x)))(p)", np.sqrt(np.pi) / 2 * np.exp(inverse**2), 1e-12)
    script.case(
        "grad(x -> sum(ndtri(x)))(p)", np.sqrt(2 * np.pi) * np.exp(quantile**2 / 2), 1e-12)
    script.case("grad(x -> sum(digamma(x)))(x)", special.polygamma(1, x), 1e-13)
    script.case("grad(x -> sum(bessel_j0(x)))(x)", -special.j1(x), 1e-14)
    script.case("grad(x -> sum(bessel_j1(x)))(x)", special.jvp(1, x), 1e-14)
    script.case("grad(x -> sum(bessel_y0(x)))(x)", -special.y1(x), 1e-14)
    script.case("grad(x -> sum(bessel_y1(x)))(x)", special.yvp(1, x), 1e-14)
    script.case(
        "grad(x -> sum(gamma(x)))(x)", special.gamma(x) * special.digamma(x), 1e-13)
    script.case("grad(x -> sum(polygamma(1, x)))(x)", special.polygamma(2, x), 1e-13)
    script.write()


def main():
    generator = np.random.default_rng(31)
    einsum(generator)
    patterns(generator)
    functions(generator)


main()
