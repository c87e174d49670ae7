// The benchmarks of a campaign as texts that may leak into training samples.

import type { TableRef } from '../contracts/artifacts.ts';
import type { BenchmarkRow } from '../core/text/decontamination-index.ts';
import type { Task } from '../tasks/task.ts';
import type { Store } from './ports/store.ts';

/** All rows of all benchmarks, by name and then in their order: thousands, and what is made of them is kept anyway. */
export async function benchmarkRows(
  store: Store,
  task: Task,
  benchmarks: Readonly<Record<string, TableRef<'samples'>>>,
): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  for (const [benchmark, table] of Object.entries(benchmarks).sort(([first], [second]) => (first < second ? -1 : 1))) {
    for await (const part of store.readTable(table)) {
      for (const sample of part) rows.push({ benchmark, rowId: sample.id, text: task.decontaminationText(sample) });
    }
  }
  return rows;
}
