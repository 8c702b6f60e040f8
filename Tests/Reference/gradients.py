"""Writes gradients.txt: gradients of operations by PyTorch, for TensorOpsTests/GradientTests.

A line is one case in JSON: the operation, its arguments, and for each argument the gradient of
sum(result * w) over all float results, w[k] = cos(1.3 k + 0.7) in row-major order, the results
counted on. `edge` marks a place where the operation has no derivative in the usual sense: there
PyTorch's convention is all there is to compare with.
"""

import json
import os

import numpy as np
import scipy.linalg
import scipy.special
import torch
import torch.nn.functional as F

rng = np.random.default_rng(20)
lines = []


def tensor(*shape, low=-2.0, high=2.0):
    return np.asarray(np.round(rng.uniform(low, high, shape), 4))


def positive(*shape):
    return tensor(*shape, low=0.3, high=2.5)


def unit(*shape):
    return tensor(*shape, low=-0.9, high=0.9)


def spaced(*shape):
    """Elements at least 0.1 apart, so that order does not change nearby."""
    count = int(np.prod(shape))
    values = rng.permutation(count) * 0.17 - 0.08 * count
    return np.round(values.reshape(shape) + 0.03, 4)


class Number(float):
    """A plain number as operand."""


def ints(*values):
    return {"ints": list(values)}


DEFAULT = {"default": True}


def encode(argument):
    if isinstance(argument, np.ndarray):
        kind = "f64" if argument.dtype == np.float64 else "i64"
        return {"t": list(argument.shape), "d": kind, "v": argument.ravel().tolist()}
    if isinstance(argument, list):
        return {"ts": [encode(a) for a in argument]}
    if isinstance(argument, Number):
        return {"x": float(argument)}
    if isinstance(argument, bool):
        return {"b": argument}
    if isinstance(argument, int):
        return {"i": argument}
    if isinstance(argument, float):
        return {"f": argument}
    if isinstance(argument, str):
        return {"s": argument}
    return argument


def operands(arguments):
    flat = []
    for argument in arguments:
        if isinstance(argument, (np.ndarray, Number)):
            flat.append(argument)
        elif isinstance(argument, list):
            flat.extend(argument)
    return flat


def number(value):
    value = float(value)
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float("%.13g" % value)


def case(name, function, *arguments, edge=False):
    flat = operands(arguments)
    leaves = []
    for operand in flat:
        leaf = torch.tensor(np.asarray(operand))
        leaf.requires_grad_(leaf.is_floating_point())
        leaves.append(leaf)
    results = function(*leaves)
    if not isinstance(results, (tuple, list)):
        results = (results,)
    loss, place = torch.zeros((), dtype=torch.float64), 0
    for result in results:
        if result is None or not result.is_floating_point():
            continue
        weights = torch.cos(1.3 * torch.arange(place, place + result.numel(), dtype=torch.float64) + 0.7)
        loss = loss + (result.reshape(-1) * weights).sum()
        place += result.numel()
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    found = torch.autograd.grad(loss, wanted, allow_unused=True) if loss.requires_grad else [None] * len(wanted)
    gradients, rest = [], list(found)
    for leaf in leaves:
        if not leaf.requires_grad:
            gradients.append(None)
            continue
        gradient = rest.pop(0)
        gradient = torch.zeros_like(leaf) if gradient is None else gradient
        gradients.append([number(v) for v in gradient.reshape(-1).tolist()])
    record = {"op": name, "args": [encode(a) for a in arguments], "grads": gradients}
    if edge:
        record["edge"] = True
    lines.append(json.dumps(record, separators=(",", ":")).replace("-Infinity", '"-inf"').replace(":Infinity", ':"inf"').replace("[Infinity", '["inf"').replace(",Infinity", ',"inf"').replace("NaN", '"nan"'))


def elementwise():
    two = {
        "add": torch.add, "subtract": torch.subtract, "multiply": torch.multiply,
        "divide": torch.divide, "hypot": torch.hypot, "atan2": torch.atan2,
        "maximum": torch.maximum, "minimum": torch.minimum, "logaddexp": torch.logaddexp,
        "remainder": torch.remainder, "copysign": torch.copysign,
    }
    for name, function in two.items():
        case(name, function, tensor(3, 1), positive(1, 4))
        case(name, function, tensor(5), Number(1.3))
        case(name, function, Number(-0.7), Number(1.7))
        case(name, function, tensor(0, 3), positive(3))
        case(name, function, tensor(), positive())
    for name in ("power", "pow"):
        case(name, torch.pow, positive(3, 2), tensor(2))
        case(name, torch.pow, positive(4), Number(3.0))
        case(name, torch.pow, tensor(2, 3), np.array([0, 2, 3]))
        case(name, torch.pow, np.array([0.0, 0.0, 0.0, 2.0]), np.array([0.0, 1.0, 2.0, 0.0]), edge=True)
    one = {
        "negate": (torch.neg, tensor), "negative": (torch.neg, tensor), "abs": (torch.abs, tensor),
        "square": (torch.square, tensor), "reciprocal": (torch.reciprocal, positive),
        "sqrt": (torch.sqrt, positive), "exp": (torch.exp, tensor), "expm1": (torch.expm1, tensor),
        "log": (torch.log, positive), "log2": (torch.log2, positive), "log10": (torch.log10, positive),
        "log1p": (torch.log1p, positive), "sigmoid": (torch.sigmoid, tensor), "relu": (torch.relu, tensor),
        "sin": (torch.sin, tensor), "cos": (torch.cos, tensor), "tan": (torch.tan, unit),
        "asin": (torch.asin, unit), "acos": (torch.acos, unit), "atan": (torch.atan, tensor),
        "sinh": (torch.sinh, tensor), "cosh": (torch.cosh, tensor), "tanh": (torch.tanh, tensor),
        "asinh": (torch.asinh, tensor), "acosh": (lambda x: torch.acosh(x), lambda *s: np.asarray(positive(*s) + 1)),
        "atanh": (torch.atanh, unit), "erf": (torch.erf, tensor), "erfc": (torch.erfc, tensor),
        "erfinv": (torch.erfinv, unit), "lgamma": (torch.lgamma, positive),
        "digamma": (torch.digamma, positive), "ndtr": (torch.special.ndtr, tensor),
        "ndtri": (torch.special.ndtri, lambda *s: tensor(*s, low=0.1, high=0.9)),
        "bessel_i0": (torch.special.i0, tensor), "bessel_i1": (torch.special.i1, tensor),
        "bessel_i0e": (torch.special.i0e, tensor), "bessel_i1e": (torch.special.i1e, tensor),
        "gamma": (lambda x: torch.exp(torch.lgamma(x)), positive),
        "real": (lambda x: x * 1, tensor), "conj": (lambda x: x * 1, tensor), "positive": (lambda x: x * 1, tensor),
    }
    for name, (function, make) in one.items():
        case(name, function, make(2, 3))
        case(name, function, make())
        case(name, function, make(3, 0))
        case(name, function, Number(make()))
    edges = {
        "sqrt": (torch.sqrt, [0.0, 4.0]), "abs": (torch.abs, [0.0, -0.0, 1.0]),
        "relu": (torch.relu, [0.0, -1.0, 1.0]), "log": (torch.log, [0.0, 1.0]),
        "log1p": (torch.log1p, [-1.0, 0.0]), "exp": (torch.exp, [-800.0, 0.0]),
        "sigmoid": (torch.sigmoid, [-800.0, 800.0]), "tanh": (torch.tanh, [-400.0, 400.0]),
        "asin": (torch.asin, [1.0, -1.0]), "reciprocal": (torch.reciprocal, [0.0, 2.0]),
    }
    for name, (function, values) in edges.items():
        case(name, function, np.array(values), edge=True)
    for name, function in (("maximum", torch.maximum), ("minimum", torch.minimum)):
        case(name, function, np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), edge=True)
    for name, derivative in {
        "bessel_j0": lambda x: scipy.special.jvp(0, x), "bessel_j1": lambda x: scipy.special.jvp(1, x),
        "bessel_y0": lambda x: scipy.special.yvp(0, x), "bessel_y1": lambda x: scipy.special.yvp(1, x),
    }.items():
        x = positive(5)
        slope = torch.tensor(derivative(x))
        case(name, lambda x: x * slope, x)
    for name in ("f32", "bf16"):
        case(name, lambda x: x * 1, np.array([1.0, -2.5]), edge=True)
    case("astype", lambda x: x * 1, tensor(3), {"dtype": "f64"})
    case("polygamma", lambda n, x: torch.polygamma(2, x), np.array(2), positive(4))
    condition = np.array([[1, 0, 1], [0, 0, 1]])
    case("clip", lambda x, a, b: torch.clamp(x, a, b), tensor(3, 4), Number(-0.5), Number(0.75))
    case("clip", lambda x, a, b: torch.clamp(x, a, b), tensor(3, 4), tensor(4) - 1.5, tensor(3, 1) + 1.5)
    case("clip", lambda x, a: torch.clamp(x, min=a), tensor(7), tensor(7))
    case("clip", lambda x, b: torch.clamp(x, max=b), tensor(7), None, Number(0.1))
    case("clip", lambda x, a, b: torch.clamp(x, a, b), np.array([0.0, 1.0, -1.0, 2.0]), Number(0.0), Number(1.0), edge=True)
    case("f64", lambda x: x * 1, tensor(2, 3))
    case("tensor", lambda x: x * 1, tensor(2, 3))
    case("asarray", lambda x: x * 1, tensor(2, 3))
    case("full_like", lambda x, v: v.expand(2, 3) * 1, tensor(2, 3), Number(1.5))
    case("full", lambda v: v.expand(2, 3) * 1, ints(2, 3), Number(1.5))
    case("where", lambda c, x, y: torch.where(c != 0, x, y), condition, tensor(2, 3), tensor(3))


def reductions():
    for name, function in {
        "sum": lambda x, **k: x.sum(**k), "mean": lambda x, **k: x.mean(**k),
    }.items():
        case(name, function, tensor(3, 5))
        case(name, lambda x: function(x, dim=1), tensor(3, 5), ints(1))
        case(name, lambda x: function(x, dim=(0, 2), keepdim=True), tensor(2, 3, 4), ints(0, -1), True)
        case(name, function, tensor())
    case("sum", lambda x: x.sum(), tensor(0, 3))
    case("sum", lambda x: x.sum(0), tensor(0, 3), ints(0))
    for values in (tensor(3, 4), np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [1.5, 2.0, 4.0]])):
        case("prod", lambda x: x.prod(), values)
        case("prod", lambda x: x.prod(1), values, ints(1))
        case("prod", lambda x: x.prod(0, keepdim=True), values, ints(0), True)
        case("cumprod", lambda x: x.cumprod(1), values, 1)
        case("cumprod", lambda x: x.reshape(-1).cumprod(0), values)
    case("prod", lambda x: x.prod(2).prod(0), tensor(2, 3, 4), ints(0, 2))
    case("cumsum", lambda x: x.cumsum(0), tensor(4, 3), 0)
    case("cumsum", lambda x: x.reshape(-1).cumsum(0), tensor(2, 3))
    case("var", lambda x: x.var(correction=0), tensor(4, 3))
    case("var", lambda x: x.var(1, correction=1), tensor(4, 3), ints(1), 1)
    case("var", lambda x: x.var((0, 2), correction=1, keepdim=True), tensor(2, 3, 4), ints(0, 2), 1, True)
    case("std", lambda x: x.std(correction=0), tensor(7))
    case("std", lambda x: x.std(0, correction=1), tensor(4, 3), ints(0), 1)
    case("std", lambda x: x.std(1, correction=0), np.array([[1.0, 1.0], [1.0, 2.0]]), ints(1), edge=True)
    for name, function in (("max", torch.amax), ("min", torch.amin)):
        case(name, lambda x: function(x), spaced(3, 4))
        case(name, lambda x: function(x, 1), spaced(3, 4), ints(1))
        case(name, lambda x: function(x, (0, 2), True), spaced(2, 3, 4), ints(0, 2), True)
        case(name, lambda x: function(x, 1), np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]]), ints(1), edge=True)
    for p in (None, 1.0, 2.0, 3.0, 2.5, 1.5, 0.5, float("inf"), float("-inf")):
        order = DEFAULT if p is None else p
        case("norm", lambda x: torch.linalg.vector_norm(x, 2.0 if p is None else p), spaced(5), order)
        case("norm", lambda x: torch.linalg.vector_norm(x, 2.0 if p is None else p, 1, True), spaced(2, 4), order, ints(1), True)
    for p in (1.0, -1.0, 2.0, -2.0, float("inf"), float("-inf")):
        case("norm", lambda x: torch.linalg.matrix_norm(x, p), tensor(3, 4), p)
        case("norm", lambda x: torch.linalg.matrix_norm(x, p, (0, 2), True), tensor(3, 2, 3), p, ints(0, 2), True)
    case("norm", lambda x: torch.linalg.matrix_norm(x), tensor(3, 4))
    for p in (1.0, 2.0, 3.0):
        case("norm", lambda x: torch.linalg.vector_norm(x, p, 1), np.array([[0.0, 0.0], [0.0, 2.0]]), p, ints(1), edge=True)


def shaping():
    case("reshape", lambda x: x.reshape(4, 3), tensor(2, 6), ints(4, -1))
    case("flatten", lambda x: x.reshape(-1), tensor(2, 3))
    case("ravel", lambda x: x.reshape(-1), tensor(2, 3))
    case("transpose", lambda x: x.permute(2, 1, 0), tensor(2, 3, 4))
    case("transpose", lambda x: x.permute(1, 2, 0), tensor(2, 3, 4), ints(1, 2, 0))
    case("permute_dims", lambda x: x.permute(1, 2, 0), tensor(2, 3, 4), ints(1, 2, 0))
    case("swap_axes", lambda x: x.swapaxes(0, -1), tensor(2, 3, 4), 0, -1)
    case("move_axis", lambda x: torch.movedim(x, 0, 2), tensor(2, 3, 4), 0, -1)
    case("move_axis", lambda x: torch.movedim(x, 2, 0), tensor(2, 3, 4), 2, 0)
    case("moveaxis", lambda x: torch.movedim(x, (0, 1), (2, 0)), tensor(2, 3, 4), ints(0, 1), ints(2, 0))
    case("expand_dims", lambda x: x.unsqueeze(-1), tensor(2, 3), -1)
    case("squeeze", lambda x: x.squeeze(), tensor(1, 2, 1))
    case("broadcast_to", lambda x: x.expand(2, 3, 4) * 1, tensor(3, 1), ints(2, 3, 4))
    case("flip", lambda x: x.flip(0, 1), tensor(2, 3))
    case("flip", lambda x: x.flip(1), tensor(2, 3), ints(1))
    case("roll", lambda x: x.roll(2), tensor(2, 3), 2)
    case("roll", lambda x: x.roll(-4, 1), tensor(2, 3), -4, 1)
    for offset in (0, 1, -2):
        case("diagonal", lambda x: torch.diagonal(x, offset, -2, -1), tensor(2, 3, 4), offset)
        case("diag", lambda x: torch.diag(x, offset), tensor(3), offset)
        case("diag", lambda x: torch.diag(x, offset), tensor(3, 4), offset)
        case("tril", lambda x: torch.tril(x, offset), tensor(2, 3, 4), offset)
        case("triu", lambda x: torch.triu(x, offset), tensor(2, 3, 4), offset)
        case("trace", lambda x: torch.diagonal(x, offset, -2, -1).sum(-1), tensor(2, 3, 4), offset)
        case("trace", lambda x: torch.diagonal(x, offset).sum(-1), tensor(3, 4), offset)
    case("concat", lambda a, b, c: torch.cat((a, b, c), 1), [tensor(2, 1), tensor(2, 3), tensor(2, 0)], 1)
    case("stack", lambda a, b: torch.stack((a, b), 1), [tensor(2, 3), tensor(2, 3)], 1)
    case("unstack", lambda x: torch.unbind(x, 1), tensor(2, 3), 1)
    case("chunk", lambda x: torch.chunk(x, 2, 1), tensor(3, 4), 2, 1)
    case("cut", lambda x: torch.tensor_split(x, (1, 3), 0), tensor(5, 2), ints(1, 3))
    case("cut", lambda x: (x[0:3], x[3:1], x[1:]), tensor(5, 2), ints(3, 1))
    case("repeat", lambda x: x.repeat_interleave(3), tensor(2, 3), ints(3))
    case("repeat", lambda x: x.repeat_interleave(2, 1), tensor(2, 3), ints(2), 1)
    case("repeat", lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 1), tensor(2, 3), ints(2, 0, 1), 1)
    case("tile", lambda x: torch.tile(x, (2, 1, 3)), tensor(2, 3), ints(2, 1, 3))
    case("tile", lambda x: torch.tile(x, (2,)), tensor(2, 3), ints(2))
    case("pad", lambda x, w, v: F.pad(x, (2, 1), value=0) + F.pad(torch.zeros_like(x), (2, 1), value=1) * v,
         tensor(2, 3), np.array([[0, 0], [2, 1]]), "constant", Number(0.5))
    for mode, known in (("edge", "replicate"), ("reflect", "reflect"), ("wrap", "circular")):
        case("pad", lambda x, w: F.pad(x[None], (2, 1, 1, 1), known)[0] if known != "circular"
             else F.pad(x[None, None], (2, 1, 1, 1), known)[0, 0], tensor(3, 4), np.array([[1, 1], [2, 1]]), mode)
    case("pad", lambda x, w: torch.cat((x[:2].flip(0), x, x[-1:]), 0), tensor(4), np.array([2, 1]), "symmetric")
    case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="xy"), [tensor(3), tensor(2)])
    case("meshgrid", lambda a, b, c: torch.meshgrid(a, b, c, indexing="ij"), [tensor(3), tensor(2), tensor(2)], "ij")


def gathering():
    positions = np.array([[2, 0], [0, -1]])
    case("take", lambda x, i: x.reshape(-1)[i], tensor(2, 3), positions)
    case("take", lambda x, i: x[:, i], tensor(2, 3), positions, 1)
    case("take", lambda x, i: x[i], tensor(3), np.array(1), 0)
    along = np.array([[2, 0, 0], [1, 1, 2]])
    case("take_along_axis", lambda x, i: torch.gather(x, 1, i), tensor(2, 3), along)
    case("take_along_axis", lambda x, i: torch.gather(x, 0, i), tensor(3, 3), along, 0)
    case("take_along_axis", lambda x, i: torch.gather(x, 1, i.expand(2, 2)), tensor(2, 3), np.array([[2, 0]]))
    case("sort", lambda x: torch.sort(x, 1)[0], spaced(3, 4))
    case("sort", lambda x: torch.sort(x, 0, True)[0], spaced(3, 4), 0, True)
    case("top_k", lambda x: torch.topk(x, 2, 1)[0], spaced(3, 4), 2)
    case("top_k", lambda x: torch.topk(x, 2, 0, largest=False)[0], spaced(3, 4), 2, 0, False)
    case("diff", lambda x: torch.diff(x), tensor(2, 4))
    case("diff", lambda x: torch.diff(x, 2, 0), tensor(4, 3), 2, 0)
    case("bincount", lambda i, w: torch.zeros(4, dtype=torch.float64).index_add(0, i, w), np.array([0, 3, 3, 1]), tensor(4))


def regular(*shape):
    """Square matrices far from singular."""
    return np.round(tensor(*shape) + 3 * np.eye(shape[-1]), 4)


def linear_algebra():
    for name in ("matmul", "dot"):
        for a, b in (((3, 4), (4, 2)), ((4,), (4, 2)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)),
                     ((2, 1, 3, 4), (3, 4, 2)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((3, 4), (2, 4, 2)),
                     ((0, 4), (4, 2)), ((3, 0), (0, 2))):
            case(name, torch.matmul, tensor(*a), tensor(*b))
    case("outer", torch.outer, tensor(3), tensor(4))
    case("kron", torch.kron, tensor(2, 3), tensor(2, 2))
    case("kron", torch.kron, tensor(3), tensor(2, 2))
    case("vecdot", lambda a, b: (a * b).sum(-1), tensor(2, 3), tensor(3))
    case("cross", lambda a, b: torch.linalg.cross(a, b), tensor(2, 3), tensor(2, 3))
    case("tensordot", lambda a, b, n: torch.tensordot(a, b, 1), tensor(2, 3), tensor(3, 4), np.array(1))
    case("matrix_power", lambda a: torch.linalg.matrix_power(a, 3), tensor(3, 3), 3)
    case("matrix_power", lambda a: torch.linalg.matrix_power(a, -2), regular(3, 3), -2)
    case("matrix_norm", lambda a: torch.linalg.matrix_norm(a), tensor(3, 4))
    case("vector_norm", lambda a: torch.linalg.vector_norm(a), tensor(3, 4))
    case("solve", torch.linalg.solve, regular(3, 3), tensor(3))
    case("solve", torch.linalg.solve, regular(2, 3, 3), tensor(2, 3, 2))
    case("solve", torch.linalg.solve, regular(3, 3), tensor(2, 3, 2))
    case("inv", torch.linalg.inv, regular(2, 3, 3))
    case("pinv", torch.linalg.pinv, tensor(4, 3))
    case("pinv", torch.linalg.pinv, tensor(2, 3, 4))
    case("det", torch.linalg.det, tensor(2, 3, 3))
    # Of singular matrices too the determinant is a polynomial.
    case("det", lambda a: a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0], np.array([[1.0, 2.0], [2.0, 4.0]]), edge=True)
    case("slogdet", lambda a: torch.linalg.slogdet(a), regular(3, 3))
    case("lstsq", lambda a, b: torch.linalg.lstsq(a, b)[0], tensor(5, 3), tensor(5, 2))
    case("qr", lambda a: torch.linalg.qr(a), regular(3, 3))
    case("qr", lambda a: torch.linalg.qr(a), tensor(2, 5, 3))
    case("qr", lambda a: torch.linalg.qr(a), np.round(tensor(3, 5) + 3 * np.eye(3, 5), 4))
    case("svdvals", torch.linalg.svdvals, tensor(2, 4, 3))
    symmetric = tensor(4, 4)
    symmetric = np.round((symmetric + symmetric.T) / 2, 4)
    mirrored = lambda a: (a + a.mT) / 2
    case("eigvalsh", lambda a: torch.linalg.eigvalsh(mirrored(a)), symmetric)
    positive_definite = np.round(symmetric @ symmetric.T + np.eye(4), 4)
    case("cholesky", lambda a: torch.linalg.cholesky(mirrored(a)), positive_definite)
    # The signs of singular vectors are anyone's: what is compared does not depend on them.
    case("svd", lambda a: tuple(r ** 2 for r in torch.linalg.svd(a, full_matrices=False)), tensor(4, 3))
    case("svd", lambda a: tuple(r ** 2 for r in torch.linalg.svd(a, full_matrices=False)), tensor(2, 3, 4))
    case("svd", lambda a: tuple(r ** 2 for r in torch.linalg.svd(a, full_matrices=False)), tensor(3, 3))
    case("eigh", lambda a: tuple(r ** 2 for r in torch.linalg.eigh(mirrored(a))), symmetric)


def activations():
    case("softmax", lambda x: x.softmax(-1), tensor(2, 4))
    case("log_softmax", lambda x: x.log_softmax(0), tensor(2, 4), 0)
    case("logsumexp", lambda x: x.logsumexp((0, 1)), tensor(2, 4))
    case("gelu", F.gelu, tensor(5))
    case("gelu", lambda x: F.gelu(x, approximate="tanh"), tensor(5), "tanh")
    case("silu", F.silu, tensor(5))
    case("mish", F.mish, tensor(5))
    case("softplus", F.softplus, tensor(5))
    case("leaky_relu", lambda x: F.leaky_relu(x, 0.01), tensor(5))
    case("elu", F.elu, tensor(5))
    case("swiglu", lambda x, g: F.silu(g) * x, tensor(5), tensor(5))

    case("log_sigmoid", F.logsigmoid, tensor(5))


def composed():
    case("matrix_transpose", lambda a: a.mT * 1, tensor(2, 3, 4))
    case("broadcast_arrays", lambda a, b: torch.broadcast_tensors(a, b), [tensor(3), tensor(2, 1)])
    case("cumulative_sum", lambda x: x.cumsum(1), tensor(2, 3), 1)
    case("cumulative_prod", lambda x: x.cumprod(0), tensor(3, 2), 0)
    case("cummax", lambda x: x.cummax(0)[0], spaced(5, 2), 0)
    case("cummin", lambda x: x.cummin(0)[0], spaced(5, 2), 0)
    segments = np.array([0, 2, 0, 1])
    case("segment_sum", lambda x, i: torch.zeros(3, 2, dtype=x.dtype).index_add(0, i, x), tensor(4, 2), segments)
    places = np.array([3, 0])
    case("scatter", lambda x, i, v: x.index_copy(0, i, v), tensor(4, 2), places, tensor(2, 2))
    case("scatter_add", lambda x, i, v: x.index_add(0, i, v), tensor(4, 2), np.array([3, 3]), tensor(2, 2))
    case("quantile", lambda x, q: torch.quantile(x, 0.3), spaced(7), Number(0.3), edge=True)
    case("percentile", lambda x, q: torch.quantile(x, 0.6), spaced(7), Number(60.0), edge=True)
    case("median", lambda x: torch.quantile(x, 0.5), spaced(3, 4))
    case("cov", torch.cov, tensor(3, 5))
    case("corrcoef", torch.corrcoef, tensor(2, 5), edge=True)
    case("trapezoid", lambda y, x: torch.trapezoid(y, x), tensor(2, 4), np.array([0.0, 1.0, 1.5, 3.0]))
    case("polyval", lambda p, x: p[0] * x ** 2 + p[1] * x + p[2], tensor(3), tensor(4))
    case("interp", lambda x, xp, fp: fp[[0, 2, 1]] + (x - xp[[0, 2, 1]]) * (fp[[1, 3, 2]] - fp[[0, 2, 1]])
         / (xp[[1, 3, 2]] - xp[[0, 2, 1]]), np.array([0.3, 2.5, 1.2]), np.array([0.0, 1.0, 2.0, 3.5]), tensor(4))
    case("convolve", lambda x, y: F.conv1d(x[None, None], y.flip(0)[None, None], padding=2)[0, 0], tensor(5), tensor(3))
    case("fftshift", lambda x: torch.fft.fftshift(x), tensor(3, 4))
    case("ifftshift", lambda x: torch.fft.ifftshift(x), tensor(3, 4))


def neural():
    case("conv1d", lambda x, w, b: F.conv1d(x, w, b, 2, 1, 2), tensor(2, 3, 9), tensor(4, 3, 3), tensor(4),
         ints(2), ints(1), ints(2))
    case("conv2d", lambda x, w: F.conv2d(x, w, None, 1, 1, 1, 2), tensor(2, 4, 5, 4), tensor(6, 2, 3, 3), None,
         ints(1), ints(1), ints(1), 2)
    case("conv_transpose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, 2, 1, 1), tensor(2, 3, 4), tensor(3, 2, 3),
         tensor(2), ints(2), ints(1), ints(1))
    case("conv_transpose2d", lambda x, w: F.conv_transpose2d(x, w, None, 2), tensor(2, 3, 3, 2), tensor(3, 2, 2, 3),
         None, ints(2))
    case("max_pool1d", lambda x: F.max_pool1d(x, 3, 2, 1), spaced(2, 2, 7), ints(3), ints(2), ints(1))
    case("max_pool2d", lambda x: F.max_pool2d(x, 2), spaced(2, 2, 4, 5), ints(2))
    case("avg_pool1d", lambda x: F.avg_pool1d(x, 3, 2, 1), tensor(2, 2, 7), ints(3), ints(2), ints(1))
    case("avg_pool2d", lambda x: F.avg_pool2d(x, 2, 2, 1, False, False), tensor(2, 2, 4, 5), ints(2), ints(2), ints(1),
         False, False)
    case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, 3), tensor(2, 2, 7), ints(3))
    case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), tensor(2, 2, 5, 7), ints(2, 3))
    case("layer_norm", lambda x, w, b: F.layer_norm(x, (4,), w, b), tensor(3, 4), tensor(4), tensor(4))
    case("rms_norm", lambda x, w: F.rms_norm(x, (4,), w, 1e-6), tensor(3, 4), tensor(4))
    case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), tensor(2, 4, 3), 2, tensor(4), tensor(4))
    case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), tensor(3, 2, 4), None, None,
         tensor(2), tensor(2))
    case("batch_norm", lambda x, m, v, w, b: (x - m) / torch.sqrt(v + 1e-5) * w + b, tensor(3, 2), tensor(2),
         positive(2), tensor(2), tensor(2))
    case("attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), tensor(2, 2, 3, 4), tensor(2, 2, 5, 4),
         tensor(2, 2, 5, 3))
    case("attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), tensor(4, 2),
         tensor(4, 2), tensor(4, 3), None, True)

    def turned(x):
        half = x.shape[-1] // 2
        rate = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.arange(x.shape[-2], dtype=torch.float64)[:, None] * rate
        a, b = x[..., :half], x[..., half:]
        return torch.cat((a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()), -1)

    case("rope", turned, tensor(2, 3, 4))
    case("embedding", lambda i, w: F.embedding(i, w), np.array([[2, 0], [2, 1]]), tensor(3, 4))

    def lstm(x, wi, wh, bi, bh, h, c):
        y, last, cell = torch._VF.lstm(x, (h[None], c[None]), [wi, wh, bi, bh], True, 1, 0.0, False, False, True)
        return y, last[0], cell[0]

    def gru(x, wi, wh, bi, bh, h):
        y, last = torch._VF.gru(x, h[None], [wi, wh, bi, bh], True, 1, 0.0, False, False, True)
        return y, last[0]

    case("lstm", lstm, tensor(2, 3, 2), tensor(12, 2), tensor(12, 3), tensor(12), tensor(12), tensor(2, 3), tensor(2, 3))
    case("gru", gru, tensor(2, 3, 2), tensor(9, 2), tensor(9, 3), tensor(9), tensor(9), tensor(2, 3))
    labels = np.array([1, 3, 0])
    case("cross_entropy", F.cross_entropy, tensor(3, 4), labels)
    case("cross_entropy", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1, reduction="sum"), tensor(3, 4), labels,
         -1, 0.1, -100, "sum")
    case("nll_loss", F.nll_loss, tensor(3, 4), labels)
    case("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p, t),
         np.array([0.2, 0.7, 0.9]), np.array([0.3, 1.0, 0.6]), edge=True)
    case("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, tensor(3), np.array([0.3, 1.0, 0.6]))
    case("mse_loss", F.mse_loss, tensor(2, 3), tensor(2, 3))
    case("l1_loss", F.l1_loss, tensor(2, 3), tensor(2, 3))
    case("huber_loss", lambda x, t: F.huber_loss(x, t, delta=0.7), tensor(7), tensor(7), 0.7)
    matrix = torch.tensor(scipy.linalg.hadamard(8), dtype=torch.float64) / 8**0.5
    case("hadamard", lambda x: x @ matrix.to(x.dtype), tensor(2, 8))


def grouped():
    def product(x, w, counts):
        return torch.cat([a @ b for a, b in zip(x.split(counts.tolist()), w.unbind(0))])

    case("grouped_matmul", product, tensor(5, 3), tensor(3, 3, 2), np.array([2, 0, 3]))
    case("grouped_matmul", product, tensor(4, 2), tensor(1, 2, 5), np.array([4]))
    case("grouped_matmul", product, tensor(0, 2), tensor(2, 2, 3), np.array([0, 0]))


elementwise()
reductions()
shaping()
gathering()
linear_algebra()
activations()
composed()
neural()
grouped()
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gradients.txt")
with open(path, "w") as file:
    file.write("\n".join(lines) + "\n")
