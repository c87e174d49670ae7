"""A few pairs of every kind and change with all verdicts, for test/golden/math-grader.jsonl.

    python scripts/golden/math_grader_golden.py PAIRS.jsonl VERDICTS.jsonl test/golden/math-grader.jsonl
"""
import json
import sys
from collections import Counter

EACH = 3


def main(pairs, verdicts, target):
    by_id = {row["id"]: row for row in map(json.loads, open(verdicts))}
    taken = Counter()
    with open(target, "w") as out:
        for pair in map(json.loads, open(pairs)):
            key = (pair["kind"], pair["change"])
            taken[key] += 1
            if taken[key] > EACH: continue
            verdict = by_id[pair["id"]]
            row = {name: pair[name] for name in ("kind", "change", "label", "answer", "response")}
            out.write(json.dumps({**row, "mathVerify": verdict["mathVerify"], "sympy": verdict["sympy"]}) + "\n")
    print(f"{sum(min(count, EACH) for count in taken.values())} pairs of {len(taken)} changes")


if __name__ == "__main__":
    main(*sys.argv[1:])
