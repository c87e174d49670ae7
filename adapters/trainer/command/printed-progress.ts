// How far a run is by what it prints: the bar of `tqdm` has the step, the dictionaries of Hugging Face trainers the losses.

import { readEnds } from './run-files.ts';
import { reportedLoss } from './progress-entry.ts';
import type { ProgressEntry } from './progress-entry.ts';

/** So much of either end of a log is read: the first loss and the newest ones stand there. */
const END_BYTES = 2 ** 19;

/** The bar of the training itself; those with a name before the percentage are of other work. */
const BAR = /^\s*\d+%\|[^|]*\|\s*(\d+)\/(\d+) \[/;
/** transformers 4 prints `{'loss': 1.2345, ...}`, transformers 5 `{'loss': '1.234', ...}`. */
const LOSS = /^\s*\{.*'loss': '?([^',}\s]+)'?[,}]/;

export async function printedEntries(log: string): Promise<ProgressEntry[]> {
  return printedProgress(await readEnds(log, END_BYTES));
}

/** Steps are 0 where no bar is printed. */
export function printedProgress(text: string): ProgressEntry[] {
  const entries: ProgressEntry[] = [];
  let [step, totalSteps] = [0, 0];
  for (const line of text.split(/[\r\n]+/)) {
    const bar = BAR.exec(line);
    if (bar) {
      const total = Number(bar[2]);
      // An evaluation in between has a bar of its own.
      if (totalSteps === 0) totalSteps = total;
      if (total === totalSteps)
        entries.push({ step: (step = Number(bar[1])), totalSteps, loss: null, checkpoint: null });
    }
    const told = LOSS.exec(line);
    if (told) entries.push({ step, totalSteps, loss: reportedLoss.parse(told[1]), checkpoint: null });
  }
  return entries;
}
