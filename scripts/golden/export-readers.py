"""Reads an exported folder with the loaders that it is written for, and compares every row with jsonl/train.jsonl.

npx diffract export NAME --out FOLDER --format hf trl messages sharegpt alpaca jsonl

python scripts/golden/export-readers.py FOLDER arrow         # pyarrow
python scripts/golden/export-readers.py FOLDER datasets      # load_dataset of the folder and of every format in it
python scripts/golden/export-readers.py FOLDER trl           # SFTTrainer prepares each format for a tiny random model, one step
python scripts/golden/export-readers.py FOLDER llamafactory  # its own loader, aligned to its own form (0.9.5)
"""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DISABLE_VERSION_CHECK", "1")

folder = Path(sys.argv[1])
samples = [json.loads(line) for line in (folder / "jsonl" / "train.jsonl").read_text(encoding="utf-8").split("\n") if line]
pairs = [(sample["prompt"], sample["completion"]) for sample in samples]

CHAT = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def turns(sample):
    return [{"role": "user", "content": sample["prompt"]}, {"role": "assistant", "content": sample["completion"]}]


def same(name, found, expected):
    assert found == expected, f"{name}: {found[:1]} is not {expected[:1]}"
    print(f"{name}: {len(found)} rows equal")


def arrow():
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [row for path in sorted(folder.glob("data/*.parquet")) for row in pq.read_table(path).to_pylist()]
    print(f"pyarrow {pa.__version__}")
    print(pq.read_schema(sorted(folder.glob("data/*.parquet"))[0]))
    same("messages", [row["messages"] for row in rows], [turns(sample) for sample in samples])
    same("lineage", [json.loads(row["lineage"]) for row in rows], [sample["lineage"] for sample in samples])
    for column in ("id", "task", "prompt", "completion", "answer", "group"):
        same(column, [row[column] for row in rows], [sample[column] for sample in samples])
    same("few_shots", [row["few_shots"] for row in rows], [sample["lineage"]["fewShots"] for sample in samples])
    rejects = [row for path in sorted(folder.glob("rejects/*.parquet")) for row in pq.read_table(path).to_pylist()]
    print(f"rejects: {len(rejects)} rows, {[json.loads(row['item']) is not None for row in rejects].count(True)} items are JSON")


def datasets():
    from datasets import __version__, get_dataset_config_names, load_dataset

    print(f"datasets {__version__}", get_dataset_config_names(str(folder)))
    default = load_dataset(str(folder), split="train")
    print(default.features)
    same("default", [row["messages"] for row in default], [turns(sample) for sample in samples])
    same("default", [(row["prompt"], row["completion"]) for row in default], pairs)
    trl = load_dataset(str(folder / "trl"), split="train")
    same("trl", [row["prompt"] + row["completion"] for row in trl], [turns(sample) for sample in samples])
    messages = load_dataset(str(folder / "messages"), split="train")
    same("messages", [row["messages"] for row in messages], [turns(sample) for sample in samples])
    sharegpt = load_dataset(str(folder / "sharegpt"), split="train")
    same("sharegpt", [tuple(turn["value"] for turn in row["conversations"]) for row in sharegpt], pairs)
    alpaca = load_dataset(str(folder / "alpaca"), split="train")
    same("alpaca", [(row["instruction"], row["output"]) for row in alpaca], pairs)
    print("jsonl", len(load_dataset(str(folder / "jsonl"), split="train")))
    print("rejects", len(load_dataset(str(folder), "rejects", split="train")))


def tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<|user|>", "<|assistant|>", "<|end|>"]
    bare = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(letters)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    bare.add_special_tokens(special)
    made = PreTrainedTokenizerFast(tokenizer_object=bare, pad_token="<pad>", eos_token="<|end|>")
    made.chat_template = CHAT
    return made


def text(sample):
    return f"<|user|>{sample['prompt']}<|end|><|assistant|>{sample['completion']}<|end|>"


def trl():
    import trl as package
    from datasets import load_dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer
    from trl.data_utils import is_conversational

    print(f"trl {package.__version__}")
    for name in ("trl", "messages"):
        rows = load_dataset(str(folder / name), split="train")
        print(name, "is_conversational", is_conversational(rows[0]))
        coder = tokenizer()
        config = LlamaConfig(
            vocab_size=len(coder), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
            num_key_value_heads=2,
        )
        with tempfile.TemporaryDirectory() as work:
            arguments = SFTConfig(
                output_dir=work, max_steps=1, max_length=None, per_device_train_batch_size=2, report_to="none",
                use_cpu=True, disable_tqdm=True, dataset_num_proc=None, save_strategy="no",
            )
            trainer = SFTTrainer(
                model=LlamaForCausalLM(config), args=arguments, train_dataset=rows, processing_class=coder
            )
            prepared = trainer.train_dataset
            print(name, "columns", prepared.column_names)
            same(f"{name} tokens", [coder.decode(row["input_ids"]) for row in prepared], [text(one) for one in samples])
            learned = [
                coder.decode([token for token, label in zip(row["input_ids"], row["labels"]) if label != -100])
                for row in prepared
            ]
            wanted = [f"{one['completion']}<|end|>" if name == "trl" else text(one) for one in samples]
            same(f"{name} learned", learned, wanted)
            print(name, "loss of one step", round(trainer.train().training_loss, 3))


def llamafactory():
    from importlib.metadata import version

    from llamafactory.data.loader import _get_merged_dataset
    from llamafactory.hparams import DataArguments, ModelArguments
    from transformers import Seq2SeqTrainingArguments

    print(f"llamafactory {version('llamafactory')}")
    names = list(json.loads((folder / "dataset_info.json").read_text(encoding="utf-8")))
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            rows = _get_merged_dataset(
                [name],
                ModelArguments(model_name_or_path=work),
                DataArguments(dataset=name, dataset_dir=str(folder), template="empty"),
                Seq2SeqTrainingArguments(output_dir=work, use_cpu=True, report_to=[]),
                stage="sft",
            )
            found = [(row["_prompt"][-1]["content"], row["_response"][0]["content"]) for row in rows]
            assert all(len(row["_prompt"]) == 1 and len(row["_response"]) == 1 for row in rows)
            same(name, found, pairs)


{"arrow": arrow, "datasets": datasets, "trl": trl, "llamafactory": llamafactory}[sys.argv[2]]()
