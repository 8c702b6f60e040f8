"""Tiny random checkpoints in the Llama form, with what transformers computes from them.

    python3 Tests/Reference/llama.py        writes Tests/Reference/llama/<name>/

Made with torch 2.15.0 and transformers 5.24.0. Each folder holds the checkpoint as `save_pretrained` writes it, and
`reference.safetensors`: `tokens` [2, 12], their `logits` [2, 12, vocabulary], `prompt` [5] and `greedy` [16], the
continuation of the prompt by the likeliest tokens.
"""

import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

FOLDER = pathlib.Path(__file__).parent / "llama"
SIZES = dict(
    vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    intermediate_size=48, max_position_embeddings=64, attention_dropout=0.0, bos_token_id=None,
    eos_token_id=None, pad_token_id=None,
)
SCALED = dict(
    rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16,
)
MODELS = {
    "untied": (LlamaForCausalLM, LlamaConfig(**SIZES, tie_word_embeddings=False), torch.float32, None),
    "tied": (LlamaForCausalLM, LlamaConfig(**SIZES, tie_word_embeddings=True), torch.float32, "20kB"),
    "bf16": (
        LlamaForCausalLM,
        LlamaConfig(**{**SIZES, "num_hidden_layers": 1}, head_dim=16, rope_parameters=SCALED),
        torch.bfloat16, None,
    ),
    "qwen3": (
        Qwen3ForCausalLM,
        Qwen3Config(**{**SIZES, "num_hidden_layers": 1}, head_dim=12, tie_word_embeddings=False),
        torch.float32, None,
    ),
}


def write(name, kind, config, dtype, shard):
    torch.manual_seed(len(name))
    model = kind(config).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            # Larger than usual, so that attention and the scores are far from even.
            if parameter.ndim == 1:
                parameter.copy_(1 + 0.3 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) * (1.0 if "embed" in key else 0.25))
    model = model.to(dtype)
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    # Computed in f32 from the weights as they are stored.
    model = kind.from_pretrained(folder, dtype=torch.float32).eval()
    tokens = torch.randint(0, config.vocab_size, (2, 12))
    prompt = tokens[0, :5]
    with torch.no_grad():
        logits = model(tokens).logits
        greedy = prompt[None]
        for _ in range(16):
            following = model(greedy).logits[:, -1].argmax(-1, keepdim=True)
            greedy = torch.cat((greedy, following), 1)
    save_file(
        {"tokens": tokens, "logits": logits.contiguous(), "prompt": prompt.clone(),
         "greedy": greedy[0, 5:].clone()},
        folder / "reference.safetensors",
    )


if __name__ == "__main__":
    for name, model in MODELS.items():
        write(name, *model)
