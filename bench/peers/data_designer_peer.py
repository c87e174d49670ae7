"""Requests per second of NVIDIA's DataDesigner: one text column, one request a row. Arguments: base URL, requests."""

import os
import sys
import tempfile

os.environ.setdefault("NEMO_TELEMETRY_ENABLED", "false")

import data_designer.config as dd
import pandas as pd
from data_designer.interface import DataDesigner
from peer import Timer, prompt

url, requests = sys.argv[1], int(sys.argv[2])

provider = dd.ModelProvider(name="local", endpoint=url, api_key="none")
model = dd.ModelConfig(
    alias="writer",
    model="zero",
    provider="local",
    skip_health_check=True,
    inference_parameters=dd.ChatCompletionInferenceParams(
        temperature=1.0, top_p=0.95, max_tokens=2048, max_parallel_requests=64
    ),
)
with tempfile.TemporaryDirectory() as folder:
    seeds = pd.DataFrame({"examples": [prompt(row) for row in range(requests)]})
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.DataFrameSeedSource(df=seeds))
    builder.add_column(dd.LLMTextColumnConfig(name="answer", prompt="{{ examples }}", model_alias="writer"))
    designer = DataDesigner(artifact_path=folder, model_providers=[provider])
    timer = Timer()
    timer.report(len(designer.create(builder, num_records=requests).load_dataset()))
