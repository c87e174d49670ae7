import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printedProgress } from '../../../adapters/trainer/command/printed-progress.ts';
import { summarize } from '../../../adapters/trainer/command/progress-entry.ts';

const bar = (step: number, total: number): string =>
  `\r ${Math.round((100 * step) / total)}%|█▊        | ${step}/${total} [00:06<00:19,  2.06it/s]`;

describe('what a Hugging Face trainer prints', () => {
  it('is read alike from transformers 4, which prints numbers, and 5, which prints texts', () => {
    const four = `${bar(5, 60)}\n{'loss': 4.078, 'grad_norm': 1.735, 'learning_rate': 0.000396, 'epoch': 2.92}\n`;
    const five = `${bar(5, 60)}    {'loss': '4.078', 'grad_norm': '1.735', 'epoch': '2.917'}\n`;
    const expected = { step: 5, totalSteps: 60, loss: 4.078, checkpoint: null };
    assert.deepEqual(printedProgress(four).at(-1), expected);
    assert.deepEqual(printedProgress(five.replace('    {', '\r{')).at(-1), expected);
  });

  it('is no bar of other work, and no summary at the end', () => {
    const text = [
      'Tokenizing train dataset: 100%|██████████| 24/24 [00:00<00:00, 2100.10 examples/s]',
      '\rWriting model shards: 100%|██████████| 1/1 [00:00<00:00, 1309.49it/s]',
      bar(20, 60),
      // An evaluation in the middle.
      bar(3, 9),
      "\n{'eval_loss': '2.5', 'epoch': '1'}",
      "\n{'train_runtime': '2.021', 'train_loss': '4.327', 'epoch': '5'}\n",
    ].join('');
    assert.deepEqual(printedProgress(text), [{ step: 20, totalSteps: 60, loss: null, checkpoint: null }]);
  });

  it('tells from where on a loss is no number, however that is written', () => {
    const lines = [
      "{'loss': 2.5}",
      "{'loss': nan}",
      "{'loss': '1.5'}",
      "{'loss': 'inf'}",
      "{'loss': -inf}",
      "{'loss': 'nan'}",
    ];
    const text = lines.map((line, index) => `${bar(index + 1, 60)}\n${line}\n`).join('');
    const { firstLoss, loss, notFinite } = summarize(printedProgress(text))!;
    assert.deepEqual([firstLoss, loss], [2.5, 1.5]);
    assert.deepEqual(notFinite, { reports: 4, inARow: 3, since: 4 });
  });
});
