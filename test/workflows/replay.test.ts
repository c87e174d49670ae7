// Every workflow, replayed from recorded histories: a change that would break running campaigns fails here first.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHistory, recordedHistories, replay, type RecordedEvent } from '../helpers/replay.ts';

describe('recorded histories', async () => {
  const names = await recordedHistories();

  it('cover the start, a round and the end of campaigns with and without a model, fan-outs of most kinds, training, evaluations and studies', () => {
    const all = names.join(' ');
    const needed = [
      'campaign-0',
      'campaign-1',
      'campaign-2',
      'fan-out-sketch',
      'model-campaign-1',
      'fan-out-generate-rules',
      'fan-out-generate-writer',
      'fan-out-attempt',
      'fan-out-evaluate',
      'training',
      'evaluation-0',
      'study-0',
      'study-1',
      'fan-out-trials',
    ];
    for (const part of needed) assert.match(all, new RegExp(part));
  });

  for (const name of names) {
    it(`${name} replays on today's workflows`, async () => {
      await replay(await readHistory(name));
    });
  }

  it('do not replay once a step is missing', async () => {
    const history = await readHistory(needle(names, 'campaign-1'));
    history.events.splice(history.events.findIndex(isScheduled), 1);
    await assert.rejects(replay(history));
  });

  it('do not replay once an activity has another name', async () => {
    const history = await readHistory(needle(names, 'campaign-1'));
    const event = history.events.find(isScheduled);
    event!.activityTaskScheduledEventAttributes!.activityType.name = 'somethingElse';
    await assert.rejects(replay(history), { name: 'DeterminismViolationError' });
  });

  it('hold no argument or result over 8 KB', async () => {
    for (const name of names) {
      for (const size of payloadSizes(await readHistory(name)))
        assert.ok(size <= 8192, `${name}: a payload of ${size} bytes`);
    }
  });
});

function isScheduled({ eventType }: RecordedEvent): boolean {
  return eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED';
}

function needle(names: readonly string[], part: string): string {
  const name = names.find((one) => one.includes(part));
  assert.ok(name, `no history of ${part}`);
  return name;
}

function payloadSizes(value: unknown): number[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'data' && typeof inner === 'string' ? [Buffer.from(inner, 'base64').length] : payloadSizes(inner),
  );
}
