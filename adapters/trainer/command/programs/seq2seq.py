"""Fine-tunes an encoder-decoder model (LED and PRIMERA, LongT5, T5, BART) on the rows that Diffract writes.

Usage: python3 seq2seq.py CONFIG.yaml

The configuration holds the fields of Example below and any of transformers' Seq2SeqTrainingArguments. Progress goes to
the file that DIFFRACT_PROGRESS_FILE names. Needs torch, transformers (4.46 or later), accelerate, and the model's
tokenizer (sentencepiece for T5 models).
"""

import json
import os
import sys
from dataclasses import dataclass, field

import torch
import yaml
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    HfArgumentParser,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    TrainerCallback,
)


@dataclass
class Example:
    """What is read, and how much of it."""

    model_name_or_path: str
    train_file: str = field(metadata={"help": "JSON lines with prompt and completion, each one chat turn"})
    max_source_length: int = field(default=4096, metadata={"help": "tokens of a prompt; its end is cut off"})
    max_target_length: int = field(default=512, metadata={"help": "tokens of a completion"})
    source_prefix: str = field(default="", metadata={"help": "stands before every prompt, as in 'summarize: '"})
    dtype: str = "float32"


class Rows(torch.utils.data.Dataset):
    """Tokens are made when a row is asked for: long texts would fill the memory otherwise."""

    def __init__(self, example, tokenizer, marks_globally):
        with open(example.train_file, encoding="utf-8") as lines:
            self.rows = [json.loads(line) for line in lines if line.strip()]
        self.example = example
        self.tokenizer = tokenizer
        self.marks_globally = marks_globally

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        source = self.example.source_prefix + row["prompt"][0]["content"]
        target = row["completion"][0]["content"]
        tokens = self.tokenizer(source, max_length=self.example.max_source_length, truncation=True)
        item = {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
        labels = self.tokenizer(text_target=target, max_length=self.example.max_target_length, truncation=True)
        item["labels"] = labels["input_ids"]
        if self.marks_globally:
            # LED models see no further than their window but for marked tokens; the first one stands for the text.
            item["global_attention_mask"] = [1] + [0] * (len(item["input_ids"]) - 1)
        return item


class Padding(DataCollatorForSeq2Seq):
    """Pads the mask of global attention too, which the tokenizer does not know by itself in every version."""

    def __call__(self, features, return_tensors=None):
        masks = [feature.pop("global_attention_mask", None) for feature in features]
        batch = super().__call__(features, return_tensors)
        if masks[0] is not None:
            width = batch["input_ids"].shape[1]
            batch["global_attention_mask"] = torch.tensor([mask + [0] * (width - len(mask)) for mask in masks])
        return batch


class ProgressFile(TrainerCallback):
    """One JSON line a report, as Diffract reads it."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        if state.is_world_process_zero and "loss" in (logs or {}):
            self.write({"step": state.global_step, "total_steps": state.max_steps, "loss": float(logs["loss"])})

    def on_save(self, args, state, control, **kwargs):
        if state.is_world_process_zero:
            folder = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
            self.write({"step": state.global_step, "total_steps": state.max_steps, "checkpoint": folder})

    def write(self, line):
        path = os.environ.get("DIFFRACT_PROGRESS_FILE")
        if path:
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def read_configuration(path):
    with open(path, encoding="utf-8") as file:
        values = yaml.safe_load(file)
    # The collator needs columns that the model does not name.
    parser = HfArgumentParser((Example, Seq2SeqTrainingArguments))
    return parser.parse_dict({"remove_unused_columns": False, **values})


def main():
    example, arguments = read_configuration(sys.argv[1])
    tokenizer = AutoTokenizer.from_pretrained(example.model_name_or_path)
    model = AutoModelForSeq2SeqLM.from_pretrained(
        example.model_name_or_path, torch_dtype=getattr(torch, example.dtype)
    )
    trainer = Seq2SeqTrainer(
        model=model,
        args=arguments,
        train_dataset=Rows(example, tokenizer, marks_globally=model.config.model_type == "led"),
        data_collator=Padding(tokenizer, model=model),
        processing_class=tokenizer,
        callbacks=[ProgressFile()],
    )
    trainer.train(resume_from_checkpoint=arguments.resume_from_checkpoint)
    trainer.save_model()
    trainer.save_state()


main()
