// What orchestration costs: for one finished campaign, the wall time of its workflow over the time in which at least one
// of its activities ran; and the size of its histories. Reads the histories of a server that still has them:
//   node --import tsx bench/orchestration.bench.ts CAMPAIGN       (TEMPORAL_ADDRESS, or the local stack's state folder)

import type { Client } from '@temporalio/client';
import { connectTemporal, temporalAddress } from '../adapters/temporal/connect.ts';
import { campaignWorkflowId } from '../contracts/messages.ts';
import { startStack } from '../workers/stack.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

type Events = NonNullable<Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']>;

const campaign = process.argv[2] ?? 'embedded';
const given = temporalAddress();
const stack = given === null ? await startStack({ stateFolder: '.diffract', onEvent: () => undefined }) : null;
const { client, close } = await connectTemporal(given ?? { address: stack?.address ?? '', namespace: 'default' }, 30);
try {
  await report(client);
} finally {
  await close();
  await stack?.stop();
}

async function report(temporal: Client): Promise<void> {
  const parent = campaignWorkflowId(campaign);
  const histories = new Map<string, Events[]>();
  const spans: Span[] = [];
  for await (const { workflowId, runId, startTime, closeTime } of temporal.workflow.list({
    query: `WorkflowId STARTS_WITH '${parent}'`,
  })) {
    if (workflowId !== parent && !workflowId.startsWith(`${parent}/`)) continue;
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.set(workflowId, [...(histories.get(workflowId) ?? []), events ?? []]);
    if (workflowId === parent && closeTime) spans.push({ from: startTime.getTime(), to: closeTime.getTime() });
  }
  print('workflow', 'runs', 'most events a run', 'largest payload in bytes');
  for (const [name, runs] of [...histories].sort(([a], [b]) => a.localeCompare(b))) {
    const events = Math.max(...runs.map((run) => run.length));
    print(name, runs.length, events, Math.max(...runs.flatMap(payloadSizes)));
  }
  const wall = covered(spans);
  const working = covered([...histories.values()].flat().flatMap(activitySpans));
  print(
    `wall ${(wall / 1000).toFixed(1)} s`,
    `activities ${(working / 1000).toFixed(1)} s`,
    `ratio ${(wall / working).toFixed(3)}`,
  );
}

function activitySpans(events: Events): Span[] {
  const starts = new Map<string, number>();
  const found: Span[] = [];
  for (const event of events) {
    const moment = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
    if (event.activityTaskStartedEventAttributes) starts.set(String(event.eventId), moment);
    const from = starts.get(String(event.activityTaskCompletedEventAttributes?.startedEventId));
    if (from !== undefined) found.push({ from, to: moment });
  }
  return found;
}

/** Milliseconds that the spans cover together; an overlap counts once. */
function covered(spans: readonly Span[]): number {
  let sum = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return sum;
}

function payloadSizes(value: unknown): number[] {
  if (value instanceof Uint8Array) return [value.length];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(payloadSizes);
}

function print(...cells: (string | number)[]): void {
  process.stdout.write(`${cells.join('  ')}\n`);
}
