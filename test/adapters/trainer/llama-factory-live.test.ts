// LLaMA-Factory itself on a tiny random model: DIFFRACT_PYTHON names an interpreter that has it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { liveTrainer, missingProgram, programBeside, tinySettings } from '../../helpers/live-trainers.ts';
import type { LiveTrainer } from '../../helpers/live-trainers.ts';

describe('LLaMA-Factory', { skip: missingProgram('llamafactory-cli') }, () => {
  let live: LiveTrainer;
  before(async () => {
    live = await liveTrainer('qwen2');
  });
  after(() => live.remove());

  const program = {
    template: 'llama-factory',
    command: [programBeside('llamafactory-cli'), 'train', '{{config_file}}'],
    dataFormat: 'messages',
    settings: { ...tinySettings, cutoff_len: 128, template: 'qwen' },
  } as const;

  it('ends as an undisturbed run does after it was killed in the middle', async () => {
    const undisturbed = await (await live.train('undisturbed', program)).toTheEnd();
    const { student, resumedFromStep } = await (await live.train('killed', program)).killedAt(25);
    assert.ok(resumedFromStep >= 20 && resumedFromStep < 59, `resumed from step ${resumedFromStep}`);
    assert.equal(student.steps, 60);
    assert.ok(
      Math.abs(student.lastLoss - undisturbed.lastLoss) <= 1e-5,
      `${student.lastLoss}, ${undisturbed.lastLoss}`,
    );
    assert.ok(student.files.some(({ path }) => path === 'model.safetensors'));
  });
});
