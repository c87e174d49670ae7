"""The same training steps in PyTorch: a plain Llama with fused attention, the framework's fused AdamW, one thread.

The first JSON line on stdin: {"folder": a prepared model (config.json, weights.json, weights.bin), "method": "full" or "lora",
"layers", "rank", "alpha"}. Then one line per step ({"batches": [[[token, ...], ...], ...], "prompt": 64, "rate": 1e-5}: micro-batches
of rows, the completion starts at that position) and one line back per step: CPU seconds, loss, gradient norm, and the
greatest resident size so far in bytes.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

EMBEDDING = "model.embed_tokens.weight"
LINEARS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]


class Llama:
    def __init__(self, request):
        folder = request["folder"]
        config = json.load(open(os.path.join(folder, "config.json")))
        listed = json.load(open(os.path.join(folder, "weights.json")))["tensors"]
        data = torch.from_numpy(np.fromfile(os.path.join(folder, "weights.bin"), "<f4"))
        self.weights = {
            t["name"]: data[t["offset"] // 4 : (t["offset"] + t["length"]) // 4].view(t["shape"]) for t in listed
        }
        self.heads = config["num_attention_heads"]
        self.key_heads = config["num_key_value_heads"]
        self.size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.theta = config["rope_theta"]
        self.epsilon = config["rms_norm_eps"]
        self.layers = config["num_hidden_layers"]
        self.adapters, self.scale = {}, request["alpha"] / request["rank"]
        if request["method"] == "full":
            self.weights = {name: torch.nn.Parameter(weight) for name, weight in self.weights.items()}
            self.trained = list(self.weights.values())
        else:
            for index in range(self.layers - request["layers"], self.layers):
                for name in LINEARS:
                    full = f"model.layers.{index}.{name}"
                    out, width = self.weights[f"{full}.weight"].shape
                    down = torch.nn.Parameter((torch.rand(request["rank"], width) * 2 - 1) / width**0.5)
                    self.adapters[full] = (down, torch.nn.Parameter(torch.zeros(out, request["rank"])))
            self.trained = [part for pair in self.adapters.values() for part in pair]

    def linear(self, name, x):
        output = F.linear(x, self.weights[f"{name}.weight"])
        if name not in self.adapters:
            return output
        down, up = self.adapters[name]
        return output + F.linear(F.linear(x, down), up) * self.scale

    def norm(self, name, x):
        return F.rms_norm(x, x.shape[-1:], self.weights[name], self.epsilon)

    def rotated(self, x, count, cosine, sine):
        x = x.view(*x.shape[:2], count, self.size).transpose(1, 2)
        first, second = x.chunk(2, -1)
        return x * cosine + torch.cat([-second, first], -1) * sine

    def attention(self, start, x, cosine, sine):
        batch, length = x.shape[:2]
        queries = self.rotated(self.linear(f"{start}q_proj", x), self.heads, cosine, sine)
        keys = self.rotated(self.linear(f"{start}k_proj", x), self.key_heads, cosine, sine)
        values = self.linear(f"{start}v_proj", x).view(batch, length, self.key_heads, self.size).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(queries, keys, values, is_causal=True, enable_gqa=True)
        return self.linear(f"{start}o_proj", mixed.transpose(1, 2).reshape(batch, length, -1))

    def loss(self, tokens, prompt):
        """The sum over the rows of the mean over the tokens from position `prompt` on."""
        read, targets = tokens[:, :-1], tokens[:, prompt:]
        angles = torch.arange(read.shape[1])[:, None] * self.theta ** (-torch.arange(self.size // 2) / (self.size / 2))
        angles = torch.cat([angles, angles], -1)
        cosine, sine = angles.cos(), angles.sin()
        hidden = F.embedding(read, self.weights[EMBEDDING])
        for index in range(self.layers):
            start = f"model.layers.{index}."
            hidden = hidden + self.attention(f"{start}self_attn.", self.norm(f"{start}input_layernorm.weight", hidden), cosine, sine)
            x = self.norm(f"{start}post_attention_layernorm.weight", hidden)
            gated = F.silu(self.linear(f"{start}mlp.gate_proj", x)) * self.linear(f"{start}mlp.up_proj", x)
            hidden = hidden + self.linear(f"{start}mlp.down_proj", gated)
        logits = F.linear(self.norm("model.norm.weight", hidden[:, prompt - 1 :]), self.weights[EMBEDDING])
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum") / targets.shape[1]


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Llama(json.loads(sys.stdin.readline()))
    optimizer = torch.optim.AdamW(model.trained, weight_decay=0.01, fused=True)
    print(json.dumps({"ready": f"PyTorch {torch.__version__}"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        batches = [torch.tensor(rows) for rows in request["batches"]]
        count = sum(len(rows) for rows in batches)
        start, total = time.process_time(), 0.0
        for rows in batches:
            loss = model.loss(rows, request["prompt"]) / count
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.trained, 1.0).item()
        optimizer.param_groups[0]["lr"] = request["rate"]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "loss": total, "norm": norm, "peak": peak}), flush=True)


main()
