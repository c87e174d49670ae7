// The campaign files that name the papers' students: they load once their data is there, say what is missing until then, and
// render all that the training program is told.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { campaignFileAt } from '../../cli/campaign-file.ts';
import { trainerPreview, trainerText } from '../../cli/trainer-preview.ts';
import { loadCampaign } from '../../config/load.ts';
import { PermanentError } from '../../contracts/failures.ts';
import type { CommandTrainerConfig } from '../../contracts/trainers.ts';
import { taskNames } from '../../contracts/samples.ts';
import { knowledgeOf } from '../../tasks/knowledge.ts';
import { taskNamed } from '../../tasks/registry.ts';

const presets = fileURLToPath(new URL('../../presets', import.meta.url));
const names = readdirSync(presets).map((file) => file.replace(/\.yaml$/, ''));
const tasks = Object.fromEntries(taskNames.map((name) => [name, knowledgeOf(taskNamed(name))]));

let data: string;
before(() => {
  data = mkdtempSync(join(tmpdir(), 'diffract-presets-'));
  for (const name of names) {
    for (const [, path = ''] of readFileSync(campaignFileAt(`preset:${name}`), 'utf8').matchAll(
      /\$\{DIFFRACT_DATA\}\/([\w./-]+)/g,
    )) {
      const file = /\.jsonl?$/.test(path) ? join(data, path) : join(data, path, 'train.jsonl');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '{}\n');
    }
  }
});
after(() => rmSync(data, { recursive: true }));

const load = (name: string, environment: Record<string, string>) =>
  loadCampaign(campaignFileAt(`preset:${name}`), { tasks, environment }).config;

function studentOf(name: string): CommandTrainerConfig & { hardware: string } {
  const { student } = load(name, { DIFFRACT_DATA: data });
  assert.ok(student?.kind === 'command' && student.hardware !== undefined, `${name} says what machine it wants`);
  return { ...student, hardware: student.hardware };
}

for (const name of names) {
  describe(`the preset ${name}`, () => {
    it('names every file that has to be brought', () => {
      assert.throws(() => load(name, {}), {
        type: 'InvalidConfig',
        message:
          /seeds\[0\]\.path: the environment variable DIFFRACT_DATA is not set; set it to the folder that holds m/,
      });
      assert.throws(() => load(name, { DIFFRACT_DATA: '/nowhere' }), /seeds\[0\]\.path: no such f\w+: \/nowhere\/m/);
    });

    it('loads where they are, under its own name', () => {
      const { name: loaded, student } = load(name, { DIFFRACT_DATA: data });
      assert.equal(loaded, name);
      assert.equal(student?.kind, 'command');
    });

    it('renders the whole configuration of its training program', () => {
      const config = load(name, { DIFFRACT_DATA: data });
      const preview = trainerPreview(config, { environment: { DIFFRACT_TRAINING_FOLDER: '/runs' } });
      const { settings, model } = studentOf(name);
      const written = parse(preview!.configuration!, { version: '1.1' }) as Record<string, unknown>;
      for (const [key, value] of Object.entries(settings)) assert.deepEqual(written[key], value, key);
      assert.equal(written['model_name_or_path'], model);
      assert.equal(written['output_dir'], '/runs/run/output');
      assert.match(trainerText(preview!), /started as\n {2}\S+.* \/runs\/run\/config\.yaml/);
    });

    it('marks its own choices', () => {
      const text = readFileSync(campaignFileAt(`preset:${name}`), 'utf8');
      assert.match(text, /settings: # all ours/);
      assert.match(text, /seed: 7 # ours/);
    });
  });
}

describe('the presets', () => {
  it('are the students of the papers', () => {
    assert.deepEqual(names.sort(), ['llama-2', 'longt5', 'primera', 'prismmath-7b']);
    const models = names.map((name) => studentOf(name).model);
    assert.deepEqual(models, [
      'meta-llama/Llama-2-7b-chat-hf',
      'google/long-t5-tglobal-base',
      'allenai/PRIMERA',
      'Qwen/Qwen2.5-Math-7B',
    ]);
  });

  it('holds what the paper of PrismMath-7B states', () => {
    const { generators, benchmarks, selection, sketch } = load('prismmath-7b', { DIFFRACT_DATA: data });
    const [generator] = generators;
    assert.ok(generator?.kind === 'llm');
    assert.equal(generator.solver.endpoint.model, 'deepseek-ai/DeepSeek-R1-Distill-Qwen-32B');
    assert.deepEqual(generator.solver.sampling, { temperature: 0.75, topP: 0.95, maxTokens: 20_000 });
    assert.deepEqual([generator.solver.attempts, generator.solver.agreement], [3, 2]);
    assert.deepEqual([selection.clusterShare, selection.sparseShare, sketch.p ** 2], [0.01, 0.5, 1024]);
    const held = benchmarks.map(({ name }) => name);
    const expected = ['math500', 'aime24', 'aime25', 'amc23', 'math-squared', 'olympiadbench', 'gsm8k-platinum'];
    assert.deepEqual(held, expected);
  });

  it('are found by name, and an unknown name is met with the nearest', () => {
    assert.throws(
      () => campaignFileAt('preset:prismath-7b'),
      (error) => {
        return (
          error instanceof PermanentError && /no preset "prismath-7b"; did you mean "prismmath-7b"/.test(error.message)
        );
      },
    );
    assert.equal(campaignFileAt('examples/math.yaml'), 'examples/math.yaml');
  });
});
