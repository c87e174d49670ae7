"""Label scoring by lm-evaluation-harness on the weights of a prepared model, one thread.

The first JSON line on stdin names the folder of a prepared model ({"folder": ...}: config.json, weights.json, weights.bin).
Then one line per set ({"contexts": [[...]], "labels": [[...]], "batch": 8}: token ids) and one line back per set: CPU seconds of
its loglikelihood call, and the log-likelihood of each label after each context.
"""

import json
import logging
import sys
import time

import lm_eval
import numpy as np
import tokenizers
import torch
import transformers
from lm_eval.models.huggingface import HFLM

logging.disable(logging.WARNING)
transformers.logging.set_verbosity_error()


def model_of(folder):
    """The model as float32, from the weights that our engine reads."""
    with open(f"{folder}/config.json") as file:
        config = transformers.LlamaConfig(**json.load(file))
    with open(f"{folder}/weights.json") as file:
        tensors = json.load(file)["tensors"]
    data = np.memmap(f"{folder}/weights.bin", np.uint8, "r")
    state = {}
    for tensor in tensors:
        size = 4 * int(np.prod(tensor["shape"]))
        values = data[tensor["offset"] : tensor["offset"] + size].view(np.float32).reshape(tensor["shape"])
        state[tensor["name"]] = torch.from_numpy(values.copy())
    model = transformers.LlamaForCausalLM(config)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(name == "lm_head.weight" for name in missing), (missing, unexpected)
    model.tie_weights()
    return model.float().eval()


def main():
    torch.set_num_threads(1)
    model = model_of(json.loads(sys.stdin.readline())["folder"])
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=empty_tokenizer(), pad_token="<pad>", eos_token="<pad>")
    print(json.dumps({"ready": f"lm-eval {lm_eval.__version__}"}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=asked["batch"], max_length=2048, device="cpu")
        requests = [
            ((str(row), str(label)), context, label)
            for row, context in enumerate(asked["contexts"])
            for label in asked["labels"]
        ]
        start = time.process_time()
        found = harness._loglikelihood_tokens(requests, disable_tqdm=True)
        seconds = time.process_time() - start
        width = len(asked["labels"])
        scores = [[found[row * width + label][0] for label in range(width)] for row in range(len(asked["contexts"]))]
        print(json.dumps({"seconds": seconds, "scores": scores}), flush=True)


def empty_tokenizer():
    """The harness wants a tokenizer, and reads no text with it."""
    return tokenizers.Tokenizer(tokenizers.models.WordLevel({"<pad>": 0}, unk_token="<pad>"))


main()
