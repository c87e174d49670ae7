"""Requests per second of Bespoke Labs' curator: one request a row. Arguments: base URL, requests."""

import os
import sys
import tempfile

folder = tempfile.mkdtemp()
os.environ.update(CURATOR_CACHE_DIR=folder, CURATOR_DISABLE_RICH_DISPLAY="1", TELEMETRY_ENABLED="0", OPENAI_API_KEY="none")

import litellm

# The tokenizer's file comes with litellm, so that nothing is fetched.
os.environ.setdefault(
    "TIKTOKEN_CACHE_DIR", os.path.join(os.path.dirname(litellm.__file__), "litellm_core_utils", "tokenizers")
)

from bespokelabs import curator
from peer import Timer, prompt

url, requests = sys.argv[1], int(sys.argv[2])


class Writer(curator.LLM):
    def prompt(self, row):
        return row["examples"]

    def parse(self, row, response):
        return {"answer": response}


writer = Writer(
    model_name="zero",
    backend="openai",
    generation_params={"temperature": 1.0, "top_p": 0.95},
    backend_params={
        "base_url": url,
        "max_requests_per_minute": 10_000_000,
        "max_tokens_per_minute": 10_000_000_000,
        "max_concurrent_requests": 64,
    },
)
timer = Timer()
rows = writer([{"examples": prompt(row)} for row in range(requests)])
timer.report(len(getattr(rows, "dataset", rows)))
