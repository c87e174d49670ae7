"""Reads a Hugging Face folder that Diffract wrote, as any user of transformers would.

Standard input: JSON lines {"prompt": text, "candidates": [text, ...]}. Standard output: for each a JSON line with the tokens of
the prompt in the chat template, the log-probability of each candidate's first token after it, and a greedy answer. For a
classifier (BertForSequenceClassification): the tokens of the prompt and the log-probability of each class, by its label.

    python scripts/golden/written_model.py FOLDER < prompts.jsonl
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer


def main() -> None:
    folder = sys.argv[1]
    torch.set_num_threads(1)
    config = AutoConfig.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    classifier = config.architectures[0].endswith("ForSequenceClassification")
    kind = AutoModelForSequenceClassification if classifier else AutoModelForCausalLM
    model, report = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    if report["missing_keys"] or report["unexpected_keys"] or report["mismatched_keys"]:
        raise SystemExit(f"transformers does not read {folder} whole: {report}")
    model.eval()
    for line in sys.stdin:
        item = json.loads(line)
        with torch.no_grad():
            print(json.dumps((classified if classifier else continued)(model, tokenizer, item)), flush=True)


def classified(model, tokenizer, item):
    inputs = tokenizer(item["prompt"].strip(), return_tensors="pt", truncation=True)
    scores = torch.log_softmax(model(**inputs).logits[0].double(), -1)
    labels = model.config.id2label
    return {
        "tokens": inputs["input_ids"][0].tolist(),
        "scores": {labels[index]: score for index, score in enumerate(scores.tolist())},
    }


def continued(model, tokenizer, item):
    turns = [{"role": "user", "content": item["prompt"]}]
    text = tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    tokens = tokenizer(text, add_special_tokens=False, return_tensors="pt")
    scores = torch.log_softmax(model(**tokens).logits[0, -1].double(), -1)
    first = [tokenizer(candidate, add_special_tokens=False)["input_ids"][0] for candidate in item["candidates"]]
    answer = model.generate(**tokens, do_sample=False, max_new_tokens=8)[0, tokens["input_ids"].shape[1] :]
    return {
        "tokens": tokens["input_ids"][0].tolist(),
        "scores": [scores[token].item() for token in first],
        "answer": tokenizer.decode(answer, skip_special_tokens=True),
    }


main()
