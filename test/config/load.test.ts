// A campaign file as people write it: what it becomes, and what they are told when it is wrong.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { TaskCatalogue } from '../../config/cross-checks.ts';
import { loadCampaign } from '../../config/load.ts';
import type { LoadOverrides } from '../../config/load.ts';
import { PermanentError } from '../../contracts/failures.ts';

const folder = mkdtempSync(join(tmpdir(), 'diffract-config-'));
after(() => rmSync(folder, { recursive: true }));

const minimal = `
name: small
task: nli
seed: 7
store: ./store
seeds:
  - { kind: symbolic, slices: [negation], count: 12 }
rounds: 2
generators:
  - { kind: symbolic, name: rules, slices: [negation, quantifiers], count: 40 }
selection: { accept: 8 }
`;

/** A task whose template is right where it says `right`, and has a place for personas where it says `{{persona}}`. */
const letter = (text: string) => ({
  problems: text.includes('right') ? [] : [{ line: 2, message: 'not right' }],
  personas: text.includes('{{persona}}'),
});
const tasks: TaskCatalogue = {
  nli: {
    fields: ['premise', 'hypothesis', 'label'],
    required: ['premise'],
    slices: ['negation', 'quantifiers'],
    templates: { 'nli-generation': letter, 'nli-label': letter },
    generation: 'nli-generation',
  },
  summarization: {
    fields: ['evidence'],
    required: ['evidence'],
    slices: [],
    templates: {},
    generation: 'summarization-generation',
  },
};

function load(text: string, overrides: LoadOverrides = {}, file = 'campaign.yaml') {
  const path = join(folder, file);
  writeFileSync(path, text);
  return loadCampaign(path, { environment: {}, tasks, ...overrides });
}

function refusal(text: string, overrides: LoadOverrides = {}): string {
  try {
    load(text, overrides);
  } catch (error) {
    assert.ok(error instanceof PermanentError, String(error));
    assert.equal(error.type, 'InvalidConfig');
    return error.message;
  }
  return assert.fail('the file was accepted');
}

describe('a good campaign file', () => {
  it('gets every default and absolute paths', () => {
    const { config, source } = load(minimal);
    assert.equal(source, join(folder, 'campaign.yaml'));
    assert.deepEqual(config.store, { kind: 'directory', path: join(folder, 'store') });
    assert.equal(config.sketch.proxy, 'smollm2-135m-instruct');
    assert.equal(config.sketch.p, 32);
    assert.equal(config.selection.method, 'sparse-clusters');
    assert.deepEqual(config.budget, { tokens: null, softTokens: null, cost: null, softCost: null });
    assert.deepEqual(config.benchmarks, []);
    assert.equal('student' in config, false);
  });

  it('may be JSON, indented with tabs', () => {
    const tree = load(minimal).config;
    const json = JSON.stringify({ ...tree, store: './store' }, null, '\t');
    assert.deepEqual(load(json, {}, 'campaign.json').config, tree);
  });

  it('gives no key for what the file leaves out', () => {
    writeFileSync(join(folder, 'rows.csv'), 'a,b,c\n1,2,3\n');
    const map = '{ premise: a, hypothesis: b, label: c }';
    const { config } = load(
      minimal.replace(/ {2}- \{ kind: symbolic, slices.*/, `  - { kind: file, path: rows.csv, map: ${map} }`),
    );
    assert.deepEqual(config.seeds, [
      {
        kind: 'file',
        path: join(folder, 'rows.csv'),
        format: 'csv',
        map: { premise: 'a', hypothesis: 'b', label: 'c' },
        where: {},
        skip: 0,
      },
    ]);
  });

  it('fills in what a known training program is called and reads', () => {
    const student = (text: string) => {
      const { student: found } = load(`${minimal}student: { kind: command, model: m, ${text} }\n`).config;
      return found?.kind === 'command' ? [found.command, found.dataFormat] : [];
    };
    assert.deepEqual(student('template: trl'), [['trl', 'sft', '--config', '{{config_file}}'], 'prompt-completion']);
    assert.deepEqual(student('template: trl, dataFormat: messages')[1], 'messages');
    assert.deepEqual(student('template: axolotl'), [['axolotl', 'train', '{{config_file}}'], 'messages']);
    assert.deepEqual(student('command: [train]'), [['train'], 'prompt-completion']);
  });

  it('takes the beginning of a path from the environment', () => {
    writeFileSync(join(folder, 'rows.jsonl'), '{}\n');
    const source = "{ kind: file, path: '${DATA}/rows.jsonl', map: { premise: p } }";
    const text = minimal.replace('{ kind: symbolic, slices: [negation], count: 12 }', source);
    const [seed] = load(text, { environment: { DATA: folder } }).config.seeds;
    assert.equal(seed?.kind === 'file' && seed.path, join(folder, 'rows.jsonl'));
  });

  it('keeps catalogue names and resolves model paths', () => {
    const student = (model: string) =>
      load(`${minimal}student: { kind: embedded, model: "${model}" }\n`).config.student?.model;
    assert.equal(student('Qwen/Qwen2.5-0.5B'), 'Qwen/Qwen2.5-0.5B');
    assert.equal(student('./models/mine.gguf'), join(folder, 'models/mine.gguf'));
  });
});

describe('the store', () => {
  const stored = (store: string, environment = {}) =>
    load(minimal.replace('./store', store), { environment }).config.store;

  it('takes the endpoint and region of an S3 store from the environment', () => {
    assert.deepEqual(stored('s3://bucket/a/b/'), { kind: 's3', bucket: 'bucket', prefix: 'a/b', region: 'us-east-1' });
    const environment = {
      AWS_ENDPOINT_URL: 'http://general:1',
      AWS_ENDPOINT_URL_S3: 'http://s3:2',
      AWS_REGION: 'eu-central-1',
    };
    assert.deepEqual(stored('s3://bucket', environment), {
      kind: 's3',
      bucket: 'bucket',
      prefix: '',
      region: 'eu-central-1',
      endpoint: 'http://s3:2',
    });
  });

  it('prefers what the file says', () => {
    const environment = { AWS_ENDPOINT_URL_S3: 'http://s3:2' };
    assert.equal(
      (stored('s3://bucket\nstoreEndpoint: http://file:3', environment) as { endpoint?: string }).endpoint,
      'http://file:3',
    );
    assert.deepEqual(stored('{ kind: s3, bucket: bucket, endpoint: "http://file:4", region: here }', environment), {
      kind: 's3',
      bucket: 'bucket',
      prefix: '',
      region: 'here',
      endpoint: 'http://file:4',
    });
  });

  it('refuses another scheme, and an endpoint for a folder', () => {
    assert.match(
      refusal(minimal.replace('./store', 'gs://bucket')),
      /store: found "gs:\/\/bucket", expected a folder or s3:/,
    );
    assert.match(refusal(`${minimal}storeEndpoint: http://x:1\n`), /storeEndpoint: the store is a folder/);
  });

  it('points into the object form when that is wrong', () => {
    assert.match(
      refusal(minimal.replace('./store', '{ kind: s3, bucket: good-name, prefx: p }')),
      /store\.prefx: unknown key; did you mean "prefix"\?/,
    );
  });
});

describe('overrides', () => {
  const quick = `${minimal}quick:
  rounds: 1
  generators:
    - { name: rules, count: 10 }
  seeds:
    - { count: 4 }
`;

  it('leaves quick: out of a full run', () => {
    assert.equal(load(quick).config.rounds, 2);
    assert.equal(load(quick).config.name, 'small');
  });

  it('lays quick: over the file by key, name and position, under a name of its own', () => {
    const { config } = load(quick, { size: 'quick' });
    assert.equal(config.name, 'small-quick');
    assert.equal(config.rounds, 1);
    assert.deepEqual(config.generators, [
      { kind: 'symbolic', name: 'rules', slices: ['negation', 'quantifiers'], count: 10 },
    ]);
    assert.deepEqual(config.seeds, [{ kind: 'symbolic', slices: ['negation'], count: 4 }]);
  });

  it('sets single values after quick:, list entries by name or number', () => {
    const set = ['rounds=3', 'generators.rules.count=11', 'seeds.0.slices=[quantifiers]', 'budget.tokens=1000'];
    const { config } = load(quick, { size: 'quick', set, name: 'other' });
    assert.equal(config.rounds, 3);
    assert.equal(config.name, 'other');
    assert.equal(config.budget.tokens, 1000);
    assert.deepEqual(config.seeds, [{ kind: 'symbolic', slices: ['quantifiers'], count: 4 }]);
    assert.equal(config.generators[0]?.kind === 'symbolic' && config.generators[0].count, 11);
  });

  it('says what is wrong with an override', () => {
    assert.match(refusal(minimal, { size: 'quick' }), /no quick: part/);
    assert.match(refusal(minimal, { set: ['rounds'] }), /--set rounds: expected path=value/);
    assert.match(refusal(minimal, { set: ['generators.ruls.count=1'] }), /"ruls" is no entry of that list/);
    assert.match(refusal(minimal, { set: ['roundz=1'] }), /roundz: unknown key; did you mean "rounds"/);
  });
});

describe('a bad campaign file', () => {
  it('is answered with every bad field at once, each with its line', () => {
    const message = refusal(
      minimal.replace('seed: 7', 'seed: seven').replace('count: 40', 'cuont: 40').replace('task: nli', 'task: nlp'),
    );
    assert.match(message, /^campaign\.yaml has 4 bad fields \(.*campaign\.yaml\):/);
    assert.match(message, /line 3, task: found "nlp", expected one of nli, math/);
    assert.match(message, /line 4, seed: found "seven", expected a number\. Every random choice/);
    assert.match(message, /line 10, generators\[0\]\.count: missing, expected a number\. Candidates a round/);
    assert.match(message, /line 10, generators\[0\]\.cuont: unknown key; did you mean "count"\?/);
  });

  it('keeps the lines of what neither quick nor --set changed', () => {
    const bad = `${minimal.replace('seed: 7', 'seed: seven')}quick: { rounds: none }\n`;
    const message = refusal(bad, { size: 'quick', set: ['selection.accept=few'] });
    assert.match(message, /^ {2}line 4, seed: found "seven"/m);
    assert.match(message, /^ {2}rounds: found "none"/m);
    assert.match(message, /^ {2}selection\.accept: found "few"/m);
  });

  const cases: readonly [string, string, RegExp][] = [
    [
      'no seeds',
      minimal.replace(/seeds:\n.*\n/, 'seeds: []\n'),
      /seeds: found \[\], expected a list of at least 1 entry/,
    ],
    [
      'a seed file that is not there',
      withSeedFile('missing.jsonl'),
      /seeds\[0\]\.path: no such file: .*missing\.jsonl/,
    ],
    ['an empty seed file', withSeedFile('empty.jsonl'), /seeds\[0\]\.path: the file is empty/],
    [
      'a field the task has not',
      withSeedFile('rows.jsonl', 'premise: p, hypotesis: h'),
      /map\.hypotesis: no field of this task; did you mean "hypothesis"/,
    ],
    [
      'a field that is needed',
      withSeedFile('rows.jsonl', 'label: l'),
      /seeds\[0\]\.map: nothing is mapped to premise; add premise: COLUMN/,
    ],
    [
      'a slice the task has not',
      minimal.replace('[negation]', '[negatoin]'),
      /seeds\[0\]\.slices\[0\]: found "negatoin", no slice of nli; did you mean "negation"/,
    ],
    [
      'two generators of one name',
      withGenerator('{ kind: symbolic, name: rules, slices: [negation], count: 1 }'),
      /generators\[1\]\.name: "rules" is already the name of generators\[0\]/,
    ],
    [
      'a generator named seeds',
      withGenerator('{ kind: symbolic, name: seeds, slices: [negation], count: 1 }'),
      /"seeds" names the imported seeds/,
    ],
    [
      'an unknown kind',
      withGenerator('{ kind: symbols, name: x }'),
      /generators\[1\]\.kind: found "symbols", expected one of symbolic, file, llm/,
    ],
    [
      'a language model without endpoint',
      withGenerator('{ kind: llm, name: x, requests: 2 }'),
      /generators\[1\]\.endpoint: missing, expected a mapping\. Where requests go: \{url: embedded/,
    ],
    [
      'a key in the open',
      withGenerator('{ kind: llm, name: x, requests: 2, endpoint: { url: "http://x/v1", model: m, apiKey: sk-123 } }'),
      /endpoint\.apiKey: found "sk-123", expected env:NAME/,
    ],
    [
      'agreement that cannot be reached',
      withGenerator(
        '{ kind: llm, name: x, requests: 2, solver: { attempts: 2, agreement: 3 }, endpoint: { url: embedded, model: m } }',
      ),
      /solver\.agreement: found 3, expected at most attempts \(2\)/,
    ],
    [
      'agreement that cannot be reached on rows of a file',
      withGenerator(
        '{ kind: file, name: x, count: 2, sources: [{ kind: file, path: a.jsonl, map: {} }], solver: { attempts: 1, endpoint: { url: embedded, model: m } } }',
      ),
      /solver\.agreement: found 2, expected at most attempts \(1\)/,
    ],
    [
      'a solver of rows of a file that nobody serves',
      withGenerator(
        '{ kind: file, name: x, count: 2, sources: [{ kind: file, path: a.jsonl, map: {} }], solver: { endpoint: { model: m } } }',
      ),
      /generators\[1\]\.solver\.endpoint: found neither url nor servers/,
    ],
    [
      'an endpoint that nobody serves',
      withGenerator('{ kind: llm, name: x, requests: 2, endpoint: { model: m } }'),
      /generators\[1\]\.endpoint: found neither url nor servers/,
    ],
    [
      'an endpoint with one server and several',
      withGenerator(
        '{ kind: llm, name: x, requests: 2, endpoint: { model: m, url: embedded, servers: [{ url: "http://x/v1" }] } }',
      ),
      /endpoint: found both url and servers/,
    ],
    [
      'a batch route to the embedded model',
      withGenerator('{ kind: llm, name: x, requests: 2, endpoint: { model: m, url: embedded, route: batch } }'),
      /endpoint\.route: the embedded model has no batch interface/,
    ],
    [
      'a price table without the model that is asked',
      `${withGenerator('{ kind: llm, name: x, requests: 2, endpoint: { model: big-modle, url: "http://x/v1" } }')}prices: { version: "1", models: { big-model: { input: 1, output: 2 } } }\n`,
      /generators\[1\]\.endpoint\.model: no price for "big-modle"; add it to prices\.models \(did you mean "big-model"\?\), or drop/,
    ],
    [
      'a price table without any model',
      `${withGenerator('{ kind: llm, name: x, requests: 2, endpoint: { model: big, url: "http://x/v1" } }')}prices: { version: "1", models: {} }\n`,
      /endpoint\.model: no price for "big"; add it to prices\.models, or drop prices/,
    ],
    [
      'a limit of cost without prices',
      `${minimal}budget: { cost: 10 }\n`,
      /budget\.cost: a limit of cost needs `prices`/,
    ],
    [
      'personas that no policy reads',
      withGenerator(
        '{ kind: llm, name: x, requests: 2, fewShots: { personas: p.txt }, endpoint: { model: m, url: embedded } }',
      ),
      /fewShots\.personas: only policy: persona reads this file; found policy pool/,
    ],
    [
      'semantic decontamination without a benchmark',
      `${minimal}decontamination: { semantic: { endpoint: { url: embedded, model: m } } }\n`,
      /decontamination\.semantic: there is no benchmark to compare with/,
    ],
    [
      'a trainer without a program',
      `${minimal}student: { kind: command, model: m }\n`,
      /student\.command: found none, expected program and arguments, or a template that has them: trl, llama-factory/,
    ],
    [
      'a configuration file that nobody writes',
      `${minimal}student: { kind: command, model: m, command: [trl, '{{config_file}}'] }\n`,
      /student\.command: \{\{config_file\}\} is written by a template; add one of trl/,
    ],
    [
      'a configuration file that nobody reads',
      `${minimal}student: { kind: command, model: m, template: trl, command: [trl, sft] }\n`,
      /student\.command: nothing reads the configuration of the template trl; add \{\{config_file\}\}/,
    ],
    [
      'settings that change nothing',
      `${minimal}student: { kind: command, model: m, command: [train], settings: { a: 1 } }\n`,
      /student\.settings: there is no template whose configuration they could change/,
    ],
    [
      'settings that follow from the run',
      `${minimal}student: { kind: command, model: m, template: axolotl, settings: { output_dir: /mine } }\n`,
      /student\.settings\.output_dir: follows from the run and is set for you; remove it/,
    ],
    [
      'data in a form that the template does not read',
      `${minimal}student: { kind: command, model: m, template: llama-factory, dataFormat: prompt-completion }\n`,
      /student\.dataFormat: found prompt-completion, expected what llama-factory reads: messages/,
    ],
    [
      'an unknown placeholder in the command',
      `${minimal}student: { kind: command, model: m, command: [train, '{{trainfile}}'] }\n`,
      /student\.command\[1\]: unknown placeholder \{\{trainfile\}\}; did you mean "train_file"/,
    ],
    [
      'an unknown placeholder in settings',
      `${minimal}student: { kind: command, model: m, template: trl, settings: { deepspeed: '{{data}}/z.json' } }\n`,
      /student\.settings\.deepspeed: unknown placeholder \{\{data\}\}/,
    ],
    [
      'a path that begins in a variable that is not set',
      minimal.replace(
        '{ kind: symbolic, slices: [negation], count: 12 }',
        "{ kind: file, path: '${HERE}/x.jsonl', map: { premise: p } }",
      ),
      /seeds\[0\]\.path: the environment variable HERE is not set; set it to the folder that holds x\.jsonl/,
    ],
    [
      "a secret in the trainer's environment",
      `${minimal}student: { kind: command, model: m, command: [train], environment: { HF_TOKEN: abc } }\n`,
      /student\.environment\.HF_TOKEN: looks like a secret; write env:HF_TOKEN/,
    ],
    [
      "a secret in the trainer's settings",
      `${minimal}student: { kind: command, model: m, template: trl, settings: { hub_token: abc, pad_token: x } }\n`,
      /has 1 bad field[^]*student\.settings\.hub_token: looks like a secret, which settings would write/,
    ],
    [
      'a benchmark named twice',
      `${minimal}benchmarks:\n${'  - { name: b, distribution: out, sources: [{ kind: symbolic, slices: [negation], count: 2 }] }\n'.repeat(2)}`,
      /benchmarks\[1\]\.name: "b" is already/,
    ],
    ['one key twice', `${minimal}rounds: 3\n`, /no valid YAML or JSON: Map keys must be unique at line 12/],
    ['a list at the top', '- a\n', /expected a mapping with name, task/],
  ];
  for (const [name, text, expected] of cases) {
    it(`names ${name}`, () => {
      writeFileSync(join(folder, 'empty.jsonl'), '');
      writeFileSync(join(folder, 'rows.jsonl'), '{}\n');
      assert.match(refusal(text), expected);
    });
  }

  it('names a campaign file that is not there', () => {
    assert.throws(() => loadCampaign(join(folder, 'no.yaml')), {
      type: 'InvalidConfig',
      message: /there is no such file/,
    });
  });
});

function withSeedFile(path: string, map = 'premise: p'): string {
  return minimal.replace(
    / {2}- \{ kind: symbolic, slices: \[negation\], .*/,
    `  - { kind: file, path: ${path}, map: { ${map} } }`,
  );
}

function withGenerator(generator: string): string {
  return minimal.replace('selection:', `  - ${generator}\nselection:`);
}

describe('prompts', () => {
  const writer = (fewShots: string) =>
    minimal.replace(
      /  - \{ kind: symbolic, name: rules.*/,
      `  - { kind: llm, name: writer, endpoint: { url: embedded, model: m }, requests: 1, fewShots: ${fewShots} }`,
    );
  const withPrompts = (prompts: string) => `${minimal}prompts:\n${prompts}\n`;

  it('are files beside the campaign file', () => {
    writeFileSync(join(folder, 'mine.md'), 'right');
    const { config } = load(withPrompts('  nli-label: ./mine.md'));
    assert.deepEqual(config.prompts, { 'nli-label': join(folder, 'mine.md') });
  });

  it('are refused by name: an unknown template, a missing file, a file that the task cannot ask with', () => {
    assert.match(
      refusal(withPrompts('  nli-lable: ./mine.md')),
      /line 13, prompts\.nli-lable: no template of this task; did you mean "nli-label"\?/,
    );
    assert.match(refusal(withPrompts('  nli-label: ./absent.md')), /prompts\.nli-label: no such file: .*absent\.md/);
    writeFileSync(join(folder, 'wrong.md'), 'wrong');
    assert.match(
      refusal(withPrompts('  nli-label: ./wrong.md')),
      /line 13, prompts\.nli-label: .*wrong\.md, line 2: not right/,
    );
  });

  it('have a place for personas where the few-shots have them', () => {
    writeFileSync(join(folder, 'mine.md'), 'right');
    const campaign = `${writer('{ policy: persona }')}prompts: { nli-generation: ./mine.md }\n`;
    assert.match(refusal(campaign), /generators\[0\]\.fewShots\.policy: .*mine\.md has no place for \{\{persona\}\}/);
    writeFileSync(join(folder, 'mine.md'), 'right {{persona}}');
    assert.equal(load(campaign).config.name, 'small');
  });

  it('take personas from a file with at least one', () => {
    const campaign = writer('{ policy: persona, personas: ./people.txt }');
    assert.match(refusal(campaign), /fewShots\.personas: no such file: .*people\.txt/);
    writeFileSync(join(folder, 'people.txt'), '# nobody\n\n');
    assert.match(refusal(campaign), /fewShots\.personas: .*people\.txt holds no persona/);
    writeFileSync(join(folder, 'people.txt'), 'a cook\n');
    assert.equal(load(campaign).config.name, 'small');
  });
});

it('a task that makes no samples by rule refuses symbolic sources, and says what to use', () => {
  assert.match(
    refusal(minimal.replace('task: nli', 'task: summarization')),
    /seeds\[0\]\.slices: summarization makes no samples by rule; use kind: file/,
  );
});
