// The summary metrics against the reference packages themselves, on real conclusions where they are at hand.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const python = process.env['DIFFRACT_PYTHON'];
const reviews = fileURLToPath(new URL('../../../shared/data/med/val_v2.json', import.meta.url));
const script = 'scripts/golden/summary-metrics-parity.ts';

function skipReason(): string | false {
  if (python === undefined) return 'DIFFRACT_PYTHON names no interpreter that has rouge-score, nltk and sacrebleu';
  return process.env['NLTK_DATA'] === undefined && 'NLTK_DATA names no folder with WordNet 3.0 and punkt_tab';
}

function run(program: string, ...commandLine: string[]): string {
  return execFileSync(program, commandLine, { encoding: 'utf8' });
}

describe('summary metrics against the packages', () => {
  it('differ by less than 1e-6 on 200 pairs', { skip: skipReason() }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'diffract-parity-'));
    const [pairs, values] = [join(folder, 'pairs.jsonl'), join(folder, 'values.jsonl')];
    const rows = existsSync(reviews) ? reviews : 'test/golden/text/made-up-reviews.jsonl';
    run(process.execPath, '--import', 'tsx', script, 'pairs', '200', pairs, rows);
    run(python ?? '', 'scripts/golden/summary_metrics.py', pairs, values);
    const report = run(process.execPath, '--import', 'tsx', script, 'compare', pairs, values);
    assert.match(report, /^200 pairs, NLTK 3\.\d+/m);
    const apart = [...report.matchAll(/^ {2}\S.* (\S+)$/gm)].map(([, value]) => Number(value));
    assert.equal(apart.length, 10);
    for (const value of apart) assert.ok(value < 1e-6, report);
  });
});
