// Evaluations as a person handles them: started or adopted, followed to their end.

import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { CampaignContext } from '../../contracts/campaign.ts';
import type { EvaluationConfig, EvaluationInput, EvaluationProgress } from '../../contracts/evaluation.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { evaluationWorkflowId, Query } from '../../contracts/messages.ts';
import { connectTemporal, type TemporalAddress } from './connect.ts';
import { failureText } from './failure-text.ts';
import { startOrAdopt } from './start-or-adopt.ts';

export type EvaluationState = 'running' | 'completed' | 'failed';

export interface EvaluationView extends EvaluationProgress {
  readonly state: EvaluationState;
  readonly failure: string | null;
  /** What retries of a pending activity fail of; null where all is well. */
  readonly trouble: string | null;
}

export interface Evaluations {
  /** @throws {PermanentError} `CampaignConflict` when another configuration runs under that name */
  start(config: EvaluationConfig): Promise<{ readonly workflowId: string; readonly adopted: boolean }>;
  /**
   * How it stands; null before its first step.
   * @throws {PermanentError} `RequestRefused` where it failed and answers no query any more
   */
  status(name: string): Promise<EvaluationView | null>;
  close(): Promise<void>;
}

export async function connectEvaluations(address: TemporalAddress, seconds: number): Promise<Evaluations> {
  const { client, close } = await connectTemporal(address, seconds);
  return {
    start: (config) => start(client, config),
    status: (name) => viewOf(client, client.workflow.getHandle(evaluationWorkflowId(name))),
    close,
  };
}

function start(client: Client, config: EvaluationConfig) {
  const { name, task, seed, store, prompts } = config;
  const context: CampaignContext = { campaign: name, task, seed, store, prompts };
  const input: EvaluationInput<never> = { config, context, carried: null };
  return startOrAdopt(client, {
    workflow: 'evaluation',
    workflowId: evaluationWorkflowId(name),
    name,
    config,
    input,
    summary: `${task} evaluation ${name}: ${config.students.length} students, ${config.benchmarks.length} benchmarks`,
    remedy: 'Give this one another name, or wait for the end of that one.',
  });
}

async function viewOf(client: Client, handle: WorkflowHandle): Promise<EvaluationView | null> {
  const { status } = await handle.describe();
  const progress = await handle.query<EvaluationProgress>(Query.Evaluation).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) throw error;
    // Its first workflow task is not done yet, or a worker is being restarted.
    return null;
  });
  if (status.name === 'RUNNING') {
    return progress === null
      ? null
      : { ...progress, state: 'running', failure: null, trouble: await troubleOf(client, handle.workflowId) };
  }
  try {
    const found = (await handle.result()) as EvaluationProgress;
    return { ...found, state: 'completed', failure: null, trouble: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (progress !== null) return { ...progress, state: 'failed', failure: failureText(error), trouble: null };
    // Whoever waits for an answer may wait for ever: the end is known, and what was graded before it lies in the store.
    throw new PermanentError(FailureType.RequestRefused, `The evaluation failed: ${failureText(error)}`, {
      cause: error,
    });
  }
}

/** Of the workflow itself and of the fan-out that it waits for. */
async function troubleOf(client: Client, workflowId: string): Promise<string | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const children = (raw.pendingChildren ?? []).map((child) => child.workflowId ?? '');
  const all = await Promise.all(
    [workflowId, ...children].map((id) =>
      client.workflow
        .getHandle(id)
        .describe()
        .then(({ raw: { pendingActivities } }) => pendingActivities ?? [])
        .catch(() => []),
    ),
  );
  return (
    all
      .flat()
      .flatMap(({ lastFailure }) => lastFailure?.message ?? [])
      .at(-1) ?? null
  );
}
