"""Spherical k-means in scikit-learn (Lloyd on unit rows) and in faiss.

One JSON line on stdin: {"rows": path of float32 rows, "dimension": 1024} loads them; {"library": "scikit-learn" or
"faiss", "clusters": K, "iterations": I} clusters them from random rows. One JSON line back: CPU seconds of all threads,
wall seconds, and the mean cosine of the rows with the directions of their clusters' means.
"""

import json
import os
import sys
import time
import warnings

import faiss
import numpy as np
import sklearn
from sklearn.cluster import KMeans

warnings.filterwarnings("ignore")


def by_scikit_learn(rows, clusters, iterations):
    found = KMeans(clusters, init="random", n_init=1, max_iter=iterations, tol=0, algorithm="lloyd", random_state=0)
    return found.fit(rows).labels_


def by_faiss(rows, clusters, iterations):
    found = faiss.Kmeans(
        rows.shape[1], clusters, niter=iterations, spherical=True, seed=1, max_points_per_centroid=len(rows)
    )
    found.train(rows)
    return found.assign(rows)[1]


def mean_cosine(rows, labels, clusters):
    sums = np.zeros((clusters, rows.shape[1]))
    np.add.at(sums, labels, rows)
    # The rows of a cluster have the cosines x.s / |s|, which add up to |s|.
    return float(np.linalg.norm(sums, axis=1).sum() / len(rows))


def main():
    faiss.omp_set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    rows = None
    for line in sys.stdin:
        request = json.loads(line)
        if "rows" in request:
            rows = np.fromfile(request["rows"], "<f4").reshape(-1, request["dimension"])
            print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}, faiss {faiss.__version__}"}), flush=True)
            continue
        work = by_faiss if request["library"] == "faiss" else by_scikit_learn
        wall, processor = time.perf_counter(), time.process_time()
        labels = work(rows, request["clusters"], request["iterations"])
        times = {"processor": time.process_time() - processor, "wall": time.perf_counter() - wall}
        print(json.dumps({**times, "similarity": mean_cosine(rows, labels, request["clusters"])}), flush=True)


main()
