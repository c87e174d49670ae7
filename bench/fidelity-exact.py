"""Exact inner products of per-sample gradients over all parameters, from PyTorch and transformers.

    python3 bench/fidelity-exact.py MODEL_FOLDER SAMPLES.json EXACT.json [BLOCK]

MODEL_FOLDER holds config.json, weights.json and weights.bin of a prepared model; SAMPLES.json is a list of
{"promptTokens", "completionTokens"}. Writes the losses (mean negative log-likelihood of the completion), the L2 norms of the
gradients and the Gram matrix of the gradients scaled to unit length. A tied embedding counts once. Gradients are float32, their
products are added up in float64. BLOCK gradients are kept at a time (540 MB each for 135 million parameters); those of later
samples are computed again for every block.
"""

import json
import pathlib
import sys
import time

import numpy
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

COLUMNS = 1 << 20


def load(folder):
    model = AutoModelForCausalLM.from_config(
        LlamaConfig(**json.loads((folder / "config.json").read_text())), attn_implementation="eager", dtype=torch.float32
    )
    raw = numpy.memmap(folder / "weights.bin", dtype="<f4", mode="r")
    weights = {}
    for tensor in json.loads((folder / "weights.json").read_text())["tensors"]:
        start = tensor["offset"] // 4
        part = raw[start : start + tensor["length"] // 4].reshape(tensor["shape"])
        weights[tensor["name"]] = torch.from_numpy(numpy.array(part))
    missing, unexpected = model.load_state_dict(weights, strict=False)
    tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
    assert set(missing) <= tied and not unexpected, (missing, unexpected)
    model.tie_weights()
    return model.eval()


def gradient(model, sample, row):
    """Writes the gradient into `row`, all parameters one after the other, and gives the loss."""
    prompt, completion = sample["promptTokens"], sample["completionTokens"]
    model.zero_grad()
    logits = model(torch.tensor([prompt + completion[:-1]]), use_cache=False).logits[0, len(prompt) - 1 :]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(completion))
    loss.backward()
    offset = 0
    for parameter in model.parameters():
        row[offset : offset + parameter.numel()] = parameter.grad.reshape(-1)
        offset += parameter.numel()
    return loss.item()


def products(rows, vector):
    total = torch.zeros(len(rows), dtype=torch.float64)
    for start in range(0, len(vector), COLUMNS):
        part = slice(start, start + COLUMNS)
        total += (rows[:, part] @ vector[part]).double()
    return total


def gram(model, samples, size):
    count = sum(parameter.numel() for parameter in model.parameters())
    n = len(samples)
    matrix, losses = torch.zeros(n, n, dtype=torch.float64), [0.0] * n
    kept, extra = torch.empty(size, count), torch.empty(count)
    for start in range(0, n, size):
        block = range(start, min(start + size, n))
        for row, index in enumerate(block):
            losses[index] = gradient(model, samples[index], kept[row])
            matrix[start : index + 1, index] = products(kept[: row + 1], kept[row])
        for index in range(block.stop, n):
            gradient(model, samples[index], extra)
            matrix[start : block.stop, index] = products(kept[: len(block)], extra)
        print(f"{time.strftime('%H:%M:%S')} {block.stop} of {n}", file=sys.stderr, flush=True)
    return torch.triu(matrix) + torch.triu(matrix, 1).T, losses


def main():
    model = load(pathlib.Path(sys.argv[1]))
    samples = json.loads(pathlib.Path(sys.argv[2]).read_text())
    matrix, losses = gram(model, samples, int(sys.argv[4]) if len(sys.argv) > 4 else 12)
    norms = matrix.diagonal().sqrt()
    result = {"losses": losses, "norms": norms.tolist(), "gram": (matrix / norms / norms[:, None]).tolist()}
    pathlib.Path(sys.argv[3]).write_text(json.dumps(result))


main()
