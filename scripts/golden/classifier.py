"""Makes test/golden/models/classifier.json: an encoder with a classification head (BertForSequenceClassification in float64) over
the tiny random encoder. For each text the log-probabilities of the classes; for the mean negative log-likelihood of TARGETS
what the gradient at each parameter gives with the parameter, the gradient's norm, and the loss; and, for AdamW over three such
steps with everything trained, the losses before each step.

The head's numbers come from the test's own generator, so they are given: HEAD is written by scripts/golden/classifier-head.ts.

Run: node --import tsx scripts/golden/tiny-encoder.ts TINY_FOLDER
     node --import tsx scripts/golden/classifier-head.ts TINY_FOLDER/head.json
     python3 scripts/golden/classifier.py TINY_FOLDER
"""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, BertModel

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "models" / "classifier.json"

TEXTS = ["the cat sat", "hello world, unplayable!", "", "日本語 and café", "a", "the cat " * 40, "premise: a dog runs. hypothesis: an animal moves."]
TARGETS = [0, 1, 2, 1, 0, 2, 2]
RATE = 1e-3


def main():
    folder = pathlib.Path(sys.argv[1])
    length = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    config = BertConfig.from_pretrained(folder, num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    config._attn_implementation = "eager"
    model = BertForSequenceClassification(config)
    model.bert.load_state_dict(BertModel.from_pretrained(folder, add_pooling_layer=False).state_dict(), strict=False)
    model = model.double().train()
    with torch.no_grad():
        for name, values in json.loads((folder / "head.json").read_text()).items():
            parameter = dict(model.named_parameters())[name if name.startswith("classifier.") else f"bert.{name}"]
            parameter.copy_(torch.tensor(values, dtype=torch.float64).reshape(parameter.shape))
    texts = [tokenizer.encode(text).ids for text in TEXTS]

    def scores():
        return torch.cat([torch.log_softmax(model(torch.tensor([tokens])).logits, -1) for tokens in texts])

    def loss():
        return torch.nn.functional.nll_loss(scores(), torch.tensor(TARGETS))

    first = loss()
    first.backward()
    named = {name.removeprefix("bert."): weight for name, weight in model.named_parameters()}
    gradients = {name: [float((weight.grad * weight.detach()).sum()), float(weight.grad.norm())] for name, weight in named.items()}
    before = scores().detach()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(value))
    content = {
        "texts": TEXTS, "tokens": texts, "targets": TARGETS, "rate": RATE, "loss": float(first),
        "scores": before.tolist(), "gradients": gradients, "losses": losses, "after": scores().detach().tolist(),
    }
    TARGET.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
