// Studies as a person handles them: started or adopted, followed page by page.

import { WorkflowFailedError, WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { OpenStore } from '../../activities/ports/store.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { CampaignContext } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { Query, studyWorkflowId } from '../../contracts/messages.ts';
import type { FanOutStatus } from '../../contracts/status.ts';
import type { StudyConfig, StudyInput, StudyProgress } from '../../contracts/study.ts';
import { connectTemporal, type TemporalAddress } from './connect.ts';
import { failureText } from './failure-text.ts';
import { startOrAdopt } from './start-or-adopt.ts';

export interface StudyView extends StudyProgress {
  readonly state: 'running' | 'completed' | 'failed';
  readonly failure: string | null;
  /** Rows of the stage under way that are done, of all its rows; null between stages. */
  readonly live: { readonly done: number; readonly total: number } | null;
  /** What retries of a pending activity fail of; null where all is well. */
  readonly trouble: string | null;
}

export interface Studies {
  /** @throws {PermanentError} `CampaignConflict` when another configuration runs under that name */
  start(study: StudyConfig): Promise<{ readonly workflowId: string; readonly adopted: boolean }>;
  /**
   * How it stands; null before its first step.
   * @throws {PermanentError} `RequestRefused` when the server knows no study of that name
   */
  status(name: string): Promise<StudyView | null>;
  /** One file of the report as it is: `report.html` or `report.json`. */
  readReport(view: StudyView, report: ArtifactRef, path: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export async function connectStudies(
  address: TemporalAddress,
  openStore: OpenStore,
  seconds: number,
): Promise<Studies> {
  const { client, close } = await connectTemporal(address, seconds);
  return {
    start: (study) => start(client, study),
    status: (name) => viewOf(client, name),
    async readReport({ context }, report, path) {
      const store = await openStore(context.store);
      const part = (await store.readManifest(report)).parts.find((one) => one.path === path);
      if (part !== undefined) return store.readPart(part);
      throw new PermanentError(FailureType.MissingArtifact, `Report ${report.manifest} holds no file ${path}.`);
    },
    close,
  };
}

function start(client: Client, study: StudyConfig) {
  const { name, task, seed, store } = study;
  const workflowId = studyWorkflowId(name);
  // Names of the store belong to a campaign or a study: they must not meet.
  const context: CampaignContext = { campaign: workflowId, task, seed, store, prompts: {} };
  const input: StudyInput<never> = { study, context, carried: null };
  return startOrAdopt(client, {
    workflow: 'study',
    workflowId,
    name,
    config: study,
    input,
    summary: `${task} study ${name}: ${study.recipes.length} mechanisms, ${study.students.length} students`,
    remedy: 'Give this one another name, or wait for the end of that one.',
  });
}

async function viewOf(client: Client, name: string): Promise<StudyView | null> {
  const handle = client.workflow.getHandle(studyWorkflowId(name));
  const { status, raw } = await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new PermanentError(FailureType.RequestRefused, `No study named ${name} on this server.`, { cause: error });
  });
  const progress = await handle.query<StudyProgress>(Query.Study).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) throw error;
    // Its first workflow task is not done yet, or a worker is being restarted.
    return null;
  });
  if (progress === null) return null;
  if (status.name !== 'RUNNING' && status.name !== 'CONTINUED_AS_NEW') {
    const failure = await failureOf(handle);
    return { ...progress, state: failure === null ? 'completed' : 'failed', failure, live: null, trouble: null };
  }
  const child = progress.child === null ? null : client.workflow.getHandle(progress.child);
  const pending = [...(raw.pendingActivities ?? []), ...(await pendingOf(child))];
  const trouble = pending.flatMap(({ lastFailure }) => lastFailure?.message ?? []).at(-1) ?? null;
  return { ...progress, state: 'running', failure: null, live: await liveOf(child), trouble };
}

async function failureOf(handle: WorkflowHandle): Promise<string | null> {
  try {
    await handle.result();
    return null;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return failureText(error);
    throw error;
  }
}

async function liveOf(child: WorkflowHandle | null): Promise<StudyView['live']> {
  const status = await child?.query<FanOutStatus>(Query.FanOut).catch(() => null);
  return status ? { done: status.rowsDone, total: status.rows } : null;
}

async function pendingOf(child: WorkflowHandle | null) {
  const description = await child?.describe().catch(() => null);
  return description?.raw.pendingActivities ?? [];
}
