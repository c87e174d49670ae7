"""The same sketches in PyTorch: forward and backward hooks on a plain Llama, one thread.

The first JSON line on stdin names the folder of a prepared model ({"folder": ...}: config.json, weights.json, weights.bin).
Then one line per batch ({"tokens": [[...]], "prompt": 64}: the completion starts at that position) and one line back per
batch: CPU seconds, and the sketches (unit length).
"""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

P = 32
SEED = 0
EMBEDDING = "model.embed_tokens.weight"


def stream_key(text):
    key = 0xCBF29CE484222325
    for byte in text.encode():
        key = ((key ^ byte) * 0x100000001B3) % 2**64
    return key & 0xFFFFFFFF, key >> 32


def philox(text, blocks):
    """[blocks, 4] words of 32 bits: Philox4x32-10 at the counters 0, 1, ..."""
    low32 = np.uint64(0xFFFFFFFF)
    c0, c1, c2, c3 = np.arange(blocks, dtype=np.uint64), *(np.zeros(blocks, np.uint64) for _ in range(3))
    k0, k1 = stream_key(text)
    for _ in range(10):
        first, second = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0 = (second >> np.uint64(32)) ^ c1 ^ np.uint64(k0)
        c2 = (first >> np.uint64(32)) ^ c3 ^ np.uint64(k1)
        c1, c3 = second & low32, first & low32
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return np.stack([c0, c1, c2, c3], 1).astype("<u4")


def signs(name, role, size):
    rows = P * P if role == "dense" else P
    count = rows * size
    words = philox(f"{SEED}/{name}/{role}", -(-count // 128))
    bits = np.unpackbits(words.view(np.uint8), axis=None, bitorder="little")[:count]
    matrix = (1 - 2 * bits.astype(np.float32)) / np.sqrt(rows)
    return torch.from_numpy(np.ascontiguousarray(matrix.astype(np.float32).reshape(rows, size)))


class Sketch:
    """Adds up what the hooks see in one backward pass, [N, P, P]."""

    def __init__(self):
        self.total = 0

    def watch(self, module, project):
        def forward(_, inputs, output):
            seen = inputs[0].detach()
            output.register_hook(lambda adjoint: self.add(project(seen, adjoint)))

        module.register_forward_hook(forward)

    def add(self, part):
        self.total = self.total + part.view(-1, P, P)


def linear(name, weight, sketch, shared=None):
    module = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    module.weight = torch.nn.Parameter(weight, requires_grad=False)
    a, b = shared or (signs(name, "input", weight.shape[1]).T, signs(name, "output", weight.shape[0]).T)
    sketch.watch(module, lambda x, d: (d @ b).transpose(1, 2) @ (x @ a))
    return module


class Norm(torch.nn.Module):
    def __init__(self, name, weight, epsilon, sketch):
        super().__init__()
        self.weight, self.epsilon = weight, epsilon
        dense = signs(name, "dense", weight.shape[0]).T.contiguous()
        sketch.watch(self, lambda x, d: (d * self.unit(x)).flatten(1, -2).sum(1) @ dense)

    def unit(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon)

    def forward(self, x):
        return self.unit(x) * self.weight


class Llama:
    def __init__(self, folder):
        config = json.load(open(os.path.join(folder, "config.json")))
        listed = json.load(open(os.path.join(folder, "weights.json")))["tensors"]
        data = np.fromfile(os.path.join(folder, "weights.bin"), "<f4")
        self.weights = {
            t["name"]: torch.from_numpy(data[t["offset"] // 4 : (t["offset"] + t["length"]) // 4].reshape(t["shape"]))
            for t in listed
        }
        self.heads = config["num_attention_heads"]
        self.key_heads = config["num_key_value_heads"]
        self.size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.theta = config["rope_theta"]
        self.epsilon = config["rms_norm_eps"]
        self.sketch = Sketch()
        self.blocks = [self.block(index) for index in range(config["num_hidden_layers"])]
        self.norm = self.norm_of("model.norm.weight")
        table = self.weights[EMBEDDING]
        self.a = signs(EMBEDDING, "input", table.shape[1]).T.contiguous()
        self.b = signs(EMBEDDING, "output", table.shape[0]).T.contiguous()
        self.head = linear(EMBEDDING, table, self.sketch, (self.a, self.b))

    def norm_of(self, name):
        return Norm(name, self.weights[name], self.epsilon, self.sketch)

    def block(self, index):
        start = f"model.layers.{index}."
        parts = {name: self.norm_of(f"{start}{name}.weight") for name in ("input_layernorm", "post_attention_layernorm")}
        for name in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"):
            full = f"{start}{name}.weight"
            parts[name] = linear(full, self.weights[full], self.sketch)
        return parts

    def rotated(self, x, count, cosine, sine):
        x = x.view(*x.shape[:2], count, self.size).transpose(1, 2)
        first, second = x.chunk(2, -1)
        return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)

    def attention(self, block, x, cosine, sine, mask):
        batch, length = x.shape[:2]
        group = self.heads // self.key_heads
        queries = self.rotated(block["self_attn.q_proj"](x), self.heads, cosine, sine)
        keys = self.rotated(block["self_attn.k_proj"](x), self.key_heads, cosine, sine)
        values = block["self_attn.v_proj"](x).view(batch, length, self.key_heads, self.size).transpose(1, 2)
        # The heads of a group are stacked along the tokens: no copy of keys and values per head.
        queries = queries.reshape(batch, self.key_heads, group * length, self.size)
        scores = (queries @ keys.transpose(-1, -2)).view(batch, self.key_heads, group, length, length)
        weights = torch.softmax(scores / self.size**0.5 + mask, -1).view(batch, self.key_heads, group * length, length)
        mixed = (weights @ values).view(batch, self.heads, length, self.size).transpose(1, 2)
        return block["self_attn.o_proj"](mixed.reshape(batch, length, -1))

    def sketches(self, tokens, prompt):
        """`tokens` [N, T + 1]; the loss is the mean over the tokens from position `prompt` on."""
        self.sketch.total = 0
        read, targets = tokens[:, :-1], tokens[:, prompt:]
        length = read.shape[1]
        angles = torch.arange(length)[:, None] * self.theta ** (-torch.arange(self.size // 2) / (self.size / 2))
        cosine, sine = angles.cos(), angles.sin()
        mask = torch.full((length, length), -1e9).triu(1)
        hidden = embedded = F.embedding(read, self.weights[EMBEDDING]).requires_grad_()
        for block in self.blocks:
            hidden = hidden + self.attention(block, block["input_layernorm"](hidden), cosine, sine, mask)
            x = block["post_attention_layernorm"](hidden)
            hidden = hidden + block["mlp.down_proj"](F.silu(block["mlp.gate_proj"](x)) * block["mlp.up_proj"](x))
        logits = self.head(self.norm(hidden[:, prompt - 1 :]))
        # The losses of the samples add up: each sample's gradient is its own.
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum") / targets.shape[1]
        (adjoint,) = torch.autograd.grad(loss, embedded)
        self.sketch.add(self.b[read].transpose(1, 2) @ (adjoint @ self.a))
        return F.normalize(self.sketch.total.flatten(1), dim=1)


def main():
    torch.set_num_threads(1)
    model = Llama(json.loads(sys.stdin.readline())["folder"])
    print(json.dumps({"ready": f"PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        batch = json.loads(line)
        tokens = torch.tensor(batch["tokens"])
        start = time.process_time()
        found = model.sketches(tokens, batch["prompt"])
        seconds = time.process_time() - start
        print(json.dumps({"seconds": seconds, "sketches": found.tolist()}), flush=True)


main()
