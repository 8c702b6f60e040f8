#!/usr/bin/env python3
"""Writes neural_cases.txt: neural operations and their derivatives, and what PyTorch says they are.

    python3 make_neural_cases.py                    writes the file
    python3 make_neural_cases.py --check LAMELLA    compares a binary with PyTorch now, and writes nothing

The test `NeuralAgreementTests` evaluates every line in a session. A line is

    : name = expression                     set-up, evaluated first
    tolerance | expression | numbers        a vector, and how far its elements may differ, relative to the largest

Operands are sines of running numbers, which both sides compute; results are compared by `digest`: two sums over all
elements with different weights, then the first ones.
"""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

SETUP = [
    "sines = (shape, seed) -> reshape(sin(arange(prod(shape)) * 1.7 + seed), shape)",
    "fn flat(v) { w = tensor(v); reshape(f64(w), (size(w),)) }",
    "fn digest(v) { w = flat(v); n = size(w); "
    "concat(([sum(w * cos(arange(n) * 0.37)), sum(abs(w))], w[:8])) }",
]
lines = [": " + line for line in SETUP]
checks = []


def sines(shape, seed, dtype):
    n = int(np.prod(shape))
    return torch.tensor(np.sin(np.arange(n) * 1.7 + seed).reshape(shape)).to(dtype)


def digest(t):
    v = t.detach().double().reshape(-1).numpy()
    n = len(v)
    return np.concatenate(([np.sum(v * np.cos(np.arange(n) * 0.37)), np.sum(np.abs(v))], v[:8]))


def add(tolerance, expression, value):
    checks.append((tolerance, expression, value))
    numbers = " ".join("nan" if np.isnan(x) else repr(float(x)) for x in value)
    lines.append(f"{tolerance:g} | {expression} | {numbers}")


def setup(line):
    lines.append(": " + line)


def case(code, torch_function, shapes, second=False, dtypes=("f64", "f32"), gradients=None, extra=""):
    """`code` is an expression in x, y, z, u, v (as many as there are shapes)."""
    names = "xyzuv"[:len(shapes)]
    listed = ", ".join(names)
    setup(f"f = ({listed},) -> {code}" if len(names) == 1 else f"f = ({listed}) -> {code}")
    for dtype in dtypes:
        kind = {"f64": torch.float64, "f32": torch.float32}[dtype]
        operands = [sines(s, i + 0.5, kind) for i, s in enumerate(shapes)]
        for i, s in enumerate(shapes):
            size = "(" + ", ".join(map(str, s)) + ("," if len(s) == 1 else "") + ")"
            setup(f"{names[i]} = {dtype}(sines({size}, {i + 0.5}))")
        wanted = list(range(len(shapes))) if gradients is None else gradients
        for i in wanted:
            operands[i].requires_grad_(True)
        y = torch_function(*operands)
        tolerance = 1e-10 if dtype == "f64" else 2e-5
        add(tolerance, f"digest(f({listed}))", digest(y))
        weights = sines(tuple(y.shape), 9, torch.float64).to(kind)
        size = "(" + ", ".join(map(str, y.shape)) + ("," if y.dim() == 1 else "") + ")"
        setup(f"c = {dtype}(sines({size}, 9))" if y.dim() else f"c = {float(np.sin(9))!r}")
        if y.dim() == 0:
            weights = torch.tensor(np.sin(9.0)).to(kind)
        loss = (y * weights).sum()
        found = torch.autograd.grad(loss, [operands[i] for i in wanted], create_graph=second, allow_unused=True)
        setup(f"loss = ({listed}{',' if len(names) == 1 else ''}) -> sum(f({listed}) * c)")
        for place, i in enumerate(wanted):
            g = found[place] if found[place] is not None else torch.zeros_like(operands[i])
            add(tolerance * 5, f"digest(grad(loss, argnums = {i})({listed}))", digest(g))
        if second and dtype == "f64":
            for place, i in enumerate(wanted):
                total = (found[place] ** 2).sum()
                if not total.requires_grad:
                    continue
                outer = torch.autograd.grad(
                    total, [operands[k] for k in wanted], retain_graph=True, allow_unused=True)
                for other, k in enumerate(wanted):
                    if outer[other] is None:
                        continue
                    add(tolerance * 100,
                        f"digest(grad(({listed}{',' if len(names) == 1 else ''}) -> "
                        f"sum(grad(loss, argnums = {i})({listed}) ^ 2), argnums = {k})({listed}))",
                        digest(outer[other]))


def softmaxes():
    for shape, axis in [((7,), 0), ((5, 130), 1), ((3, 70, 5), 1), ((4, 3, 2), 0), ((2, 3, 66), -2)]:
        case(f"softmax(x, axis = {axis})", lambda x: torch.softmax(x, axis), [shape], second=len(shape) == 3)
        case(f"log_softmax(3 * x, axis = {axis})", lambda x: torch.log_softmax(3 * x, axis), [shape],
             second=len(shape) == 3)
    case("logsumexp(x, axis = 1)", lambda x: torch.logsumexp(x, 1), [(3, 5, 4)], second=True)
    case("logsumexp(x)", lambda x: torch.logsumexp(x, (0, 1)), [(3, 70)], second=True)
    case("logsumexp(x, axis = (0, 2), keepdims = true)", lambda x: torch.logsumexp(x, (0, 2), keepdim=True),
         [(3, 5, 4)])


def activations():
    shape = (3, 37)
    pairs = [
        ("gelu(2 * x)", lambda x: F.gelu(2 * x)), ("gelu(x, approximate = \"tanh\")", lambda x: F.gelu(x, approximate="tanh")),
        ("silu(x)", F.silu), ("mish(x)", F.mish), ("softplus(x)", F.softplus),
        ("softplus(x, beta = 2.5)", lambda x: F.softplus(x, beta=2.5)), ("log_sigmoid(x)", F.logsigmoid),
        ("leaky_relu(x, negative_slope = 0.1)", lambda x: F.leaky_relu(x, 0.1)), ("elu(x, alpha = 1.5)", lambda x: F.elu(x, 1.5)),
    ]
    for code, function in pairs:
        case(code, function, [shape], second="relu" not in code)
    case("swiglu(x, y)", lambda x, y: F.silu(y) * x, [shape, shape], second=True)


def losses():
    setup("labels = remainder(arange(6) * 5, 4)")
    labels = torch.arange(6) * 5 % 4
    for reduction in ("mean", "sum", "none"):
        for smoothing in (0.0, 0.1):
            case(f"cross_entropy(3 * x, labels, label_smoothing = {smoothing}, reduction = \"{reduction}\")",
                 lambda x: F.cross_entropy(3 * x, labels, label_smoothing=smoothing, reduction=reduction), [(6, 4)],
                 second=reduction == "mean")
    setup("labels = [0, -100, 2, 3, -100, 1]")
    ignoring = torch.tensor([0, -100, 2, 3, -100, 1])
    case("cross_entropy(x, labels)", lambda x: F.cross_entropy(x, ignoring), [(6, 4)], second=True)
    case("nll_loss(log_softmax(x), labels)", lambda x: F.nll_loss(F.log_softmax(x, -1), ignoring), [(6, 4)])
    setup("grid = reshape(remainder(arange(20) * 7, 3), (2, 2, 5))")
    grid = (torch.arange(20) * 7 % 3).reshape(2, 2, 5)
    case("cross_entropy(x, grid, axis = 1)", lambda x: F.cross_entropy(x, grid), [(2, 3, 2, 5)])
    case("cross_entropy(x, softmax(y), label_smoothing = 0.2)",
         lambda x, y: F.cross_entropy(x, F.softmax(y, -1), label_smoothing=0.2), [(6, 4), (6, 4)])
    for code, function in [
        ("mse_loss(x, y)", F.mse_loss), ("l1_loss(x, y)", F.l1_loss),
        ("huber_loss(2 * x, y, delta = 0.7)", lambda x, y: F.huber_loss(2 * x, y, delta=0.7)),
        ("binary_cross_entropy_with_logits(3 * x, sigmoid(y))",
         lambda x, y: F.binary_cross_entropy_with_logits(3 * x, torch.sigmoid(y))),
        ("binary_cross_entropy(sigmoid(x), sigmoid(y), reduction = \"none\")",
         lambda x, y: F.binary_cross_entropy(torch.sigmoid(x), torch.sigmoid(y), reduction="none")),
    ]:
        case(code, function, [(4, 9), (4, 9)], second="l1" not in code)


def norms():
    case("layer_norm(x, y, z)", lambda x, y, z: F.layer_norm(x, (33,), y, z), [(2, 5, 33), (33,), (33,)], second=True)
    case("layer_norm(x, y, axis = (1, 2))", lambda x, y: F.layer_norm(x, (3, 7), y), [(4, 3, 7), (3, 7)])
    case("layer_norm(x)", lambda x: F.layer_norm(x, (1030,)), [(3, 1030)])
    case("rms_norm(x, y, eps = 1e-6)", lambda x, y: F.rms_norm(x, (19,), y, eps=1e-6), [(70, 19), (19,)], second=True)
    case("group_norm(x, 3, y, z)", lambda x, y, z: F.group_norm(x, 3, y, z), [(2, 6, 5, 3), (6,), (6,)], second=True)
    case("group_norm(x, 2)", lambda x: F.group_norm(x, 2), [(3, 4)])
    case("batch_norm(x, weight = y, bias = z)", lambda x, y, z: F.batch_norm(x, None, None, y, z, True),
         [(4, 3, 5, 2), (3,), (3,)], second=True)
    case("batch_norm(x, weight = y, bias = z)", lambda x, y, z: F.batch_norm(x, None, None, y, z, True),
         [(9, 70), (70,), (70,)])
    case("batch_norm(x, y, exp(z), u, v)",
         lambda x, y, z, u, v: (x - y[:, None]) / torch.sqrt(torch.exp(z) + 1e-5)[:, None] * u[:, None] + v[:, None],
         [(4, 3, 5), (3,), (3,), (3,), (3,)])


def convolutions():
    cases = [
        ((2, 3, 9, 8), (4, 3, 3, 3), dict()), ((2, 3, 9, 8), (4, 3, 3, 3), dict(stride=2, padding=1)),
        ((1, 4, 10, 11), (6, 2, 3, 2), dict(groups=2, padding=(2, 1))), ((2, 3, 12, 9), (5, 3, 2, 3), dict(dilation=(2, 3))),
        ((3, 16, 8, 8), (32, 16, 3, 3), dict(padding=1)), ((2, 8, 6, 6), (8, 1, 3, 3), dict(groups=8, padding=1)),
        ((2, 5, 7, 7), (3, 5, 1, 1), dict()), ((2, 3, 11, 11), (2, 3, 1, 1), dict(stride=3)),
        ((2, 2, 20, 20), (8, 2, 7, 7), dict(stride=2, padding=3)), ((17, 3, 6, 5), (4, 3, 3, 3), dict(padding=1)),
        ((2, 3, 8, 8), (4, 3, 2, 4), dict(padding="same")),
    ]
    for x, w, options in cases:
        text = "".join(
            f", {k} = " + (f'"{v}"' if isinstance(v, str) else str(v)) for k, v in options.items())
        case(f"conv2d(x, y, z{text})", lambda x, y, z: F.conv2d(x, y, z, **options), [x, w, (w[0],)],
             second=len(options) < 2)
    for x, w, options in [((2, 3, 17), (4, 3, 5), dict(stride=2, padding=2)), ((1, 4, 9), (4, 2, 3), dict(groups=2, dilation=2)),
                          ((3, 12), (4, 3, 3), dict(padding="same"))]:
        text = "".join(f", {k} = " + (f'"{v}"' if isinstance(v, str) else str(v)) for k, v in options.items())
        case(f"conv1d(x, y, z{text})", lambda x, y, z: F.conv1d(x, y, z, **options), [x, w, (w[0],)], second=True)
    for x, w, options in [((2, 4, 5, 6), (4, 3, 3, 3), dict()),
                          ((2, 4, 5, 6), (4, 3, 3, 2), dict(stride=2, padding=1, output_padding=1)),
                          ((1, 6, 4, 4), (6, 2, 3, 3), dict(groups=3, stride=(1, 2), dilation=2))]:
        text = "".join(f", {k} = {v}" for k, v in options.items())
        channels = w[1] * options.get("groups", 1)
        case(f"conv_transpose2d(x, y, z{text})", lambda x, y, z: F.conv_transpose2d(x, y, z, **options),
             [x, w, (channels,)], second=True)
    case("conv_transpose1d(x, y, z, stride = 3)", lambda x, y, z: F.conv_transpose1d(x, y, z, stride=3),
         [(2, 4, 5), (4, 3, 4), (3,)])


def pools():
    case("max_pool2d(x, 2)", lambda x: F.max_pool2d(x, 2), [(2, 3, 8, 7)], second=True)
    case("max_pool2d(x, (3, 2), stride = (2, 1), padding = 1)",
         lambda x: F.max_pool2d(x, (3, 2), stride=(2, 1), padding=1), [(2, 3, 8, 7)])
    case("max_pool2d(x, 3, stride = 2, dilation = 2, ceil_mode = true)",
         lambda x: F.max_pool2d(x, 3, stride=2, dilation=2, ceil_mode=True), [(2, 3, 10, 9)])
    case("max_pool2d(x, 2, stride = 5)", lambda x: F.max_pool2d(x, 2, stride=5), [(1, 2, 11, 12)])
    case("max_pool1d(x, 3, stride = 1, padding = 1)", lambda x: F.max_pool1d(x, 3, stride=1, padding=1), [(2, 3, 8)])
    case("avg_pool2d(x, 3, stride = 2, padding = 1)", lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), [(2, 3, 8, 7)],
         second=True)
    case("avg_pool2d(x, 3, stride = 2, padding = 1, ceil_mode = true, count_include_pad = false)",
         lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False), [(2, 3, 8, 8)])
    case("avg_pool2d(x, 3, stride = 2, padding = 1, ceil_mode = true)",
         lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True), [(2, 3, 8, 8)])
    case("avg_pool1d(x, 4)", lambda x: F.avg_pool1d(x, 4), [(2, 3, 13)])
    case("adaptive_avg_pool2d(x, (3, 5))", lambda x: F.adaptive_avg_pool2d(x, (3, 5)), [(2, 3, 8, 7)])
    case("adaptive_avg_pool2d(x, 1)", lambda x: F.adaptive_avg_pool2d(x, 1), [(2, 3, 8, 7)])
    case("adaptive_avg_pool1d(x, 4)", lambda x: F.adaptive_avg_pool1d(x, 4), [(2, 3, 9)])


def attentions():
    def sdpa(*operands, **options):
        # The one of PyTorch's ways that has second derivatives.
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return F.scaled_dot_product_attention(*operands, **options)

    case("attention(x, y, z)", sdpa, [(2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 6)], second=True)
    case("attention(x, y, z, causal = true)", lambda x, y, z: sdpa(x, y, z, is_causal=True),
         [(1, 2, 9, 5), (1, 2, 9, 5), (1, 2, 9, 5)], second=True)
    case("attention(x, y, z, causal = true, scale = 0.3)", lambda x, y, z: sdpa(x, y, z, is_causal=True, scale=0.3),
         [(2, 2, 150, 16), (2, 2, 150, 16), (2, 2, 150, 16)])
    case("attention(x, y, z)", lambda x, y, z: sdpa(x, y, z, enable_gqa=True),
         [(2, 6, 70, 16), (2, 2, 130, 16), (2, 2, 130, 32)])
    case("attention(x, y, z)", lambda x, y, z: sdpa(x, y, z, enable_gqa=True),
         [(2, 4, 1, 24), (2, 2, 2100, 24), (2, 2, 2100, 24)], dtypes=("f64", "f32"))
    mask = (torch.arange(5 * 7).reshape(5, 7) % 3) != 1
    setup("mask = not_equal(remainder(reshape(arange(35), (5, 7)), 3), 1)")
    case("attention(x, y, z, mask = mask)", lambda x, y, z: sdpa(x, y, z, attn_mask=mask),
         [(2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 6)], second=True)
    case("attention(x, y, z, mask = u)", lambda x, y, z, u: sdpa(x, y, z, attn_mask=u),
         [(2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 6), (3, 5, 7)])
    case("attention(x, y, z, mask = sines((5, 7), 3))",
         lambda x, y, z: sdpa(x, y, z, attn_mask=sines((5, 7), 3, x.dtype)),
         [(2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 6)])
    bottom = torch.ones(3, 9, dtype=torch.bool).tril(6)
    case("attention(x, y, z, causal = true)", lambda x, y, z: sdpa(x, y, z, attn_mask=bottom),
         [(3, 8), (9, 8), (9, 4)])

    for heads, width in ((4, 64), (2, 20)):
        q, k, v = (sines((1, h, n, width), i, torch.float32).bfloat16().float()
                   for i, (h, n) in enumerate([(heads, 2), (2, 300), (2, 300)]))
        for i, (name, h, n) in enumerate([("x", heads, 2), ("y", 2, 300), ("z", 2, 300)]):
            setup(f"{name} = bf16(sines((1, {h}, {n}, {width}), {i}))")
        add(2e-5, "digest(attention(f32(x), y, z))", digest(sdpa(q, k, v, enable_gqa=True)))
        add(1e-2, "digest(attention(x, y, z))", digest(sdpa(q, k, v, enable_gqa=True)))

    def rope(x, base, interleaved, offset=0, dims=None):
        t, d = x.shape[-2], dims or x.shape[-1]
        angles = (torch.arange(t, dtype=torch.float64) + offset)[:, None] * base ** (
            -2 * torch.arange(d // 2, dtype=torch.float64) / d)
        c, s = torch.cos(angles).to(x.dtype), torch.sin(angles).to(x.dtype)
        a, b = (x[..., 0:d:2], x[..., 1:d:2]) if interleaved else (x[..., :d // 2], x[..., d // 2:d])
        p, q = a * c - b * s, b * c + a * s
        turned = torch.stack((p, q), -1).flatten(-2) if interleaved else torch.cat((p, q), -1)
        return torch.cat((turned, x[..., d:]), -1)

    case("rope(x)", lambda x: rope(x, 10000, False), [(2, 3, 9, 8)], second=True)
    case("rope(x, interleaved = true, base = 500.0)", lambda x: rope(x, 500, True), [(2, 3, 9, 8)])
    case("rope(x, positions = 40000, dims = 6)", lambda x: rope(x, 10000, False, 40000, 6), [(3, 9, 8)], dtypes=("f64",))
    setup("rows = [3, 0, 3, 1, -1]")
    case("embedding(rows, x)", lambda x: F.embedding(torch.tensor([3, 0, 3, 1, 4]), x), [(5, 6)], second=True)


def recurrent():
    def run(kind, part):
        def function(x, y, z, u, v):
            layer = getattr(torch.nn, kind)(3, 4, batch_first=True, dtype=x.dtype)
            names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
            result = torch.func.functional_call(layer, dict(zip(names, (y, z, u, v))), (x,))
            if part == 0:
                return result[0]
            return (result[1][1] if kind == "LSTM" else result[1])[0]
        return function

    shapes = lambda gates: [(2, 6, 3), (4 * gates, 3), (4 * gates, 4), (4 * gates,), (4 * gates,)]
    for part, (kind, name, gates) in [(0, ("LSTM", "lstm", 4)), (2, ("LSTM", "lstm", 4)), (0, ("GRU", "gru", 3)),
                                      (1, ("GRU", "gru", 3))]:
        case(f"{name}(x, y, z, u, v)[{part}]", run(kind, part), shapes(gates))
        short = [(1, 2, 3)] + shapes(gates)[1:]
        case(f"{name}(x, y, z, u, v)[{part}]", run(kind, part), short, second=True, dtypes=("f64",),
             gradients=[0, 1, 2])


def edges():
    add(1e-6, "softmax(f32([0.0, inf, 1.0]))[2:2]", np.array([]))
    add(1e-12, "softmax([0.0, -inf, 0.0])", np.array([0.5, 0, 0.5]))
    add(1e-12, "log_softmax([0.0, -inf])", np.array([0, -np.inf]))
    add(1e-12, "tensor(f64(isnan(softmax([-inf, -inf]))))", np.array([1.0, 1.0]))
    add(1e-12, "f64(isnan(softmax([[0.0, nan], [1.0, 1.0]])))", np.array([1.0, 1, 0, 0]))
    add(1e-12, "[logsumexp([-inf, -inf]), logsumexp([inf, 0.0])]", np.array([-np.inf, np.inf]))
    add(1e-12, "f64(shape(conv2d(zeros(0, 3, 8, 8), zeros(4, 3, 3, 3))))", np.array([0.0, 4, 6, 6]))
    add(1e-12, "f64(shape(softmax(zeros(3, 0))))", np.array([3.0, 0]))
    add(1e-12, "f64(shape(layer_norm(zeros(0, 4))))", np.array([0.0, 4]))
    add(1e-12, "attention(zeros(2, 3), zeros(0, 3), zeros(0, 4))", np.zeros(8))
    add(1e-12, "f64(isnan(max_pool1d([[[1.0, nan, 2.0, 3.0]]], 2)))", np.array([1.0, 0]))
    add(1e-12, "f64(isnan(layer_norm([[1.0, nan], [1.0, 2.0]])))", np.array([1.0, 1, 0, 0]))


for family in (softmaxes, activations, losses, norms, convolutions, pools, attentions, recurrent, edges):
    family()


def check(program):
    """Compares now, in one process."""
    process = subprocess.Popen([program, "serve", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    wrong = 0
    place = 0
    for line in lines:
        code = line[2:] if line.startswith(": ") else f"r = {line.split(' | ')[1]}"
        request = {"id": 1, "code": code, "outputs": [] if line.startswith(": ") else ["r"], "folder": "/tmp/neural_check"}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        reply = json.loads(process.stdout.readline())
        if reply["error"]:
            wrong += 1
            print(code, "\n   ", reply["error"]["text"][:600])
            if not line.startswith(": "):
                place += 1
            continue
        if line.startswith(": "):
            last = line
            continue
        tolerance, expression, value = checks[place]
        place += 1
        found = np.load(reply["outputs"]["r"]["npy"]).astype(float).ravel()
        scale = max(1.0, np.max(np.abs(value[np.isfinite(value)]), initial=0))
        if found.shape != value.shape or not np.allclose(found, value, rtol=0, atol=tolerance * scale, equal_nan=True):
            wrong += 1
            print([l for l in lines[:lines.index(line)] if l.startswith(": f = ")][-1], "|", expression)
            print("    found", found, "\n    wanted", value)
    print(f"{wrong} of {len(checks)} differ")


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    check(sys.argv[2])
else:
    path = Path(__file__).with_name("neural_cases.txt")
    head = f"# Written by make_neural_cases.py with PyTorch {torch.__version__.split('+')[0]}; do not edit."
    path.write_text(head + "\n" + "\n".join(lines) + "\n")
    print(f"{len(checks)} cases")
