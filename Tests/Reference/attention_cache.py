"""Writes attention_cache.txt: attention of a decoder's queries by PyTorch, for AttentionKitTests/AttendTests.

Queries q, keys k, values v as `f32[batch,heads,positions,width]:…`, and what PyTorch's scaled_dot_product_attention gives
in f64; query heads share key heads, and the last query sees all positions, each before it one less.
"""
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# batch, query heads, key heads, queries, positions, width, value width
CASES = [(1, 2, 2, 1, 5, 8, 8), (1, 4, 2, 1, 300, 4, 3), (2, 2, 1, 3, 9, 5, 6), (1, 1, 1, 7, 7, 4, 4),
         (1, 6, 2, 8, 20, 4, 4), (3, 1, 1, 1, 1, 2, 2)]


def main():
    random = np.random.default_rng(4)
    lines = ["# Written by attention_cache.py with PyTorch; do not edit."]
    for batch, heads, shared, queries, length, width, value_width in CASES:
        tensors = {}
        for name, shape in (("q", (batch, heads, queries, width)), ("k", (batch, shared, length, width)),
                            ("v", (batch, shared, length, value_width))):
            tensors[name] = np.round(random.normal(0, 1.5, shape), 3).astype(np.float32)
        q, k, v = (torch.tensor(tensors[name].astype(np.float64)) for name in "qkv")
        seen = torch.ones(queries, length, dtype=torch.bool).tril(length - queries)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=seen, enable_gqa=True)
        tensors["out"] = out.numpy().astype(np.float32)
        for name, tensor in tensors.items():
            elements = ",".join(str(x) for x in tensor.ravel())
            lines.append(f"{name} f32[{','.join(map(str, tensor.shape))}]:{elements}")
    Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
