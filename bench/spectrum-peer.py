"""G-Vendi in NumPy as one would type it: X.T @ X and eigvalsh.

One JSON line on stdin: {"rows": path of float32 rows, "dimension": 1024} loads them; {"type": "float32"} or
{"type": "float64"} scores them. One JSON line back: CPU seconds of all threads, wall seconds, G-Vendi.
"""

import json
import sys
import time

import numpy as np


def score(rows):
    eigenvalues = np.linalg.eigvalsh(rows.T @ rows / len(rows)).astype(np.float64)
    shares = eigenvalues[eigenvalues > len(eigenvalues) * np.finfo(np.float64).eps * eigenvalues[-1]]
    shares = shares / shares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def main():
    held = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "rows" in request:
            rows = np.fromfile(request["rows"], "<f4").reshape(-1, request["dimension"])
            held = {"float32": rows, "float64": rows.astype(np.float64)}
            print(json.dumps({"numpy": np.__version__}), flush=True)
            continue
        wall, processor = time.perf_counter(), time.process_time()
        value = score(held[request["type"]])
        times = {"processor": time.process_time() - processor, "wall": time.perf_counter() - wall}
        print(json.dumps({**times, "value": value}), flush=True)


main()
