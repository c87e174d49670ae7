"""What all peers share: the prompt, as long as ours with five few-shots and another one for every row, and the line of result."""

import json
import os
import time

EXAMPLE = (
    "## Problem\nA train leaves at {n}:00 and covers {n} km at 40 km/h. How long does it need?\n"
    "## Solution\nIt needs {n} / 40 hours. " + "We check this by a second way. " * 4 + "\\boxed{{1}}\n"
)


def prompt(row: int) -> str:
    examples = "\n".join(EXAMPLE.format(n=row * 5 + shot) for shot in range(5))
    return f"{examples}\nWrite 2 new problems like these, each with its solution."


class Timer:
    """From its making on: seconds on the wall, and CPU seconds of this process and of the children that have ended."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), sum(os.times()[:4])

    def report(self, rows: int) -> None:
        result = {"rows": rows, "wall": time.perf_counter() - self.wall, "cpu": sum(os.times()[:4]) - self.cpu}
        print(f"\nRESULT {json.dumps(result)}", flush=True)
