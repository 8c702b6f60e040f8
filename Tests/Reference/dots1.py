"""Values of mixture-of-experts models by transformers, for Tests/Scripts/moe: python3 dots1.py

Writes, for each configuration, a folder dots1/<name> with a checkpoint as transformers saves it, and values.safetensors:
tokens, logits, what the routers chose and weighed, the loss of the next token and its gradients by the names of the
checkpoint (those of the experts as transformers holds them: one tensor for all).
"""

import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import Dots1Config, Dots1ForCausalLM

HERE = pathlib.Path(__file__).parent / "dots1"
CONFIGURATIONS = {
    "plain": dict(n_routed_experts=8, num_experts_per_tok=2, n_group=1, topk_group=1),
    "grouped": dict(n_routed_experts=8, num_experts_per_tok=3, n_group=4, topk_group=2),
    "halves": dict(
        n_routed_experts=6, num_experts_per_tok=2, n_group=2, topk_group=1, norm_topk_prob=False,
        num_key_value_heads=2, routed_scaling_factor=1.0,
    ),
}


def model_of(settings):
    fields = dict(
        vocab_size=30, hidden_size=16, intermediate_size=24, moe_intermediate_size=8,
        num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4, head_dim=4,
        n_shared_experts=2, first_k_dense_replace=1, norm_topk_prob=True, routed_scaling_factor=2.5,
        rms_norm_eps=1e-5, max_position_embeddings=64, initializer_range=0.2, use_cache=False,
    )
    config = Dots1Config(**(fields | settings))
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"
    model = Dots1ForCausalLM(config).float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(0.3 * torch.randn_like(parameter))
        for name, buffer in model.named_buffers():
            if name.endswith("e_score_correction_bias"):
                buffer.copy_(0.2 * torch.randn_like(buffer))
    return model


def values_of(model):
    tokens = torch.randint(0, model.config.vocab_size, (2, 9))
    chosen = {}

    def remember(name):
        def hook(module, inputs, output):
            _, weights, indices = output
            order = indices.argsort(dim=-1)
            chosen[name + ".chosen"] = indices.gather(1, order)
            chosen[name + ".weights"] = weights.gather(1, order).detach()
        return hook

    for i, layer in enumerate(model.model.layers):
        if hasattr(layer.mlp, "gate"):
            layer.mlp.gate.register_forward_hook(remember(f"router.{i}"))
    logits = model(tokens).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
    loss.backward()
    gradients = {
        "gradient." + name: parameter.grad.clone()
        for name, parameter in model.named_parameters() if parameter.grad is not None
    }
    return {"tokens": tokens, "logits": logits.detach(), "loss": loss.detach()[None]} | chosen | gradients


def main():
    for seed, (name, settings) in enumerate(CONFIGURATIONS.items()):
        torch.manual_seed(seed)
        model = model_of(settings)
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        values = {key: value.contiguous() for key, value in values_of(model).items()}
        save_file(values, folder / "values.safetensors")


if __name__ == "__main__":
    main()
