"""Makes test/golden/models/word-vectors.json: tokens and mean vectors of texts by WordLlama's own files, read with `tokenizers`
and numpy. Run: python3 scripts/golden/word_vectors.py WHEEL_FOLDER (where the wheel of wordllama 0.4.0.post1 is unpacked)."""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "models" / "word-vectors.json"
TEXTS = ["A man isn't sleeping.", "dog", "two dogs, 3 cats", "  spaces  inside ", "naïve café 日本語", "not"]

folder = pathlib.Path(sys.argv[1]) / "wordllama"
table = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"].astype(np.float64)
tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
cases = []
for text in TEXTS:
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    cases.append({"text": text, "tokens": tokens, "mean": table[tokens].mean(axis=0)[:8].tolist()})
TARGET.write_text(json.dumps(cases) + "\n")
