// Peak memory and rows per CPU second of the gates over a table in a store, each gate a process of its own:
//   node --import tsx bench/gate-memory.bench.ts [ROWS,ROWS,...] [DATA]
// Half of the rows are the pool, half are candidates. DATA is the folder of real problems that rows and benchmarks are made of.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContaminationActivities } from '../activities/gates/contamination.ts';
import { createDuplicateActivities } from '../activities/gates/duplicates.ts';
import { createFilterActivities } from '../activities/gates/filters.ts';
import { openRowWriter, writeRows } from '../activities/rows.ts';
import { openLanguageDetector } from '../adapters/language/detector.ts';
import { openStore } from '../adapters/store/open.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { CampaignContext } from '../contracts/campaign.ts';
import type { Sample } from '../contracts/samples.ts';
import { MATH_FOLDER, mathBenchmarks, readColumn, rowMaker } from './text-rows.ts';

const gates = ['read', 'filter', 'deduplicate', 'near-duplicates', 'decontaminate'] as const;
type Gate = (typeof gates)[number];

interface Tables {
  readonly context: CampaignContext;
  readonly pool: TableRef<'samples'>;
  readonly candidates: TableRef<'samples'>;
  readonly benchmark: TableRef<'samples'>;
}

const [first = '100000,1000000', data = MATH_FOLDER, tablesFile = ''] = process.argv.slice(2);

if (gates.includes(first as Gate)) await reportGate(first as Gate, tablesFile);
else await measureAll(first.split(',').map(Number));

async function measureAll(sizes: readonly number[]): Promise<void> {
  console.log('| gate | rows | kept | rows per CPU s | wall s | peak MB |\n| --- | --- | --- | --- | --- | --- |');
  for (const rows of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'gate-memory-'));
    try {
      const file = join(folder, 'tables.json');
      await writeFile(file, JSON.stringify(await makeTables(join(folder, 'store'), rows)));
      for (const gate of gates) {
        const run = [...process.execArgv, process.argv[1]!, gate, data, file];
        const report = JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' })) as Report;
        const { kept, processor, wall, peak } = report;
        const cells = [kept, rows / processor, wall, peak].map((cell) => Math.round(cell));
        console.log(`| ${[gate, rows, ...cells].join(' | ')} |`);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

async function makeTables(path: string, rows: number): Promise<Tables> {
  const location = { kind: 'directory', path } as const;
  const context = { campaign: 'bench', task: 'math', seed: 1, store: location, prompts: {} } as const;
  const store = await openStore(location);
  const benchmarks = mathBenchmarks(data);
  const textOf = rowMaker(
    readColumn(data, 'gsm8k-train.jsonl', 'question'),
    benchmarks.map(({ text }) => text),
  );
  const write = async (generator: string, start: number, end: number) => {
    const writer = openRowWriter(store, 'samples');
    for (let row = start; row < end; row++) await writer.add(sampleOf(`${generator}/${row}`, generator, textOf(row)));
    return writer.finish();
  };
  return {
    context,
    pool: await write('seeds', 0, rows / 2),
    candidates: await write('writer', rows / 2, rows),
    benchmark: await writeRows(
      store,
      'samples',
      benchmarks.map(({ text }, row) => sampleOf(`benchmark/${row}`, 'benchmark', text)),
    ),
  };
}

function sampleOf(id: string, generator: string, prompt: string): Sample {
  const lineage = { origin: 'import', source: 'bench', generator, round: 1, fewShots: [] } as const;
  const completion = 'Adding up what is left gives the total.\n#### 42';
  return { id, task: 'math', prompt, completion, answer: '42', group: 'bench', lineage };
}

interface Report {
  readonly kept: number;
  /** Seconds. */
  readonly processor: number;
  readonly wall: number;
  /** MB. */
  readonly peak: number;
}

async function reportGate(gate: Gate, file: string): Promise<void> {
  const tables = JSON.parse(await readFile(file, 'utf8')) as Tables;
  const start = performance.now();
  const before = process.cpuUsage();
  const kept = await runGate(gate, tables);
  const { user, system } = process.cpuUsage(before);
  // Kilobytes, the greatest resident size so far.
  const peak = process.resourceUsage().maxRSS / 1024;
  const times = { processor: (user + system) / 1e6, wall: (performance.now() - start) / 1e3 };
  console.log(JSON.stringify({ kept, ...times, peak } satisfies Report));
}

async function runGate(gate: Gate, { context, pool, candidates, benchmark }: Tables): Promise<number> {
  const duplicates = createDuplicateActivities({ openStore });
  switch (gate) {
    case 'read':
      return readAll(context, [pool, candidates]);
    case 'filter': {
      const filters = { prompt: { least: 1, most: 8000 }, completion: { least: 1, most: 40_000 }, language: 'en' };
      const { filterCandidates } = createFilterActivities({ openStore, openLanguageDetector });
      return (await filterCandidates({ context, candidates, filters })).output.rows;
    }
    case 'deduplicate':
      return (await duplicates.deduplicate({ context, candidates, pool })).output.rows;
    case 'near-duplicates': {
      const rule = { ngram: 5, buckets: 14, hashes: 8 };
      return (await duplicates.removeNearDuplicates({ context, candidates, pool, rule })).output.rows;
    }
    case 'decontaminate': {
      const { decontaminate } = createContaminationActivities({ openStore });
      const rule = { profile: 'prismatic' } as const;
      const input = { context, samples: candidates, benchmarks: { all: benchmark }, common: pool, rule };
      return (await decontaminate(input)).output.rows;
    }
  }
}

/** What reading the tables alone takes. */
async function readAll(context: CampaignContext, tables: readonly TableRef<'samples'>[]): Promise<number> {
  const store = await openStore(context.store);
  let rows = 0;
  for (const table of tables) {
    for await (const part of store.readTable(table)) rows += part.length;
  }
  return rows;
}
