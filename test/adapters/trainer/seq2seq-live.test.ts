// Our own program for encoder-decoder students on tiny random models: DIFFRACT_PYTHON names an interpreter with transformers.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { liveTrainer, missingProgram, tinySettings } from '../../helpers/live-trainers.ts';

const serverProgram = fileURLToPath(
  new URL('../../../adapters/trainer/command/programs/serve-seq2seq.py', import.meta.url),
);
const interpreter = process.env['DIFFRACT_PYTHON'] ?? '';

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly usage: { readonly prompt_tokens: number };
}

describe('the program for encoder-decoder students', { skip: missingProgram(basename(interpreter)) }, () => {
  const program = {
    template: 'seq2seq',
    command: [interpreter, '{{program}}', '{{config_file}}'],
    dataFormat: 'prompt-completion',
    settings: { ...tinySettings, max_source_length: 64, max_target_length: 32 },
  } as const;

  it('ends an LED model as an undisturbed run does after it was killed in the middle', async () => {
    const live = await liveTrainer('led');
    try {
      const undisturbed = await (await live.train('undisturbed', program)).toTheEnd();
      const { student, resumedFromStep } = await (await live.train('killed', program)).killedAt(25);
      assert.ok(resumedFromStep >= 20 && resumedFromStep < 59, `resumed from step ${resumedFromStep}`);
      assert.equal(student.steps, 60);
      assert.ok(student.lastLoss < student.firstLoss);
      const difference = Math.abs(student.lastLoss - undisturbed.lastLoss);
      assert.ok(difference <= 1e-5, `${student.lastLoss}, ${undisturbed.lastLoss}`);
    } finally {
      await live.remove();
    }
  });

  it('trains a LongT5 model', async () => {
    const live = await liveTrainer('longt5');
    try {
      const student = await (await live.train('longt5', program)).toTheEnd();
      assert.equal(student.steps, 60);
      assert.ok(student.lastLoss < student.firstLoss);
    } finally {
      await live.remove();
    }
  });
  it('is served so that its answers can be asked for as of any other student', async () => {
    const live = await liveTrainer('longt5');
    const server = spawn(interpreter, [serverProgram, live.model, 'tiny', '--port', '0'], {
      env: { ...process.env, OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const told = String(await new Promise((resolve) => server.stdout.once('data', resolve)));
      const url = /http\S+/.exec(told)?.[0] ?? '';
      const post = (body: object) => fetch(`${url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
      const messages = [{ role: 'user', content: 'What is 2 + 2?' }];
      const request = { model: 'tiny', messages, temperature: 0, max_tokens: 8 };
      const first = (await (await post(request)).json()) as Answer;
      const again = (await (await post(request)).json()) as Answer;
      assert.deepEqual(first.choices, again.choices);
      assert.ok(['length', 'stop'].includes(first.choices[0]!.finish_reason));
      assert.equal(first.usage.prompt_tokens, 15);
      const drawn = (await (await post({ ...request, temperature: 1, n: 3, seed: 1 })).json()) as Answer;
      assert.equal(new Set(drawn.choices.map(({ message }) => message.content)).size, 3);
      assert.equal((await post({ ...request, logprobs: true })).status, 400);
      const models = (await (await fetch(`${url}/models`)).json()) as { data: { id: string }[] };
      assert.deepEqual(
        models.data.map(({ id }) => id),
        ['tiny'],
      );
    } finally {
      server.kill('SIGKILL');
      await live.remove();
    }
  });
});
