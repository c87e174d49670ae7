// Import: seeded draws of files that do not overlap, and nothing that vanishes without a name.

import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createImportActivities, dealRecord, drawRecords } from '../../activities/import.ts';
import { fingerprint } from '../../adapters/datasets/fingerprint.ts';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import type { FileSource, SampleSource } from '../../contracts/campaign.ts';
import { nli } from '../../tasks/nli/nli.ts';
import { makeWorkplace, rowsOf, type Workplace } from './workplace.ts';

const datasets = { read: readDataset, fingerprint };
const map = { premise: 'premise', hypothesis: 'hypothesis', label: 'label' };

async function writePairs(
  path: string,
  count: number,
  labelOf = (index: number): string => (index % 2 ? 'yes' : 'no'),
) {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ premise: `Premise ${index}.`, hypothesis: `Hypothesis ${index}.`, label: labelOf(index) }),
  );
  await writeFile(path, lines.join('\n'));
  return { kind: 'file', path, format: 'jsonl', map, where: {}, skip: 0 } as const satisfies FileSource;
}

function importer({ openStore, context }: Workplace) {
  const { importSamples } = createImportActivities({ openStore, datasets });
  return (sources: readonly SampleSource[], change: object = {}) =>
    importSamples({ context: { ...context, ...change }, name: 'seeds', sources });
}

describe('a draw of a file', () => {
  it('takes disjoint rows by skip and count, and all of them together', async (test) => {
    const { folder } = await makeWorkplace(test);
    const source = await writePairs(join(folder, 'pairs.jsonl'), 50);
    const draw = async (skip: number, count?: number) =>
      (await drawRecords({ ...source, skip, ...(count === undefined ? {} : { count }) }, 7, datasets)).map(
        ({ row }) => row,
      );
    const parts = [...(await draw(0, 20)), ...(await draw(20, 25)), ...(await draw(45))];
    assert.equal(parts.length, 50);
    assert.deepEqual(new Set(parts), new Set(Array.from({ length: 50 }, (_, row) => row)));
    assert.notDeepEqual(
      parts,
      [...parts].sort((a, b) => a - b),
      'a shuffle, not the order of the file',
    );
    assert.deepEqual(await draw(49, 100), parts.slice(49));
    assert.deepEqual(await draw(50, 1), []);
  });

  it('is another one for another seed', async (test) => {
    const { folder } = await makeWorkplace(test);
    const source = { ...(await writePairs(join(folder, 'pairs.jsonl'), 50)), count: 10 };
    const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => drawRecords(source, seed, datasets)));
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  });

  it('counts the rows that pass where', async (test) => {
    const { folder } = await makeWorkplace(test);
    const source = await writePairs(join(folder, 'pairs.jsonl'), 40);
    const records = await drawRecords({ ...source, where: { label: 'yes' }, skip: 5 }, 7, datasets);
    assert.equal(records.length, 15);
    assert.ok(records.every(({ fields }) => fields['label'] === 'yes'));
  });
});

describe('an import', () => {
  it('does not depend on the folder: a moved file is the same stage', async (test) => {
    const place = await makeWorkplace(test);
    const source = await writePairs(join(place.folder, 'pairs.jsonl'), 30);
    const run = importer(place);
    const first = await run([{ ...source, count: 10 }]);
    await mkdir(join(place.folder, 'elsewhere'));
    const moved = join(place.folder, 'elsewhere', 'pairs.jsonl');
    await copyFile(source.path, moved);
    const second = await run([{ ...source, path: moved, count: 10 }]);
    assert.equal(second.reused, true);
    assert.equal(second.key, first.key);
    const ids = (await rowsOf(place.store, 'samples', first.output)).map(({ id }) => id);
    assert.ok(ids.every((id) => /^seeds\/pairs\.jsonl:\d+$/.test(id)));
  });

  it('is another stage for other content, another seed, another count', async (test) => {
    const place = await makeWorkplace(test);
    const source = { ...(await writePairs(join(place.folder, 'pairs.jsonl'), 30)), count: 10 };
    const run = importer(place);
    const keys = [
      (await run([source])).key,
      (await run([{ ...source, count: 11 }])).key,
      (await run([source], { seed: 8 })).key,
      (await run([await writePairs(source.path, 31)])).key,
    ];
    assert.equal(new Set(keys).size, 4);
  });

  it('turns what the task cannot read into named rejects, and its sums close', async (test) => {
    const place = await makeWorkplace(test);
    const labels = ['yes', '-', 'perhaps', ''];
    const source = await writePairs(join(place.folder, 'odd.jsonl'), 8, (index) => labels[index % 4]!);
    const { counts, rejects, output } = await importer(place)([source]);
    assert.deepEqual(counts, {
      seeds: { in: 8, kept: 2, rejected: { 'no-gold-label': 2, 'unknown-label': 2, 'missing-label': 2 } },
    });
    assert.equal(output.rows, 2);
    const kept = await rowsOf(place.store, 'rejects', rejects);
    assert.equal(kept.length, 6);
    assert.ok(kept.every(({ stage, generator }) => stage === 'import' && generator === 'seeds'));
    assert.match(JSON.stringify(JSON.parse(kept[0]!.item)), /Premise \d/);
  });

  it('fails where nothing can be used, saying what was read and what to check', async (test) => {
    const place = await makeWorkplace(test);
    const run = importer(place);
    const unlabelled = await writePairs(join(place.folder, 'unlabelled.jsonl'), 3, () => '-');
    await assert.rejects(run([unlabelled]), {
      type: 'InvalidData',
      message:
        /Import of seeds: no usable sample in .*unlabelled\.jsonl; 3 rows were read .* Check the "map" and "where"/,
    });
    await assert.rejects(run([{ ...unlabelled, where: { label: 'yes' } }]), { message: /0 rows were read/ });
    await assert.rejects(run([{ ...unlabelled, path: join(place.folder, 'absent.jsonl') }]), { type: 'InvalidData' });
  });

  it('keeps two files of one name apart', async (test) => {
    const place = await makeWorkplace(test);
    await mkdir(join(place.folder, 'a'));
    await mkdir(join(place.folder, 'b'));
    const sources = [
      await writePairs(join(place.folder, 'a', 'train.jsonl'), 4),
      await writePairs(join(place.folder, 'b', 'train.jsonl'), 6),
    ];
    const { output } = await importer(place)(sources);
    const ids = (await rowsOf(place.store, 'samples', output)).map(({ id }) => id);
    assert.equal(new Set(ids).size, 10, ids.join(' '));
  });

  it('makes symbolic samples by rule, dealt over the slices in turn', async (test) => {
    const place = await makeWorkplace(test);
    const slices = ['hypernyms', 'negation'];
    const { output } = await importer(place)([{ kind: 'symbolic', slices, count: 7 }]);
    const samples = await rowsOf(place.store, 'samples', output);
    assert.deepEqual(
      samples.map(({ lineage }) => lineage.source),
      Array.from({ length: 7 }, (_, index) => slices[index % 2]),
    );
    assert.ok(samples.every(({ lineage }) => lineage.origin === 'symbolic' && lineage.round === 0));
    assert.equal(new Set(samples.map(({ id }) => id)).size, 7);
  });

  it('refuses a symbolic source without slices', () => {
    assert.throws(() => dealRecord(nli, [], 'key', 0), { type: 'InvalidConfig', message: /names no slices/ });
  });
});

describe('a benchmark with a row that cannot be read', () => {
  it('is not shortened silently: file, row, field and column are named', async (test) => {
    const place = await makeWorkplace(test);
    const path = join(place.folder, 'gold.jsonl');
    const source = await writePairs(path, 12, (index) => (index === 6 ? '' : 'yes'));
    const { importSamples } = createImportActivities({ openStore: place.openStore, datasets });
    const benchmark = { context: place.context, name: 'gold', sources: [source], unreadable: 'fail' } as const;
    await assert.rejects(importSamples(benchmark), {
      type: 'InvalidData',
      message: /Benchmark gold: row 7 of .*gold\.jsonl cannot be read: missing-label: .*label: label/,
    });
    assert.equal((await importer(place)([source])).output.rows, 11, 'as seeds it is turned away alone');
  });

  it('leaves out pairs whose annotators did not agree, as everybody does', async (test) => {
    const place = await makeWorkplace(test);
    const source = await writePairs(join(place.folder, 'snli.jsonl'), 10, (index) => (index === 3 ? '-' : 'no'));
    const { importSamples } = createImportActivities({ openStore: place.openStore, datasets });
    const { output, counts } = await importSamples({
      context: place.context,
      name: 'snli',
      sources: [source],
      unreadable: 'fail',
    });
    assert.equal(output.rows, 9);
    assert.deepEqual(counts['snli']?.rejected, { 'no-gold-label': 1 });
  });
});
