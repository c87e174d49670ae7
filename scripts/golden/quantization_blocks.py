"""Many random blocks of each quantisation with what the `gguf` package makes of them, for compare-quantization.ts.

Run: python3 scripts/golden/quantization_blocks.py FOLDER [BLOCKS]
     node --import tsx scripts/golden/compare-quantization.ts FOLDER
Scales are finite halves of every size (random bits), so zeros of both signs, subnormals and the largest occur.
Needs gguf and numpy.
"""

import json
import pathlib
import sys

import gguf
import numpy

# Byte positions of the halves in a block.
HALVES = {
    "F16": [0], "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "BF16": [],
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
generator = numpy.random.default_rng(11)
halves = numpy.arange(65536, dtype=numpy.uint16)
finite = halves[numpy.isfinite(halves.view(numpy.float16))]
named = numpy.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x7BFF, 0xFBFF], dtype=numpy.uint16)
cases = []
for name, places in HALVES.items():
    kind = gguf.GGMLQuantizationType[name]
    values, size = gguf.GGML_QUANT_SIZES[kind]
    stored = generator.integers(0, 256, (count, size), dtype=numpy.uint8)
    for place in places:
        scales = generator.choice(finite, count)
        scales[: len(named)] = named if place != 2 else named[::-1]
        stored[:, place : place + 2] = scales[:, None].view(numpy.uint8)
    if name == "BF16":
        stored[stored[:, 1] % 128 == 127, 1] -= 1  # neither infinite nor not a number
    floats = gguf.quants.dequantize(stored.reshape(-1), kind).astype("<f4").reshape(-1)
    (folder / f"{name}.stored").write_bytes(stored.tobytes())
    (folder / f"{name}.float32").write_bytes(floats.tobytes())
    cases.append({"name": name, "type": int(kind)})
(folder / "cases.json").write_text(json.dumps(cases))
