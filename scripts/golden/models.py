"""Makes test/golden/models/*.json: dequantised blocks from the `gguf` package, and token numbers and rendered chats of
SmolLM2 from `tokenizers` and `jinja2`, built from the GGUF header without any code of ours.

Run: python3 scripts/golden/models.py SmolLM2-135M-Instruct.Q4_1.gguf
Needs gguf, numpy, tokenizers and jinja2 in any Python 3.10+ environment.
"""

import json
import pathlib
import sys

import gguf
import jinja2.sandbox
import numpy
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "models"
BLOCKS = 3

TEXTS = [
    "", " ", "  ", "\n", "\n\n", "\n\n\n  x", "\t\tif x:\r\n\t\t\treturn 1\r\n", "\r\n\r\n",
    "Hello, world!", " Hello", "Hello ", "don't I'll we've it's YOU'RE I'M", "'s 't 'Re ’s",
    "1234567890", "3.14159 and 2,718", "x=12+30=42", "year2024month11", "①②③ ½ ² ٣٤ १२ Ⅷ", "½cup ¾ x²+y³", "第１２回 ㊄",
    "𝟘𝟙𝟚 ٠١٢ 〇", "naïve café — “quoted” … ‘single’", "日本語のテキストです。", "中文分词测试，数字１２３。", "한국어 문장",
    "Привет, мир! Ещё раз.", "مرحبا بالعالم", "שלום עולם", "ไทยภาษา", "हिन्दी में पाठ", "Ünïcödé ſt ẞ İ ı ǅ", "ᚠᛇᚻ 𐍈𐌰",
    "😀😃👩‍👩‍👧‍👦🏳️‍🌈🇩🇪", "a😀b", "e\u0301 vs \u00e9, a\u0300\u0301b", "\u00a0nbsp\u2003em\u200bzw\ufeffbom x\u2028y",
    "a\x04b\x13 has bytes without a token", "<|im_start|>user\nHi<|im_end|>\n", "a<|im_end|>b", " <|im_end|> ", "<|im_end",
    "<repo_name>x<file_sep>y<jupyter_start>", "$\\frac{1}{2}\\left(x^2+y^{10}\\right)\\cdot\\sqrt{3}$",
    "\\begin{align*}\na&=b\\\\\nc&=d\n\\end{align*}", "def f(x):\n    return x**2  # square\n",
    "for (let i = 0; i < 10; i++) { a[i] += 1; }", "https://example.com/path?query=1&b=%20#frag", "CamelCaseIdentifier123abc",
    "snake_case_name__x", "!!!???...---===", "a" * 300, "the " * 200, " " * 70, "\n" * 40, "ab" * 150, "0" * 100,
]

CHATS = [
    ["What is 12 + 30?", "12 + 30 = 42.\n#### 42"],
    ["Premise: A dog runs.\nHypothesis: An animal moves.", "entailment"],
    ["Prove it.", "Let $x>0$.\n\nThen  $x^2 > 0$. \n"],
    ["", "An answer to nothing"],
    ["{{ not a template }}", " leading space"],
]


def quantization():
    generator = numpy.random.default_rng(7)
    cases = []
    for name in ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"]:
        kind = gguf.GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        count = BLOCKS * (1 if values > 1 else 16)
        stored = generator.integers(0, 256, (count, size), dtype=numpy.uint8)
        if values > 1:
            # Random bytes would make some scales infinite or not a number.
            scales = generator.normal(0, 0.02, (count, 2)).astype(numpy.float16)
            scales[-1] = [numpy.float16(6e-7), numpy.float16(-0.0)]
            halves = 2 if name in ("Q4_1", "Q5_1", "Q4_K", "Q5_K") else 1
            place = slice(-2, None) if name == "Q6_K" else slice(2 * halves)
            stored[:, place] = scales[:, :halves].copy().view(numpy.uint8)
        elif name in ("F16", "BF16"):
            stored[stored[:, 1] % 128 >= 120, 1] -= 16
        else:
            stored = generator.normal(0, 1, (count, 1)).astype("<f4").view(numpy.uint8)
        floats = gguf.quants.dequantize(stored.reshape(-1), kind).astype("<f4").reshape(-1)
        cases.append({"name": name, "type": int(kind), "stored": stored.tobytes().hex(), "float32": floats.tobytes().hex()})
    return cases


def smollm2(path):
    reader = gguf.GGUFReader(path)
    field = lambda key: reader.fields[key].contents()
    tokens = field("tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    control = [token for token, kind in zip(tokens, field("tokenizer.ggml.token_type")) if kind == 3]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids

    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(field("tokenizer.chat_template"))
    chats = []
    for prompt, completion in CHATS:
        turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]
        whole = template.render(messages=turns, add_generation_prompt=False)
        asked = template.render(messages=turns[:1], add_generation_prompt=True)
        chats.append({"prompt": prompt, "completion": completion, "promptTokens": encode(asked), "wholeTokens": encode(whole)})
    return {"texts": [{"text": text, "tokens": encode(text)} for text in TEXTS], "chats": chats}


def write(name, value):
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


write("quantization", quantization())
write("smollm2-tokens", smollm2(sys.argv[1]))
