"""Requests per second of distilabel: one TextGeneration step over an OpenAI-compatible server. Arguments: base URL, requests."""

import sys
import tempfile

from distilabel.llms import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration
from peer import Timer, prompt

url, requests = sys.argv[1], int(sys.argv[2])

if __name__ == "__main__":
    with Pipeline(name="bench", cache_dir=tempfile.mkdtemp()) as pipeline:
        load = LoadDataFromDicts(data=[{"instruction": prompt(row)} for row in range(requests)], batch_size=64)
        model = OpenAILLM(
            model="zero",
            base_url=url,
            api_key="none",
            generation_kwargs={"temperature": 1.0, "top_p": 0.95, "max_new_tokens": 2048},
        )
        load >> TextGeneration(llm=model, input_batch_size=64)
    timer = Timer()
    timer.report(len(pipeline.run(use_cache=False)["default"]["train"]))
