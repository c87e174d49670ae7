"""Per-sample projected gradients by bergson (PyPI), on the CPU, one thread: what its in-memory collector does for a batch.

The first JSON line on stdin names the folder of a prepared model ({"folder": ...}: config.json, weights.json, weights.bin).
Then one line per batch ({"tokens": [[...]], "prompt": 64}: the completion starts at that position) and one line back per
batch: CPU seconds, and how many numbers there are for a sample. bergson keeps one p x p block a linear layer, with signs of
its own, and leaves out the embedding, the head and the norms; so the numbers are not those of a kron-sum.
"""

import json
import logging
import os
import sys
import tempfile
import time

# Its log goes to the standard output, which is ours to reply on.
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np
import torch
from bergson import CollectorComputer, GradientProcessor, InMemoryCollector, IndexConfig
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from importlib.metadata import version
from transformers import AutoConfig, AutoModelForCausalLM

P = 32


def load(folder):
    listed = json.load(open(os.path.join(folder, "weights.json")))["tensors"]
    data = np.fromfile(os.path.join(folder, "weights.bin"), "<f4")
    weights = {
        t["name"]: torch.from_numpy(data[t["offset"] // 4 : (t["offset"] + t["length"]) // 4].reshape(t["shape"]))
        for t in listed
    }
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.float32)
    found = model.load_state_dict(weights, strict=False)
    assert not found.unexpected_keys and set(found.missing_keys) <= {"lm_head.weight"}, found
    model.tie_weights()
    return model.eval()


def collect(model, processor, config, batch):
    # Labels are shifted by the loss: the first counted token is the one at `prompt`.
    labels = [[-100] * batch["prompt"] + row[batch["prompt"] :] for row in batch["tokens"]]
    data = Dataset.from_dict({"input_ids": batch["tokens"], "labels": labels, "length": [len(row) for row in labels]})
    start = time.process_time()
    collector = InMemoryCollector(model=model.base_model, cfg=config, processor=processor, data=data)
    every = [list(range(len(data)))]
    CollectorComputer(model=model, data=data, collector=collector, batches=every, cfg=config).run_with_collector_hooks(desc="")
    seconds = time.process_time() - start
    return {"seconds": seconds, "numbers": sum(block.shape[1] for block in collector.gradients.values())}


def main():
    torch.set_num_threads(1)
    disable_progress_bar()
    logging.disable(logging.INFO)
    model = load(json.loads(sys.stdin.readline())["folder"])
    # As its own workers prepare a model, so that the reverse pass reaches every layer.
    model.requires_grad_(False)
    model.get_input_embeddings().requires_grad_(True)
    processor = GradientProcessor(projection_dim=P)
    with tempfile.TemporaryDirectory() as folder:
        config = IndexConfig(run_path=folder, projection_dim=P)
        os.makedirs(config.partial_run_path, exist_ok=True)
        print(json.dumps({"ready": f"bergson {version('bergson')}, PyTorch {torch.__version__}"}), file=replies, flush=True)
        for line in sys.stdin:
            print(json.dumps(collect(model, processor, config, json.loads(line))), file=replies, flush=True)


main()
