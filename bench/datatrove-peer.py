"""MinHash near duplicates and n-gram decontamination in datatrove, from JSON lines to JSON lines.

One JSON line on stdin: {"work": "near-duplicates", "rows": folder, "out": folder, "workers": W, "language": L} or
{"work": "decontamination", ..., "benchmarks": path of {"benchmark", "text"} lines, "ngram": N}; the folder holds W files.
One JSON line back: wall and CPU seconds of all processes, peak memory of the largest process in MB, rows kept.
Languages: "eng" is datatrove's default and reads words by spaCy; "grt" reads words by blanks, the fastest there is.
"""

import collections
import importlib.metadata
import json
import os
import pathlib
import resource
import shutil
import struct
import sys
import time

import numpy as np
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter, NGramsDecontIndexer
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from loguru import logger

logger.remove()
VERSION = importlib.metadata.version("datatrove")


def run(steps, tasks, workers, logs):
    LocalPipelineExecutor(
        pipeline=steps, tasks=tasks, workers=workers, logging_dir=str(logs), start_method="fork"
    ).run()


def near_duplicates(rows, out, workers, language):
    config = MinhashConfig()
    steps = [
        ([JsonlReader(rows), MinhashDedupSignature(f"{out}/signatures", config, language)], workers),
        ([MinhashDedupBuckets(f"{out}/signatures", f"{out}/buckets", config=config, lines_to_buffer=-1)], 14),
        ([MinhashDedupCluster(f"{out}/buckets", f"{out}/remove", config, save_cluster_id=True, lines_to_buffer=-1)], 1),
        ([JsonlReader(rows), MinhashDedupFilter(f"{out}/remove"), JsonlWriter(f"{out}/kept", compression=None)], workers),
    ]
    for number, (pipeline, tasks) in enumerate(steps):
        run(pipeline, tasks, workers, f"{out}/logs{number}")


def clusters(out):
    """[file, row of the file, cluster] of every row that is in a cluster."""
    found = []
    for path in sorted(pathlib.Path(out, "remove").glob("*.clusters")):
        pairs = struct.iter_unpack("<2I", path.read_bytes())
        found += [[int(path.stem), document, cluster] for document, cluster in pairs]
    return found


def decontamination(rows, out, workers, language, benchmarks, ngram):
    config = NGramsDecontConfig(n_grams=ngram)
    # The indexer's own hashes; its run() would look up lighteval's task table.
    indexer = NGramsDecontIndexer.__new__(NGramsDecontIndexer)
    NGramsDecontIndexer.__init__(indexer, f"{out}/index", config=config, language=language)
    hashes = collections.defaultdict(set)
    for line in pathlib.Path(benchmarks).read_text().splitlines():
        row = json.loads(line)
        hashes[row["benchmark"]].update(indexer.compute_hashes(row["text"]))
    pathlib.Path(out, "index").mkdir(parents=True)
    for name, found in hashes.items():
        np.array(list(found), dtype=config.hash_config.np_descr).tofile(f"{out}/index/{name}.index.hashes")
    step = NGramsDecontFilter(
        f"{out}/index", config, exclusion_writer=JsonlWriter(f"{out}/dropped", compression=None), language=language
    )
    run([JsonlReader(rows), step, JsonlWriter(f"{out}/kept", compression=None)], workers, workers, f"{out}/logs")


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    # Progress bars and reports of the executors go to the log, not to the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for line in sys.stdin:
        request = json.loads(line)
        work, out = request.pop("work"), request["out"]
        shutil.rmtree(out, ignore_errors=True)
        wall, processor = time.perf_counter(), cpu_seconds()
        (near_duplicates if work == "near-duplicates" else decontamination)(**request)
        times = {"processor": cpu_seconds() - processor, "wall": time.perf_counter() - wall}
        if work == "near-duplicates":
            pathlib.Path(out, "clusters.json").write_text(json.dumps(clusters(out)))
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        kept = sum(path.read_bytes().count(b"\n") for path in pathlib.Path(out, "kept").glob("*.jsonl"))
        print(json.dumps({**times, "peak": peak / 1024, "kept": kept, "version": VERSION}), file=answers, flush=True)


main()
