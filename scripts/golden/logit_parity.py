"""Compares logits that logit-parity.ts computed with those of transformers on the same weights; see there for how to run it.

Reads prompts.json ({model folder, prompts: [tokens]}) and <index>.float32 ([tokens, vocabulary]) from the folder it is given.
"""

import json
import pathlib
import sys

import numpy
import torch
from logits import load

folder = pathlib.Path(sys.argv[1])
task = json.loads((folder / "prompts.json").read_text())
model = load(pathlib.Path(task["model"]))
worst, agreeing, positions, largest = 0.0, 0, 0, 0.0
for index, tokens in enumerate(task["prompts"]):
    with torch.no_grad():
        expected = model(torch.tensor([tokens]), use_cache=False).logits[0].numpy()
    found = numpy.fromfile(folder / f"{index}.float32", dtype="<f4").reshape(expected.shape)
    worst = max(worst, float(numpy.abs(found - expected).max()))
    largest = max(largest, float(numpy.abs(expected).max()))
    agreeing += int((found.argmax(-1) == expected.argmax(-1)).sum())
    positions += len(tokens)
print(f"{len(task['prompts'])} prompts, {positions} positions, logits up to {largest:.1f} in size")
print(f"largest difference {worst:.2e}; likeliest token the same at {agreeing} of {positions} ({agreeing / positions:.2%})")
