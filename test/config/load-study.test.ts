// A study file as people write it: what it becomes, and what they are told when it is wrong.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStudy } from '../../config/load-study.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-study-'));
after(() => rmSync(folder, { recursive: true }));

const minimal = `
name: small
task: nli
seed: 7
store: ./store
pool:
  - { name: rules, sources: [{ kind: symbolic, slices: [negation], count: 60 }] }
benchmarks:
  - { name: far, distribution: out, sources: [{ kind: symbolic, slices: [voice], count: 20 }] }
size: 12
recipes:
  - { kind: balls, name: near, space: words, neighbours: [16, 30] }
students:
  - { kind: features, name: vectors, features: word-vectors }
`;

let files = 0;
function load(text: string, options: Parameters<typeof loadStudy>[1] = {}) {
  const path = join(folder, `study-${files++}.yaml`);
  writeFileSync(path, text);
  return loadStudy(path, options).study;
}

function refused(text: string, expected: RegExp, options: Parameters<typeof loadStudy>[1] = {}): void {
  assert.throws(
    () => load(text, options),
    (error) => {
      assert.ok(error instanceof PermanentError && error.type === FailureType.InvalidConfig);
      assert.match(error.message, expected);
      return true;
    },
  );
}

describe('a study file', () => {
  it('is filled with defaults and resolved', () => {
    const study = load(minimal);
    assert.deepEqual(study.store, { kind: 'directory', path: join(folder, 'store') });
    assert.deepEqual([study.draws, study.matching], [8, { labels: 'equal', lengthBands: 3 }]);
    assert.equal(study.score, 'balanced-accuracy');
    const [student] = study.students;
    assert.deepEqual(student, {
      kind: 'features',
      name: 'vectors',
      features: 'word-vectors',
      encoder: 'wordllama-256',
      head: { kind: 'ridge', penalties: [0.03, 0.1, 0.3, 1] },
    });
    assert.equal(load(`${minimal}\nmatching: { labels: none }`).score, 'accuracy');
  });

  it('names wrong keys and values with their lines', () => {
    refused(minimal.replace('size: 12', 'sise: 12'), /line 10, sise: unknown key; did you mean "size"\?/);
    refused(
      minimal.replace('space: words', 'space: sounds'),
      /recipes\[0\]\.space: found "sounds", expected one of .*words.* Where near is/s,
    );
    refused(minimal.replace('name: small', 'name: Small'), /lower-case letters/);
  });

  it('says what no single field can say', () => {
    refused(minimal.replace('[16, 30]', '[8]'), /neighbours\[0\]: found 8, expected at least 12, the size of a subset/);
    refused(minimal.replace('distribution: out', 'distribution: in'), /benchmarks: none is out of distribution/);
    refused(`${minimal}\nleads: [g-vendy]`, /leads\[0\]: found "g-vendy", no measure; did you mean "g-vendi"\?/, {
      measures: ['g-vendi'],
    });
    const twice = `  - { kind: features, name: vectors, features: alignment }\n`;
    refused(minimal + twice, /"vectors" is already the name of students\[0\]/);
    refused(
      minimal.replace('kind: balls, name: near, space: words, neighbours: [16, 30]', 'kind: mixes, name: near'),
      /found no recipe/,
    );
    refused(
      minimal.replace(
        '{ kind: symbolic, slices: [voice], count: 20 }',
        '{ kind: file, path: none.csv, map: { premise: p } }',
      ),
      /no such file/,
    );
    refused(minimal.replace('{ name: far', '{ name: rules'), /already the name/);
  });

  it('refuses what would make two recipes of one name, or one that the screening has', () => {
    const recipe = '{ kind: balls, name: near, space: words, neighbours: [16, 30] }';
    const withRecipe = (other: string) => minimal.replace(recipe, other);
    refused(minimal.replace('[16, 30]', '[16, 30, 16]'), /neighbours\[2\]: repeats neighbours\[0\]/);
    refused(withRecipe('{ kind: duplicates, shares: [0.5, 0.5] }'), /shares\[1\]: repeats shares\[0\]/);
    refused(
      withRecipe('{ kind: mixes, name: mixes, mixes: [{ rules: 1 }, { rules: 1 }] }'),
      /mixes\[1\]: repeats mixes\[0\]/,
    );
    refused(withRecipe('{ kind: random, name: screening }'), /recipes\[0\]\.name: found "screening"/);
  });

  it('finds before anything is sketched what the pool does not have and students cannot do', () => {
    const mixed = (settings: string) =>
      minimal.replace(
        'kind: balls, name: near, space: words, neighbours: [16, 30]',
        `kind: mixes, name: m, ${settings}`,
      );
    refused(mixed('mixes: [{ rule: 1 }]'), /mixes\[0\]: found "rule", no source of the pool; did you mean "rules"\?/);
    refused(mixed('choose: [1, 2]'), /choose\[1\]: found 2, but the pool has 1 sources/);
    assert.equal(load(mixed('by: group, choose: [2], mixes: [{ negation: 1 }]')).recipes.length, 1);
    refused(minimal.replace('task: nli', 'task: math'), /students\[0\]\.kind: found features.* for task math/);
    const decoder = (settings: string) =>
      `${minimal}  - { kind: decoder, name: d, trainer: { kind: embedded, model: scratch-nli-1x32, ${settings} } }\n`;
    assert.equal(load(decoder('method: { kind: full }')).students.length, 2);
    refused(decoder('method: { kind: full }, maxLength: 64'), /trainer\.maxLength: samples are learned from whole/);
    refused(decoder('method: { kind: last-layers, layers: 1 }'), /trainer\.method: found last-layers/);
  });

  it('takes --set, --name and its quick part as a campaign file does', () => {
    const quick = `${minimal}\nquick: { size: 10 }`;
    assert.deepEqual([load(quick, { size: 'quick' }).name, load(quick, { size: 'quick' }).size], ['small-quick', 10]);
    assert.equal(load(minimal, { set: ['recipes.near.centres=2'], name: 'other' }).name, 'other');
  });
});

const example = new URL('../../examples/study-nli.yaml', import.meta.url).pathname;
const data = new URL('../../../shared/data/nli/mnli-dev.csv', import.meta.url).pathname;

describe('the example', { skip: existsSync(data) ? false : `no ${data}` }, () => {
  it('loads in full and quick size', () => {
    assert.ok(loadStudy(example).study.recipes.length > loadStudy(example, { size: 'quick' }).study.screeningDraws);
  });
});
