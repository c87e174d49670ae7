// TRL itself on a tiny random model: DIFFRACT_PYTHON names an interpreter that has it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { liveTrainer, missingProgram, programBeside, tinySettings } from '../../helpers/live-trainers.ts';
import type { LiveTrainer } from '../../helpers/live-trainers.ts';

describe('TRL', { skip: missingProgram('trl') }, () => {
  let live: LiveTrainer;
  before(async () => {
    live = await liveTrainer('qwen2');
  });
  after(() => live.remove());

  const program = {
    template: 'trl',
    command: [programBeside('trl'), 'sft', '--config', '{{config_file}}'],
    dataFormat: 'prompt-completion',
    settings: { ...tinySettings, dtype: 'float32', max_length: 128 },
  } as const;

  it('ends as an undisturbed run does after it was killed in the middle', async () => {
    const undisturbed = await (await live.train('undisturbed', program)).toTheEnd();
    const { student, resumedFromStep } = await (await live.train('killed', program)).killedAt(25);
    assert.ok(resumedFromStep >= 20 && resumedFromStep < 59, `resumed from step ${resumedFromStep}`);
    assert.equal(student.steps, 60);
    assert.ok(student.lastLoss < student.firstLoss);
    assert.ok(
      Math.abs(student.lastLoss - undisturbed.lastLoss) <= 1e-5,
      `${student.lastLoss}, ${undisturbed.lastLoss}`,
    );
    const names = student.files.map(({ path }) => path);
    assert.ok(names.includes('model.safetensors') && names.includes('tokenizer.json'), names.join(', '));
  });
});
