// Replays recorded histories against today's workflow bundle, without a server.

import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

export const historiesFolder = fileURLToPath(new URL('../histories/', import.meta.url));
export const workflowBundlePath = fileURLToPath(new URL('../../build/workflow-bundle.js', import.meta.url));

export interface RecordedEvent {
  eventType: string;
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
}

export interface RecordedHistory {
  events: [RecordedEvent & { workflowExecutionStartedEventAttributes: { workflowId: string } }, ...RecordedEvent[]];
}

export async function recordedHistories(): Promise<string[]> {
  return (await readdir(historiesFolder)).filter((name) => name.endsWith('.json')).sort();
}

/** A history as `scripts/record-histories.ts` wrote it: protobuf's own JSON. */
export async function readHistory(name: string): Promise<RecordedHistory> {
  return JSON.parse(await readFile(`${historiesFolder}${name}`, 'utf8')) as RecordedHistory;
}

/** @throws {DeterminismViolationError} when today's workflows would not have made this history */
export async function replay(history: RecordedHistory): Promise<void> {
  quiet();
  // Ids of children derive from the workflow's own, which a replay takes from here.
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  await Worker.runReplayHistory({ workflowBundle: { codePath: workflowBundlePath } }, history, workflowId);
}

let installed = false;

function quiet(): void {
  if (installed) return;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  installed = true;
}
