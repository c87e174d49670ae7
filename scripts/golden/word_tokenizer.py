"""What the reference library makes of the tokenizer of the decoders from scratch: ids and decoded texts.

usage: python scripts/golden/word_tokenizer.py FOLDER > test/golden/models/word-tokenizer.json
FOLDER is the source folder of a scratch-math model in the model cache. Needs the package tokenizers.
"""

import json
import sys

from tokenizers import Tokenizer

TEXTS = [
    "Anna has $90. At the shop she buys 2 notebooks at $10 each.\nHow many dollars are left?",
    "The notebooks cost 2 * 10 = 20 dollars.\nThey keep 1/3 of it, or 12.50.\n#### 20",
    "If 12x + 3 = 5x + 45, what is the value of x?",
    "A zyzzyva ate 7 quokkas\u2014all of them.",
    "<s><|turn|>Tom's 3 apples</s><|turn|>",
]

tokenizer = Tokenizer.from_file(f"{sys.argv[1]}/tokenizer.json")
rows = []
for text in TEXTS:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
print(json.dumps(rows, indent=1, ensure_ascii=False))
