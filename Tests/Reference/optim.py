"""Writes Tests/Scripts/nn/optim_reference.lam and layers_reference.lam: optimisers, clipping, schedules
and layers as PyTorch computes them.

Run with a Python that has PyTorch, from any folder.
"""

import pathlib

import torch

folder = pathlib.Path(__file__).parent.parent / "Scripts" / "nn"
torch.manual_seed(1)
torch.set_default_dtype(torch.float64)


def text(tensor):
    """A tensor as the language writes it, on one line."""
    if tensor.ndim == 0:
        return repr(tensor.item())
    return "[" + ", ".join(text(part) for part in tensor) + "]"


def rounded(*sizes):
    return torch.randn(*sizes).mul(64).round() / 64


# ---- Optimisers ----

x, y, w, b = rounded(4, 2), rounded(4, 3), rounded(2, 3), rounded(3)
optim = torch.optim
cases = {
    "sgd(params, lr = 0.1)": lambda p: optim.SGD(p, lr=0.1),
    "sgd(params, lr = 0.1, momentum = 0.9)": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
    "sgd(params, lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.01)": lambda p: optim.SGD(
        p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "adam(params, lr = 0.1)": lambda p: optim.Adam(p, lr=0.1),
    "adam(params, lr = 0.1, betas = (0.8, 0.95), eps = 1e-3, weight_decay = 0.1)": lambda p: optim.Adam(
        p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1
    ),
    "adamw(params, lr = 0.1)": lambda p: optim.AdamW(p, lr=0.1),
    "adamw(params, lr = 0.1, weight_decay = 0.3, mask = (path, x) -> ndim(x) >= 2)": lambda p: optim.AdamW(
        [{"params": p[:1], "weight_decay": 0.3}, {"params": p[1:], "weight_decay": 0.0}], lr=0.1
    ),
    "rmsprop(params)": lambda p: optim.RMSprop(p),
    "rmsprop(params, lr = 0.03, alpha = 0.9, weight_decay = 0.1)": lambda p: optim.RMSprop(
        p, lr=0.03, alpha=0.9, weight_decay=0.1
    ),
    "rmsprop(params, momentum = 0.5, centered = true)": lambda p: optim.RMSprop(p, momentum=0.5, centered=True),
}


def lion(p, rate=0.05, b1=0.9, b2=0.99, decay=0.1):
    """Lion as its authors write it (Chen et al. 2023, program 1); PyTorch has none."""

    class Lion:
        means = [torch.zeros_like(v) for v in p]

        def zero_grad(self):
            for v in p:
                v.grad = None

        @torch.no_grad()
        def step(self):
            for v, m in zip(p, self.means):
                update = torch.sign(b1 * m + (1 - b1) * v.grad)
                v.copy_(v - rate * (update + decay * v))
                m.copy_(b2 * m + (1 - b2) * v.grad)

    return Lion()


cases["lion(params, lr = 0.05, weight_decay = 0.1)"] = lion


def run(make, steps, before=lambda parameters: None, after=lambda optimizer: None):
    parameters = [w.clone().requires_grad_(), b.clone().requires_grad_()]
    optimizer = make(parameters)
    for _ in range(steps):
        optimizer.zero_grad()
        ((x @ parameters[0] + parameters[1] - y) ** 2).mean().backward()
        before(parameters)
        optimizer.step()
        after(optimizer)
    return [p.detach() for p in parameters]


lines = f"""# Seven steps of each optimiser against PyTorch's. Written by Tests/Reference/optim.py.
x = {text(x)}
y = {text(y)}
params = (w = {text(w)}, name = "a model", b = {text(b)}, n = 3)
fn loss(p) = mean((x @ p.w + p.b - y) ^ 2)
fn trained(opt, params, change = g -> g) {{
  for i in 0..7 {{ (params, opt) = optim.step(opt, params, change(grad(loss)(params))) }}
  params
}}
fn distance(p, w, b) = max(max(abs(p.w - w)), max(abs(p.b - b)))
""".splitlines()


def expect(call, result, change=""):
    lines.append(f"p = trained(optim.{call}, params{change})")
    lines.append(f"w = {text(result[0])}")
    lines.append(f"b = {text(result[1])}")
    lines.append("distance(p, w, b) < 1e-12  # => true")


for call, make in cases.items():
    expect(call, run(make, 7))
lines.append('(p.name, p.n)  # => ("a model", 3)')

clip = torch.nn.utils
expect(
    "sgd(params, lr = 0.1)",
    run(cases["sgd(params, lr = 0.1)"], 7, before=lambda p: clip.clip_grad_norm_(p, 0.5)),
    ", g -> optim.clip_norm(g, 0.5)",
)
expect(
    "sgd(params, lr = 0.1)",
    run(cases["sgd(params, lr = 0.1)"], 7, before=lambda p: clip.clip_grad_value_(p, 0.2)),
    ", g -> optim.clip_value(g, 0.2)",
)

# A schedule is asked with the number of steps taken before.
holder = []


def with_cosine(p):
    optimizer = optim.SGD(p, lr=0.1)
    holder[:] = [optim.lr_scheduler.CosineAnnealingLR(optimizer, 7, eta_min=0.01)]
    return optimizer


expect("sgd(params, lr = optim.cosine(0.1, 7, final = 0.01))", run(with_cosine, 7, after=lambda o: holder[0].step()))
(folder / "optim_reference.lam").write_text("\n".join(lines) + "\n")

# ---- Layers ----

nn = torch.nn
lines = ["# Layers of `nn` against PyTorch's. Written by Tests/Reference/optim.py."]


def check(expression, result, tolerance=1e-12):
    lines.append(f"expected = {text(result.detach())}")
    lines.append(f"max(abs({expression} - expected)) < {tolerance}  # => true")


x = rounded(3, 2, 4)
lines.append(f"x = {text(x)}")

norm = nn.BatchNorm1d(2)
lines.append("p = nn.batch_norm(2); running = nn.running(2)")
for step in range(3):
    batch = x * (step + 1)
    result = norm(batch)
    lines.append(f"(out, running) = nn.apply_batch_norm(p, x * {step + 1}, running)")
    check("out", result)
check("running.mean", norm.running_mean)
check("running.var", norm.running_var)
norm.eval()
check("nn.apply_batch_norm(p, x, running, train = false)[0]", norm(x))

lstm = nn.LSTM(4, 3, batch_first=True)
with torch.no_grad():
    lstm.bias_hh_l0.zero_()
lines.append(
    f'p = (kind = "lstm", w_in = {text(lstm.weight_ih_l0)}, w_hidden = {text(lstm.weight_hh_l0)},'
    f" b = {text(lstm.bias_ih_l0)})"
)
out, (h, c) = lstm(x)
check("nn.apply(p, x)", out)
lines.append("(first, carried) = nn.apply_recurrent(p, x[:, :1])")
lines.append("(second, carried) = nn.apply_recurrent(p, x[:, 1:], carried)")
check("concat((first, second), axis = 1)", out)
check("carried.h", h[0])
check("carried.c", c[0])

block = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, activation="gelu", batch_first=True, norm_first=True, bias=True)
with torch.no_grad():
    block.self_attn.in_proj_bias.zero_()
    block.self_attn.out_proj.bias.zero_()
q, k, v = block.self_attn.in_proj_weight.chunk(3)
lines.append(
    "p = nn.transformer_block(4, 2, 8, causal = true, rope = none) with (\n"
    f"  feed_forward = nn.feed_forward(4, 8) with (\n"
    f'    up = (kind = "dense", w = {text(block.linear1.weight.T)}, b = {text(block.linear1.bias)}),\n'
    f'    down = (kind = "dense", w = {text(block.linear2.weight.T)}, b = {text(block.linear2.bias)})),\n'
    f"  attention = nn.attention(4, 2, rope = none) with (\n"
    f"    wq = {text(q.T)}, wk = {text(k.T)},\n    wv = {text(v.T)},\n"
    f"    wo = {text(block.self_attn.out_proj.weight.T)}))"
)
mask = nn.Transformer.generate_square_subsequent_mask(2)
block.train()
check("nn.apply(p, x)", block(x, src_mask=mask), 1e-6)

(folder / "layers_reference.lam").write_text("\n".join(lines) + "\n")
