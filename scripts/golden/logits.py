"""Logits of tiny models at every position, from transformers in float32.

Run: node --import tsx scripts/golden/logit-models.ts FOLDER
     python3 scripts/golden/logits.py FOLDER > test/golden/models/logits.json
Needs torch, numpy and transformers. Logits are base64 of little-endian float32, [positions, vocabulary].
"""

import base64
import json
import pathlib
import sys

import numpy
import torch
import transformers

TOKENS = [3, 17, 5, 9, 11, 2, 30, 63, 1, 1, 8, 25, 4, 7, 7, 19, 0, 31, 6, 42, 13, 14, 15, 50]


def load(folder):
    """The model of a prepared folder (config.json, weights.json, weights.bin) as transformers runs it."""
    raw = json.loads((folder / "config.json").read_text())
    architecture = getattr(transformers, raw.pop("architectures")[0])
    raw.pop("model_type")
    config = architecture.config_class(**raw, attn_implementation="eager")
    model = architecture(config).float().eval()
    weights = numpy.fromfile(folder / "weights.bin", dtype="<f4")
    state = {}
    for tensor in json.loads((folder / "weights.json").read_text())["tensors"]:
        start = tensor["offset"] // 4
        state[tensor["name"]] = torch.tensor(weights[start : start + tensor["length"] // 4].reshape(tensor["shape"]))
    if config.tie_word_embeddings:
        state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model.load_state_dict(state)
    return model


def logits_of(folder):
    with torch.no_grad():
        found = load(folder)(torch.tensor([TOKENS]), use_cache=False).logits[0]
    return base64.b64encode(found.numpy().astype("<f4").tobytes()).decode()


def main():
    root = pathlib.Path(sys.argv[1])
    cases = {folder.name: logits_of(folder) for folder in sorted(root.iterdir())}
    json.dump({"tokens": TOKENS, "logits": cases}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
