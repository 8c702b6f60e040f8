"""Neural operations, against PyTorch; in f32 its values in f64, rounded once."""
import numpy as np
import torch
import torch.nn.functional as F
from operations import Data, Number, value

FLOATS = [np.float32, np.float64]
BIG = 4611686018427387904


def limit(dtype):
    return "n2e-6" if dtype == np.float32 else "n1e-12"


def told(result, dtype):
    return np.asarray(result.detach().numpy()).astype(dtype)


def t(array):
    return torch.tensor(np.array(array, np.float64))


ACTIVATIONS = {
    "gelu": F.gelu, "silu": F.silu, "mish": F.mish, "softplus": F.softplus,
    "log_sigmoid": F.logsigmoid, "leaky_relu": F.leaky_relu, "elu": F.elu,
}
# arguments: keywords of PyTorch
WITH_ARGUMENTS = {
    "gelu": {"approximate = \"tanh\"": dict(approximate="tanh")},
    "softplus": {"beta = 2.5": dict(beta=2.5)},
    "leaky_relu": {"negative_slope = 0.3": dict(negative_slope=0.3)},
    "elu": {"alpha = 1.7": dict(alpha=1.7)},
}


def activations(writer, data):
    edge = ["nan", "inf", "0.0", "-0.0", "-30", "30", "-800", "1e-20", "-1e-20"]
    for name, function in ACTIVATIONS.items():
        for dtype in FLOATS:
            near = "1e-6/1e-9" if dtype == np.float32 else "1e-11/1e-14"
            x, m = data.floats(dtype, 33, -6, 6), data.floats(dtype, (3, 5))
            if name == "softplus":  # PyTorch stops at 20, where what is left out is 2e-9
                function = lambda v, beta=1.0: torch.logaddexp(v * beta, torch.zeros_like(v)) / beta
            cases = [("a", x, x), ("a[:7]", x, x[:7]), ("a[::-2]", x, x[::-2]), ("a'", m, m.T),
                     ("a", m[1, 1].reshape(()), m[1, 1].reshape(()))]
            e = np.array([float(v) for v in edge], dtype)
            cases.append(("a", e, e))
            none = np.zeros((0, 3), dtype)
            cases.append(("a", none, none))
            for code, given, used in cases:
                writer.case(name, f"{name}({code})", value(told(function(t(used)), dtype)), near, a=given)
            for arguments, keywords in WITH_ARGUMENTS.get(name, {}).items():
                writer.case(name, f"{name}(a, {arguments})", told(function(t(x), **keywords), dtype),
                            "2e-6/1e-7" if dtype == np.float32 else near, a=x)
        whole = np.array([-2, 0, 3])
        writer.case(name, f"{name}(a)", told(function(t(whole)), np.float64), near, a=whole)
        writer.errors(name, f"{name}(\"x\")", f"{name}()", f"{name}(1i)")
    writer.errors("gelu", "gelu(1.0, approximate = \"x\")")
    for dtype in FLOATS:
        x, gate = data.floats(dtype, (3, 7)), data.floats(dtype, (3, 7))
        writer.case("swiglu", "swiglu(a, b)", told(F.silu(t(gate)) * t(x), dtype), limit(dtype), a=x, b=gate)
        writer.case("swiglu", "swiglu(a', b'[:, :1])", told(F.silu(t(gate.T[:, :1])) * t(x.T), dtype), limit(dtype), a=x, b=gate)
    writer.errors("swiglu", "swiglu(a, b)", "swiglu(a)", "swiglu(\"x\", a)", a=np.ones(3), b=np.ones(4))


def normalising(writer, data):
    for name, function in {"softmax": F.softmax, "log_softmax": F.log_softmax}.items():
        for dtype in FLOATS:
            x = data.floats(dtype, (3, 4, 5), -9, 9)
            for axis in (0, 1, -1):
                writer.case(name, f"{name}(a, axis = {axis})", told(function(t(x), axis), dtype), limit(dtype), a=x)
            writer.case(name, f"{name}(transpose(a)[::-1])", told(function(t(x.T[::-1]), -1), dtype), limit(dtype), a=x)
            for size in (1, 17, 33):
                v = data.floats(dtype, size, -90, 90)
                writer.case(name, f"{name}(a)", told(function(t(v), -1), dtype), limit(dtype), a=v)
            for texts in (["-inf", "1", "2"], ["nan", "1", "2"], ["-inf", "-inf", "-inf"], ["800", "-800", "799"], ["inf", "1", "2"]):
                e = np.array([float(v) for v in texts], dtype)
                writer.case(name, f"{name}(a)", told(function(t(e), -1), dtype), a=e)
            none = np.zeros((0, 3), dtype)
            writer.case(name, f"{name}(a)", none, a=none)
        writer.errors(name, f"{name}(a, axis = 2)", f"{name}(a, axis = -3)", f"{name}(\"x\")", f"{name}(1i)", a=np.ones((2, 3)))
    for dtype in FLOATS:
        x = data.floats(dtype, (3, 4, 5), -9, 9)
        for axis in (None, 0, -1, (0, 2)):
            for keep in (False, True):
                dims = tuple(range(3)) if axis is None else axis
                text = "" if axis is None else f", axis = {axis}"
                writer.case("logsumexp", f"logsumexp(a{text}, keepdims = {str(keep).lower()})",
                            value(told(torch.logsumexp(t(x), dims, keep), dtype)), limit(dtype), a=x)
        for texts in (["-inf", "-inf"], ["inf", "1"], ["nan", "1"], ["800", "800"], ["-800", "-900"]):
            e = np.array([float(v) for v in texts], dtype)
            writer.case("logsumexp", "logsumexp(a)", Number(told(torch.logsumexp(t(e), 0), dtype)), a=e)
    writer.errors("logsumexp", "logsumexp(a, axis = 2)", "logsumexp(a, axis = (0, 0))", "logsumexp(\"x\")", a=np.ones((2, 3)))


def convolutions(writer, data):
    for dtype in FLOATS:
        for axes in (1, 2):
            name, other = f"conv{axes}d", f"conv_transpose{axes}d"
            function, back = getattr(F, name), getattr(F, other)
            size, kernel = ((9,), (3,)) if axes == 1 else ((5, 7), (3, 2))
            x, bias = data.floats(dtype, (2 if axes == 1 else 1, 4) + size), data.floats(dtype, 4)
            for groups in (1, 2):
                w = data.floats(dtype, (4, 4 // groups) + kernel)
                for stride, padding, dilation in ((1, 0, 1), (2, 1, 1), (3, 1, 2)):
                    code = f"stride = {stride}, padding = {padding}, dilation = {dilation}, groups = {groups}"
                    wanted = function(t(x), t(w), t(bias), stride, padding, dilation, groups)
                    writer.case(name, f"{name}(a, b, c, {code})", told(wanted, dtype), limit(dtype), a=x, b=w, c=bias)
                v = data.floats(dtype, (4, 4 // groups) + kernel)
                for stride, padding, extra, dilation in ((1, 0, 0, 1), (2, 1, 1, 2)):
                    code = f"stride = {stride}, padding = {padding}, output_padding = {extra}, groups = {groups}, dilation = {dilation}"
                    wanted = back(t(x), t(v), t(bias), stride, padding, extra, groups, dilation)
                    writer.case(other, f"{other}(a, b, c, {code})", told(wanted, dtype), limit(dtype), a=x, b=v, c=bias)
            w = data.floats(dtype, (2, 4) + (3,) * axes)
            writer.case(name, f"{name}(a, b, padding = \"same\")", told(function(t(x), t(w), padding="same"), dtype), limit(dtype), a=x, b=w)
            writer.case(name, f"{name}(a, b, padding = \"valid\")", told(function(t(x), t(w)), dtype), limit(dtype), a=x, b=w)
            writer.case(name, f"{name}(a[0], b)", told(function(t(x[0]), t(w)), dtype), limit(dtype), a=x, b=w)
            writer.case(name, f"{name}(a[..., ::-1], b)", told(function(t(x[..., ::-1]), t(w)), dtype), limit(dtype), a=x, b=w)
            none = np.zeros((0, 4) + size, dtype)
            writer.case(name, f"{name}(a, b)", told(function(t(none), t(w)), dtype), a=none, b=w)
    for axes in (1, 2):
        x, w = np.ones((1, 4) + (5,) * axes), np.ones((4, 4) + (3,) * axes)
        for name in (f"conv{axes}d", f"conv_transpose{axes}d"):
            bad = ["stride = 0", "stride = -1", "padding = -1", "dilation = 0", "groups = 0", "groups = 3",
                   "stride = (1, 1, 1)", f"padding = {BIG}", f"dilation = {BIG}", "bias = [1.0]", "stride = 1.5"]
            writer.errors(name, *[f"{name}(a, b, {text})" for text in bad], f"{name}(a, zeros(3))", f"{name}(1, b)",
                          f"{name}(a, b[:, :3, ...][:3])", f"{name}(\"x\", b)", a=x, b=w)
        writer.errors(f"conv{axes}d", f"conv{axes}d(a, b, padding = \"x\")")
        writer.errors(f"conv_transpose{axes}d", f"conv_transpose{axes}d(a, b, stride = {BIG})",
                      f"conv_transpose{axes}d(a, b, output_padding = 1)", f"conv_transpose{axes}d(a, b, padding = 9)")


def pooling(writer, data):
    for dtype in FLOATS:
        for axes in (1, 2):
            size = (9,) if axes == 1 else (5, 7)
            x = data.floats(dtype, (1, 2) + size)
            for kernel, stride, padding in ((2, None, 0), (3, 2, 1), (3, 1, 0), (2, 3, 1)):
                for ceil in (False, True):
                    flag = str(ceil).lower()
                    step = "none" if stride is None else stride
                    code = f"a, {kernel}, stride = {step}, padding = {padding}, ceil_mode = {flag}"
                    wanted = getattr(F, f"max_pool{axes}d")(t(x), kernel, stride, padding, ceil_mode=ceil)
                    writer.case(f"max_pool{axes}d", f"max_pool{axes}d({code})", told(wanted, dtype), limit(dtype), a=x)
                    for count in (True, False):
                        wanted = getattr(F, f"avg_pool{axes}d")(t(x), kernel, stride, padding, ceil, count)
                        writer.case(f"avg_pool{axes}d", f"avg_pool{axes}d({code}, count_include_pad = {str(count).lower()})",
                                    told(wanted, dtype), limit(dtype), a=x)
            wanted = getattr(F, f"max_pool{axes}d")(t(x), 3, 1, 1, 2)
            writer.case(f"max_pool{axes}d", f"max_pool{axes}d(a, 3, stride = 1, padding = 1, dilation = 2)", told(wanted, dtype), a=x)
            for target in (1, 2, 5, 7):
                name = f"adaptive_avg_pool{axes}d"
                writer.case(name, f"{name}(a, {target})", told(getattr(F, name)(t(x), target), dtype), limit(dtype), a=x)
            name = f"max_pool{axes}d"
            e = x.copy()
            e.ravel()[[1, 9]] = np.nan, -np.inf
            writer.case(name, f"{name}(a, 2)", told(getattr(F, name)(t(e), 2), dtype), a=e)
    for axes in (1, 2):
        x = np.ones((1, 2) + (6,) * axes)
        for name in (f"max_pool{axes}d", f"avg_pool{axes}d"):
            bad = ["0", "-1", "9", f"{BIG}", "2, stride = 0", "2, padding = 2", "2, padding = -1", f"2, stride = -{BIG}",
                   "(1, 2, 3)", "1.5", "\"x\""]
            writer.errors(name, *[f"{name}(a, {text})" for text in bad], f"{name}(1, 2)", f"{name}(a)", a=x)
        name = f"adaptive_avg_pool{axes}d"
        writer.errors(name, f"{name}(a, -1)", f"{name}(a, {BIG})", f"{name}(a, 1.5)", f"{name}(1, 1)", a=x)


def layers(writer, data):
    for dtype in FLOATS:
        x = data.floats(dtype, (3, 4, 6))
        w, b = data.floats(dtype, 6), data.floats(dtype, 6)
        bound = "n4e-6" if dtype == np.float32 else "n1e-11"
        writer.case("layer_norm", "layer_norm(a)", told(F.layer_norm(t(x), (6,)), dtype), bound, a=x)
        writer.case("layer_norm", "layer_norm(a, b, c, eps = 0.1)", told(F.layer_norm(t(x), (6,), t(w), t(b), 0.1), dtype), bound, a=x, b=w, c=b)
        writer.case("layer_norm", "layer_norm(a, axis = (1, 2))", told(F.layer_norm(t(x), (4, 6)), dtype), bound, a=x)
        writer.case("layer_norm", "layer_norm(transpose(a))", told(F.layer_norm(t(x.T), (3,)), dtype), bound, a=x)
        writer.case("rms_norm", "rms_norm(a)", told(F.rms_norm(t(x), (6,), eps=1e-6), dtype), bound, a=x)
        writer.case("rms_norm", "rms_norm(a, b, eps = 0.1)", told(F.rms_norm(t(x), (6,), t(w), 0.1), dtype), bound, a=x, b=w)
        cw, cb = data.floats(dtype, 4), data.floats(dtype, 4)
        for groups in (1, 2, 4):
            writer.case("group_norm", f"group_norm(a, {groups}, b, c)", told(F.group_norm(t(x), groups, t(cw), t(cb)), dtype), bound, a=x, b=cw, c=cb)
        writer.case("batch_norm", "batch_norm(a)", told(F.batch_norm(t(x), None, None, training=True), dtype), bound, a=x)
        mean, var = data.floats(dtype, 4), data.floats(dtype, 4, 0.5, 3)
        writer.case("batch_norm", "batch_norm(a, b, c, d, e)", told(F.batch_norm(t(x), t(mean), t(var), t(cw), t(cb)), dtype),
                    bound, a=x, b=mean, c=var, d=cw, e=cb)
        q, k, v = data.floats(dtype, (2, 4, 5, 3)), data.floats(dtype, (2, 2, 7, 3)), data.floats(dtype, (2, 2, 7, 3))
        k4, v4 = np.repeat(k, 2, 1), np.repeat(v, 2, 1)
        writer.case("attention", "attention(a, b, c)", told(F.scaled_dot_product_attention(t(q), t(k4), t(v4)), dtype), bound, a=q, b=k, c=v)
        mask = data.any(bool, (5, 7))
        mask[:, 0] = True
        writer.case("attention", "attention(a, b, c, mask = d, scale = 0.3)",
                    told(F.scaled_dot_product_attention(t(q), t(k4), t(v4), torch.tensor(mask), scale=0.3), dtype), bound, a=q, b=k, c=v, d=mask)
        bias = data.floats(dtype, (5, 7))
        writer.case("attention", "attention(a, b, c, mask = d)",
                    told(F.scaled_dot_product_attention(t(q), t(k4), t(v4), t(bias)), dtype), bound, a=q, b=k, c=v, d=bias)
        writer.case("attention", "attention(a, a, a, causal = true)",
                    told(F.scaled_dot_product_attention(t(q), t(q), t(q), is_causal=True), dtype), bound, a=q)
        table, rows = data.floats(dtype, (5, 3)), np.array([[4, 0], [1, 1]])
        writer.case("embedding", "embedding(a, b)", told(F.embedding(torch.tensor(rows), t(table)), dtype), a=rows, b=table)
        rotary(writer, data, dtype)
        recurrent(writer, data, dtype)
    x = np.ones((2, 4, 6))
    writer.errors("layer_norm", "layer_norm(a, [1.0])", "layer_norm(a, axis = 0)", "layer_norm(\"x\")", "layer_norm(a, axis = 3)", a=x)
    writer.errors("rms_norm", "rms_norm(a, [1.0])", "rms_norm(a, axis = 0)", "rms_norm(\"x\")", a=x)
    writer.errors("group_norm", "group_norm(a, 3)", "group_norm(a, 0)", "group_norm(a, -1)", f"group_norm(a, {BIG})", "group_norm(a)", a=x)
    writer.errors("batch_norm", "batch_norm(a, [1.0])", "batch_norm(1)", "batch_norm(a, [1.0], [1.0])", "batch_norm(\"x\")", a=x)
    writer.errors("attention", "attention(a, a, 1)", "attention(a, a[:, :3, :2], a)", "attention(a, a, a, mask = ones(9, 9))",
                  "attention(a, a)", "attention(zeros(3), zeros(3), zeros(3))", a=x)
    writer.errors("embedding", "embedding([9], a[0])", "embedding([0.5], a[0])", "embedding([0], a)", "embedding([-9], a[0])", a=x)


def rotary(writer, data, dtype):
    """The formula of Su and others, in PyTorch's complex numbers."""
    x = data.floats(dtype, (2, 5, 6))
    for first, base in ((0, 10000.0), (3, 500.0)):
        angles = torch.outer(torch.arange(5, dtype=torch.float64) + first, base ** (-torch.arange(0, 6, 2, dtype=torch.float64) / 6))
        turn = torch.polar(torch.ones_like(angles), angles)
        pairs = torch.view_as_real(torch.view_as_complex(t(x).reshape(2, 5, 3, 2)) * turn).reshape(2, 5, 6)
        code = f"positions = {first}, base = {base}"
        bound = "n2e-6" if dtype == np.float32 else "n1e-12"
        writer.case("rope", f"rope(a, {code}, interleaved = true)", told(pairs, dtype), bound, a=x)
        halves = torch.complex(t(x)[..., :3], t(x)[..., 3:]) * turn
        writer.case("rope", f"rope(a, {code})", told(torch.cat([halves.real, halves.imag], -1), dtype), bound, a=x)
    writer.errors("rope", "rope(a, dims = 3)", "rope(a, dims = -2)", "rope(a, [1.0])", "rope(zeros(3))", "rope(a, positions = nan)", a=x)


def recurrent(writer, data, dtype):
    for name, gates in (("lstm", 4), ("gru", 3)):
        x = data.floats(dtype, (2, 5, 3), -1, 1)
        weights = [data.floats(dtype, s, -1, 1) for s in ((gates * 4, 3), (gates * 4, 4), (gates * 4,), (gates * 4,))]
        h, c = data.floats(dtype, (2, 4), -1, 1), data.floats(dtype, (2, 4), -1, 1)
        module = getattr(torch.nn, name.upper())(3, 4, batch_first=True).double()
        for parameter, w in zip(module.parameters(), weights):
            parameter.data = t(w)
        names = dict(zip(("b", "c", "d", "e"), weights))
        bound = "n4e-6" if dtype == np.float32 else "n1e-11"
        if name == "lstm":
            y, (last, cell) = module(t(x), (t(h)[None], t(c)[None]))
            wanted = (told(y, dtype), told(last[0], dtype), told(cell[0], dtype))
            writer.case(name, "lstm(a, b, c, d, e, h = g, c = u)", wanted, bound, a=x, g=h, u=c, **names)
        else:
            y, last = module(t(x), t(h)[None])
            writer.case(name, "gru(a, b, c, d, e, h = g)", (told(y, dtype), told(last[0], dtype)), bound, a=x, g=h, **names)
        y, rest = module(t(x))
        parts = (rest[0][0], rest[1][0]) if name == "lstm" else (rest[0],)
        wanted = (told(y, dtype).swapaxes(0, 1),) + tuple(told(p, dtype) for p in parts)
        writer.case(name, f"{name}(swap_axes(a, 0, 1), b, c, d, e, batch_first = false)", wanted, bound, a=x, **names)
        writer.errors(name, f"{name}(a, b, b)", f"{name}(a, c, c)", f"{name}(a, b, c, [1.0])", f"{name}(a, b)", f"{name}(1, b, c)",
                      f"{name}(a, b, c, h = zeros(3, 3))")


def losses(writer, data):
    for dtype in FLOATS:
        bound = "2e-6/1e-7" if dtype == np.float32 else "1e-12/1e-14"
        scores, labels = data.floats(dtype, (7, 5), -6, 6), data.ints(np.int64, 7, 0, 4)
        probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        soft = np.round(probabilities[::-1], 3).astype(dtype)
        masked = labels.copy()
        masked[[1, 4]] = -100
        for reduction in ("mean", "sum", "none"):
            suffix = f", reduction = \"{reduction}\""
            for smoothing in (0.0, 0.1):
                for target in (labels, masked):
                    wanted = F.cross_entropy(t(scores), torch.tensor(target), reduction=reduction, label_smoothing=smoothing)
                    writer.case("cross_entropy", f"cross_entropy(a, b, label_smoothing = {smoothing}{suffix})",
                                value(told(wanted, dtype)), bound, a=scores, b=target)
                wanted = F.cross_entropy(t(scores), t(soft), reduction="sum" if reduction == "sum" else "none", label_smoothing=smoothing)
                wanted = wanted.mean() if reduction == "mean" else wanted
                writer.case("cross_entropy", f"cross_entropy(a, b, label_smoothing = {smoothing}{suffix})",
                            value(told(wanted, dtype)), bound, a=scores, b=soft)
            logs = np.log(probabilities).round(3).astype(dtype)
            wanted = F.nll_loss(t(logs), torch.tensor(masked), reduction=reduction)
            writer.case("nll_loss", f"nll_loss(a, b{suffix})", value(told(wanted, dtype)), bound, a=logs, b=masked)
            wanted = F.cross_entropy(t(scores), torch.tensor(labels), reduction=reduction)
            writer.case("cross_entropy", f"cross_entropy(a', b, axis = 0{suffix})", value(told(wanted, dtype)), bound, a=scores, b=labels)
            p, q = data.floats(dtype, (3, 5), 0.01, 0.99), data.floats(dtype, (3, 5), 0, 1)
            x, y = data.floats(dtype, (3, 5)), data.floats(dtype, (3, 5))
            for name, one, two, function in (
                    ("binary_cross_entropy", p, q, F.binary_cross_entropy),
                    ("binary_cross_entropy_with_logits", x, q, F.binary_cross_entropy_with_logits),
                    ("mse_loss", x, y, F.mse_loss), ("l1_loss", x, y, F.l1_loss)):
                wanted = function(t(one), t(two), reduction=reduction)
                writer.case(name, f"{name}(a, b{suffix})", value(told(wanted, dtype)), bound, a=one, b=two)
                wanted = function(t(one.T), t(two[::-1].T), reduction=reduction)
                writer.case(name, f"{name}(a', b[::-1]'{suffix})", value(told(wanted, dtype)), bound, a=one, b=two)
            for delta in (0.5, 1.0, 2.0):
                wanted = F.huber_loss(t(x), t(y), reduction=reduction, delta=delta)
                writer.case("huber_loss", f"huber_loss(a, b, delta = {delta}{suffix})", value(told(wanted, dtype)), bound, a=x, b=y)
        extreme, target = np.array([-800, 800, 0], dtype), np.array([0, 1, 1], dtype)
        wanted = F.binary_cross_entropy_with_logits(t(extreme), t(target))
        writer.case("binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits(a, b)", Number(told(wanted, dtype)), bound, a=extreme, b=target)
        wanted = F.binary_cross_entropy(t([0, 1, 0.5]), t([0, 1, 0]))
        writer.case("binary_cross_entropy", "binary_cross_entropy(a, b)", Number(told(wanted, dtype)), bound, a=np.array([0, 1, 0.5], dtype), b=np.array([0, 1, 0], dtype))
        far = np.array([[800, -800], [-800, 800]], dtype)
        wanted = F.cross_entropy(t(far), torch.tensor([1, 1]), reduction="none")
        writer.case("cross_entropy", "cross_entropy(a, [1, 1], reduction = \"none\")", told(wanted, dtype), bound, a=far)
    x = np.ones((2, 3))
    for name in ("cross_entropy", "nll_loss"):
        writer.errors(name, f"{name}(a, [0, 3])", f"{name}(a, [0])", f"{name}(a, [0, -1])", f"{name}(a, [0, 1], axis = 2)",
                      f"{name}(a, [0, 1], reduction = \"x\")", f"{name}(1, 0)", f"{name}(a)", a=x)
    writer.errors("cross_entropy", "cross_entropy(a, [0, 1], label_smoothing = 2)", "cross_entropy(a, [0, 1], label_smoothing = nan)", a=x)
    for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss", "huber_loss"):
        writer.errors(name, f"{name}(a, zeros(4))", f"{name}(a, a, reduction = \"x\")", f"{name}(a)", f"{name}(\"x\", a)", a=x)


def write(writer):
    data = Data(9)
    activations(writer, data)
    normalising(writer, data)
    convolutions(writer, data)
    pooling(writer, data)
    layers(writer, data)
    losses(writer, data)
