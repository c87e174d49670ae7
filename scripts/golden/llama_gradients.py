"""Exact per-sample losses and gradients of tiny models, from plain PyTorch in float64.

Run: node --import tsx scripts/golden/llama-models.ts FOLDER
     python3 scripts/golden/llama_gradients.py FOLDER > test/golden/llama-gradients.json
Needs torch and numpy. Gradients are stored as base64 of little-endian float32, parameters concatenated in weights.json's order.
"""
import base64
import json
import pathlib
import sys

import numpy
import torch

SAMPLES = [
    {"promptTokens": [3, 17, 5, 9], "completionTokens": [11, 2, 30]},
    {"promptTokens": [1, 1, 8, 25, 4, 7, 7, 19, 0, 31, 6, 2, 13, 14, 15], "completionTokens": [16, 5, 22, 9, 1]},
]


def load(folder):
    config = json.loads((folder / "config.json").read_text())
    raw = numpy.fromfile(folder / "weights.bin", dtype="<f4")
    weights = {}
    for tensor in json.loads((folder / "weights.json").read_text())["tensors"]:
        start = tensor["offset"] // 4
        part = raw[start : start + tensor["length"] // 4].reshape(tensor["shape"])
        weights[tensor["name"]] = torch.tensor(part, dtype=torch.float64, requires_grad=True)
    return config, weights


def rms_norm(x, weight, epsilon):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * weight


def rotate(x, theta):
    length, size = x.shape[-2:]
    frequency = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), frequency)
    cosine, sine = torch.cat([angle, angle], -1).cos(), torch.cat([angle, angle], -1).sin()
    low, high = x[..., : size // 2], x[..., size // 2 :]
    return x * cosine + torch.cat([-high, low], -1) * sine


def unseen(config, index, length):
    hidden = torch.ones(length, length).triu(1).bool()
    windowed = config.get("layer_types", ["full_attention"] * (index + 1))[index] == "sliding_attention"
    return hidden | torch.ones(length, length).tril(-config["sliding_window"]).bool() if windowed else hidden


def attention(config, weights, index, x):
    prefix = f"model.layers.{index}.self_attn"
    heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
    size = config["head_dim"]

    def project(name, count):
        y = x @ weights[f"{prefix}.{name}_proj.weight"].T
        bias = weights.get(f"{prefix}.{name}_proj.bias")
        y = y if bias is None else y + bias
        y = y.reshape(len(x), count, size).transpose(0, 1)
        norm = weights.get(f"{prefix}.{name}_norm.weight")
        return y if norm is None else rms_norm(y, norm, config["rms_norm_eps"])

    q = rotate(project("q", heads), config["rope_theta"])
    k = rotate(project("k", shared), config["rope_theta"]).repeat_interleave(heads // shared, 0)
    v = project("v", shared).repeat_interleave(heads // shared, 0)
    scores = q @ k.transpose(1, 2) / size**0.5
    scores = scores.masked_fill(unseen(config, index, len(x)), float("-inf"))
    mixed = scores.softmax(-1) @ v
    return mixed.transpose(0, 1).reshape(len(x), heads * size) @ weights[f"{prefix}.o_proj.weight"].T


def loss_of(config, weights, sample):
    prompt, completion = sample["promptTokens"], sample["completionTokens"]
    epsilon = config["rms_norm_eps"]
    embedding = weights["model.embed_tokens.weight"]
    x = embedding[torch.tensor(prompt + completion[:-1])]
    for index in range(config["num_hidden_layers"]):
        block = f"model.layers.{index}"
        x = x + attention(config, weights, index, rms_norm(x, weights[f"{block}.input_layernorm.weight"], epsilon))
        y = rms_norm(x, weights[f"{block}.post_attention_layernorm.weight"], epsilon)
        gate = torch.nn.functional.silu(y @ weights[f"{block}.mlp.gate_proj.weight"].T)
        x = x + (gate * (y @ weights[f"{block}.mlp.up_proj.weight"].T)) @ weights[f"{block}.mlp.down_proj.weight"].T
    x = rms_norm(x, weights["model.norm.weight"], epsilon)
    logits = x @ weights.get("lm_head.weight", embedding).T
    return torch.nn.functional.cross_entropy(logits[len(prompt) - 1 :], torch.tensor(completion))


def case(folder):
    config, weights = load(folder)
    results = []
    for sample in SAMPLES:
        loss = loss_of(config, weights, sample)
        found = torch.autograd.grad(loss, list(weights.values()))
        flat = torch.cat([gradient.reshape(-1) for gradient in found]).numpy().astype("<f4")
        results.append({"loss": float(loss), "gradients": base64.b64encode(flat.tobytes()).decode()})
    return {"parameters": list(weights), "results": results}


root = pathlib.Path(sys.argv[1])
cases = {folder.name: case(folder) for folder in sorted(root.iterdir())}
json.dump({"samples": SAMPLES, "cases": cases}, sys.stdout, indent=1)
