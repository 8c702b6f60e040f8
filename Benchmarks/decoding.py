#!/usr/bin/env python3
"""Times a token of greedy decoding with the shipped language model: Lamella plain, Lamella with a draft, PyTorch plain.

All have the same weights, a cache of keys and values, and must write the same text. They take turns; the table gives
medians over rounds of the mean time of a token, in microseconds. See README.md.
"""
import argparse
import json
import statistics
import struct
import sys
import time
from pathlib import Path

from lamella_side import Session

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent / "stdlib" / "data" / "shakespeare.safetensors"

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

SETUP = """
ready = lm.shakespeare()
model = ready.model
tokens = ready.encode(data.tinyshakespeare())
cut = int(0.9 * len(tokens))
prompt = tokens[cut:cut + 64]
counted = drafts.ngram(tokens[:cut], 65)
fn plain(n) {
  t = clock()
  text = lm.generate(model, prompt, n)
  (seconds = (clock() - t) / n, text = text)
}
fn drafted(n) {
  t = clock()
  text = decoding.generate(model, prompt, n, counted, how = decoding.chain(8), rule = sampling.greedy)
  (seconds = (clock() - t) / n, text = text)
}
"""


def decode(lamella, name, count):
    """The seconds a token and the text of `plain` or `drafted`."""
    found = lamella.run(f"found = {name}({count}); s = found.seconds; t = tuple(found.text)", ["s", "t"])
    return found["s"], [int(x) for x in found["t"]]


def read_weights():
    """The tensors and the metadata of a safetensors file of f32."""
    raw = WEIGHTS.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    texts = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + size + x for x in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(raw[start:end]), dtype=torch.float32).reshape(entry["shape"])
    return tensors, texts


class Peer:
    """The model in PyTorch, eager, with caches made beforehand for the longest text."""

    def __init__(self, longest):
        tensors, texts = read_weights()
        self.heads, self.shared = int(texts["num_attention_heads"]), int(texts["num_key_value_heads"])
        self.width, self.eps = int(texts["head_dim"]), float(texts["rms_norm_eps"])
        layers = int(texts["num_hidden_layers"])
        self.blocks = [
            {name: tensors[f"model.layers.{i}.{name}.weight"] for name in (
                "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")} for i in range(layers)]
        self.embedding, self.norm, self.head = (
            tensors[name] for name in ("model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"))
        speeds = float(texts["rope_theta"]) ** (-torch.arange(0, self.width, 2) / self.width)
        angles = torch.outer(torch.arange(longest).float(), speeds)
        self.cos, self.sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
        self.longest = longest

    def turned(self, x, start, end):
        half = self.width // 2
        other = torch.cat([-x[..., half:], x[..., :half]], -1)
        return x * self.cos[start:end] + other * self.sin[start:end]

    def step(self, tokens, start, caches):
        end = start + len(tokens)
        x = F.embedding(tokens, self.embedding)
        for p, (keys, values) in zip(self.blocks, caches):
            h = F.rms_norm(x, x.shape[-1:], p["input_layernorm"], self.eps)
            q, k, v = (
                F.linear(h, p[f"self_attn.{name}_proj"]).view(len(tokens), heads, self.width).transpose(0, 1)
                for name, heads in (("q", self.heads), ("k", self.shared), ("v", self.shared)))
            keys[:, start:end] = self.turned(k, start, end)
            values[:, start:end] = v
            y = F.scaled_dot_product_attention(
                self.turned(q, start, end)[None], keys[None, :, :end], values[None, :, :end], is_causal=len(tokens) > 1,
                enable_gqa=True)[0]
            x = x + F.linear(y.transpose(0, 1).reshape(len(tokens), -1), p["self_attn.o_proj"])
            h = F.rms_norm(x, x.shape[-1:], p["post_attention_layernorm"], self.eps)
            x = x + F.linear(F.silu(F.linear(h, p["mlp.gate_proj"])) * F.linear(h, p["mlp.up_proj"]), p["mlp.down_proj"])
        return F.linear(F.rms_norm(x[-1:], x.shape[-1:], self.norm, self.eps), self.head)

    @torch.inference_mode() if torch else (lambda f: f)
    def decode(self, prompt, count):
        caches = [tuple(torch.zeros(self.shared, self.longest, self.width) for _ in range(2)) for _ in self.blocks]
        text, start, tokens = [], 0, prompt
        begin = time.perf_counter()
        for _ in range(count):
            scores = self.step(tokens, start, caches)
            start += len(tokens)
            tokens = scores[0].argmax().view(1)
            text.append(int(tokens))
        return (time.perf_counter() - begin) / count, text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lamella", default="lamella", help="the binary (default: the one on PATH)")
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds (default 9)")
    parser.add_argument("--count", type=int, default=400, help="tokens of a text (default 400)")
    parser.add_argument("--threads", type=int, help="threads of each")
    parser.add_argument("--smallest", action="store_true", help="once, a short text, to see that it runs")
    options = parser.parse_args()
    rounds, count = (1, 16) if options.smallest else (options.rounds, options.count)
    lamella = Session(options.lamella, options.threads)
    lamella.run(SETUP)
    sides = {"Lamella": lambda: decode(lamella, "plain", count), "Lamella with a draft": lambda: decode(lamella, "drafted", count)}
    if torch is None:
        print("SKIPPED PyTorch: not installed (pip install torch)")
    else:
        if options.threads:
            torch.set_num_threads(options.threads)
        prompt = torch.tensor([int(x) for x in lamella.run("p = tuple(prompt)", ["p"])["p"]])
        peer = Peer(len(prompt) + count)
        sides[f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"] = lambda: peer.decode(prompt, count)
    times = {name: [] for name in sides}
    texts = {}
    for round in range(rounds + (not options.smallest)):
        for name, side in sides.items():
            seconds, texts[name] = side()
            if round > 0 or options.smallest:
                times[name].append(1e6 * seconds)
    for name, text in texts.items():
        if text != texts["Lamella"]:
            sys.exit(f"{name} writes another text")
    print(f"\n## Greedy decoding of {count} tokens, microseconds a token, medians of {rounds} rounds\n")
    print("| | µs a token | spread | of Lamella plain |\n| --- | --- | --- | --- |")
    plain = statistics.median(times["Lamella"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"| {name} | {middle:.0f} | {min(found):.0f}–{max(found):.0f} | {middle / plain:.2f} |")


if __name__ == "__main__":
    main()
