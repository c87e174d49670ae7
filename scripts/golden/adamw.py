"""Steps of torch.optim.AdamW with clip_grad_norm_, in float64, for test/core/training/adamw.test.ts.

Run: python3 scripts/golden/adamw.py > test/golden/adamw.json
"""
import json
import math
import sys

import torch

SETTINGS = {"beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "maximumNorm": 1.5}
RATES = [0.01, 0.02, 0.015, 0.005, 0.001]
SIZES = {"first": 4, "second": 3}


def gradient(step, offset, size):
    """Any fixed numbers; their norm is above the limit in some steps only."""
    return [math.sin(1.7 * (index + offset) + step) * (0.2 + 0.3 * step) for index in range(size)]


start = {name: [math.cos(index + 2.0 * place) for index in range(size)] for place, (name, size) in enumerate(SIZES.items())}
parameters = {name: torch.nn.Parameter(torch.tensor(values, dtype=torch.float64)) for name, values in start.items()}
optimizer = torch.optim.AdamW(
    parameters.values(),
    betas=(SETTINGS["beta1"], SETTINGS["beta2"]),
    eps=SETTINGS["epsilon"],
    weight_decay=SETTINGS["weightDecay"],
)
steps = []
for step, rate in enumerate(RATES):
    for place, (name, parameter) in enumerate(parameters.items()):
        parameter.grad = torch.tensor(gradient(step, 10 * place, SIZES[name]), dtype=torch.float64)
    norm = torch.nn.utils.clip_grad_norm_(parameters.values(), SETTINGS["maximumNorm"])
    given = {name: gradient(step, 10 * place, size) for place, (name, size) in enumerate(SIZES.items())}
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    after = {name: parameter.tolist() for name, parameter in parameters.items()}
    steps.append({"learningRate": rate, "gradients": given, "norm": float(norm), "parameters": after})
json.dump({"settings": SETTINGS, "start": start, "steps": steps}, sys.stdout, indent=1)
