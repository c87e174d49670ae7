// Campaigns as a person handles them: started or adopted, watched, steered, waited for.

import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';
import type { HeartbeatProgress } from '../../contracts/activities.ts';
import type { CampaignConfig, CampaignContext, StoreLocation } from '../../contracts/campaign.ts';
import { PermanentError } from '../../contracts/failures.ts';
import {
  campaignWorkflowId,
  Query,
  Update,
  type CampaignInput,
  type SetBudgetArguments,
  type StopArguments,
} from '../../contracts/messages.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { SearchAttribute } from '../../contracts/search-attributes.ts';
import type {
  CampaignOutcome,
  CampaignProgress,
  CampaignStatus,
  FanOutStatus,
  RoundRecord,
} from '../../contracts/status.ts';
import { fullStatus } from '../../core/plan/full-status.ts';
import type { OpenStore, Store } from '../../activities/ports/store.ts';
import { connectTemporal, type TemporalAddress } from './connect.ts';
import { failureText } from './failure-text.ts';
import { startOrAdopt } from './start-or-adopt.ts';

export type CampaignState = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated';

export interface CampaignView extends CampaignStatus {
  readonly state: CampaignState;
  readonly failure: string | null;
}

export interface LiveProgress extends HeartbeatProgress {
  /** The last failure of an activity that is being retried; null when none is. */
  readonly trouble: string | null;
}

export interface CampaignListing {
  readonly campaign: string;
  readonly state: CampaignState;
  readonly outcome: CampaignOutcome | null;
  /** The last round and stage that began; null before the first. */
  readonly round: number | null;
  readonly stage: string | null;
  /** Of a running one: why nothing moves, and what its retries fail of; null where all is well. */
  readonly waiting: string | null;
  readonly trouble: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
}

export interface Campaigns {
  /**
   * Starts the campaign, or adopts the one that runs under its name with the same configuration.
   * @throws {PermanentError} `CampaignConflict` when another configuration runs under that name
   */
  start(config: CampaignConfig): Promise<{ workflowId: string; adopted: boolean }>;
  /** Every campaign the server remembers, the newest first. */
  list(): Promise<readonly CampaignListing[]>;
  /** @throws {CampaignNotFound} */
  status(campaign: string): Promise<CampaignView>;
  /** Rows (or steps) of the current stage that are durable, and what its retries fail of; null between stages. */
  liveProgress(campaign: string): Promise<LiveProgress | null>;
  pause(campaign: string, reason: string): Promise<void>;
  resume(campaign: string): Promise<void>;
  setBudget(campaign: string, change: SetBudgetArguments): Promise<void>;
  stop(campaign: string, how?: StopArguments): Promise<void>;
  /** Waits for the end, however many runs it takes. */
  result(campaign: string): Promise<CampaignView>;
  /** Where its artifacts lie. @throws {CampaignNotFound} */
  storeOf(campaign: string): Promise<StoreLocation>;
  /** One file of an artifact, such as `report.html`. */
  readFile(campaign: string, artifact: ArtifactRef, path: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** No campaign of that name is known to the server. */
export class CampaignNotFound extends Error {}

export async function connectCampaigns(
  address: TemporalAddress,
  openStore: OpenStore,
  seconds = 15,
): Promise<Campaigns> {
  const { client, close } = await connectTemporal(address, seconds);
  const handleOf = (campaign: string) => client.workflow.getHandle(campaignWorkflowId(campaign));
  const update = (campaign: string, name: string, argument: unknown) =>
    found(campaign, () => handleOf(campaign).executeUpdate<void, [unknown]>(name, { args: [argument] }));
  const order = (campaign: string, name: string) =>
    found(campaign, () => handleOf(campaign).executeUpdate<void, []>(name));
  const storeOf = async (campaign: string): Promise<StoreLocation> => {
    const query = () => handleOf(campaign).query<CampaignProgress>(Query.Progress);
    return (await found(campaign, query)).context.store;
  };
  const view = (campaign: string) => found(campaign, () => viewOf(handleOf(campaign), openStore));
  return {
    start: (config) => start(client, config),
    list: () => list(client),
    status: view,
    liveProgress: (campaign) => found(campaign, () => liveProgress(client, handleOf(campaign))),
    pause: (campaign, reason) => update(campaign, Update.Pause, { reason }),
    resume: (campaign) => order(campaign, Update.Resume),
    setBudget: (campaign, change) => update(campaign, Update.SetBudget, change),
    stop: (campaign, how = { now: false }) => update(campaign, Update.Stop, how),
    async result(campaign) {
      await found(campaign, () => handleOf(campaign).result()).catch((error: unknown) => {
        if (!(error instanceof WorkflowFailedError)) throw error;
      });
      return view(campaign);
    },
    storeOf,
    readFile: async (campaign, artifact, path) => readPart(await openStore(await storeOf(campaign)), artifact, path),
    close,
  };
}

function start(client: Client, config: CampaignConfig): Promise<{ workflowId: string; adopted: boolean }> {
  const { name: campaign, task, seed, store, prompts } = config;
  const context: CampaignContext = { campaign, task, seed, store, prompts };
  const input: CampaignInput<never> = { config, context, carried: null };
  return startOrAdopt(client, {
    workflow: 'campaign',
    workflowId: campaignWorkflowId(campaign),
    name: campaign,
    config,
    input,
    summary: `${task} campaign ${campaign}: ${config.rounds} rounds`,
    remedy: `Give this one another name, or stop that one: diffract stop ${campaign}`,
  });
}

async function list(client: Client): Promise<CampaignListing[]> {
  const listings = new Map<string, Promise<CampaignListing>>();
  for await (const info of client.workflow.list({ query: "WorkflowType = 'campaign'" })) {
    const campaign = info.workflowId.slice(campaignWorkflowId('').length);
    // Runs of one campaign follow each other, newest first: the first one seen says how it stands.
    if (listings.has(campaign)) continue;
    listings.set(campaign, listingOf(client, campaign, info));
  }
  return Promise.all(listings.values());
}

async function listingOf(client: Client, campaign: string, info: WorkflowExecutionInfo): Promise<CampaignListing> {
  const { status, startTime, typedSearchAttributes } = info;
  const known = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  const textOf = (name: string) => (known.get(name) as string | undefined) ?? null;
  const state = stateNames[status.name] ?? 'running';
  return {
    campaign,
    state,
    outcome: textOf(SearchAttribute.Outcome) as CampaignOutcome | null,
    round: (known.get(SearchAttribute.Round) as number | undefined) ?? null,
    stage: textOf(SearchAttribute.Stage),
    ...(state === 'running' ? await hindrance(client, campaign) : { waiting: null, trouble: null }),
    startedAt: startTime.toISOString(),
  };
}

const ANSWER_MILLISECONDS = 3_000;

/** Asks the workers, which may be gone: a list must not hang for that. */
async function hindrance(client: Client, campaign: string): Promise<Pick<CampaignListing, 'waiting' | 'trouble'>> {
  const handle = client.workflow.getHandle(campaignWorkflowId(campaign));
  try {
    return await client.withDeadline(Date.now() + ANSWER_MILLISECONDS, async () => {
      const { waiting } = await handle.query<CampaignProgress>(Query.Progress);
      return { waiting, trouble: (await liveProgress(client, handle))?.trouble ?? null };
    });
  } catch {
    return { waiting: null, trouble: 'its workers do not answer' };
  }
}

async function viewOf(handle: WorkflowHandle, openStore: OpenStore): Promise<CampaignView> {
  const description = await handle.describe();
  const progress = await handle.query<CampaignProgress>(Query.Progress);
  const store = await openStore(progress.context.store);
  const status = await fullStatus(progress, (ref) => readRecord(store, ref));
  const state = stateNames[description.status.name] ?? 'running';
  return { ...status, state, failure: state === 'failed' ? await failureOf(handle) : null };
}

const stateNames: Readonly<Record<string, CampaignState>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

async function failureOf(handle: WorkflowHandle): Promise<string> {
  try {
    await handle.result();
    return '';
  } catch (error) {
    return failureText(error);
  }
}

async function liveProgress(client: Client, handle: WorkflowHandle): Promise<LiveProgress | null> {
  const { progress } = await handle.query<CampaignProgress>(Query.Progress);
  if (progress.child === null) return pendingWork(handle);
  const child = client.workflow.getHandle(progress.child);
  const status = await child.query<FanOutStatus>(Query.FanOut).catch(() => null);
  const pending = await pendingWork(child).catch(() => null);
  // Training is a child without chunks: what its one activity reports is all there is.
  if (status === null) return pending;
  const done = Math.min(status.rows, status.rowsDone + (pending?.done ?? 0));
  return { done, total: status.rows, trouble: pending?.trouble ?? null };
}

/** The sum of what pending activities last reported as durable, and the last of their failures. */
async function pendingWork(handle: WorkflowHandle): Promise<LiveProgress | null> {
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities ?? [];
  const reports = pending.flatMap(({ heartbeatDetails }) => (heartbeatDetails?.payloads ?? []).map(progressOf));
  const failure = pending.flatMap(({ lastFailure }) => lastFailure?.message ?? []).at(-1) ?? null;
  if (reports.length === 0 && failure === null) return null;
  const sum = reports.reduce((a, b) => ({ done: a.done + b.done, total: a.total + b.total }), { done: 0, total: 0 });
  return { ...sum, trouble: failure };
}

function progressOf({ data }: { data?: Uint8Array | null }): HeartbeatProgress {
  return JSON.parse(new TextDecoder().decode(data ?? undefined)) as HeartbeatProgress;
}

async function readRecord(store: Store, ref: ArtifactRef): Promise<RoundRecord> {
  return JSON.parse(new TextDecoder().decode(await readPart(store, ref, 'record.json'))) as RoundRecord;
}

async function readPart(store: Store, ref: ArtifactRef, path: string): Promise<Uint8Array> {
  const part = (await store.readManifest(ref)).parts.find((one) => one.path === path);
  if (part !== undefined) return store.readPart(part);
  throw new PermanentError('MissingArtifact', `Artifact ${ref.kind} ${ref.manifest} holds no file ${path}.`);
}

async function found<Result>(campaign: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refused(campaign, error);
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    // The server's words for an update that came too late.
    if (error.message.includes('already completed')) {
      throw new PermanentError('RequestRefused', `Campaign ${campaign} has ended; only a running one can be steered.`);
    }
    throw new CampaignNotFound(
      `No campaign named ${campaign} on this server; \`diffract status\` lists those there are.`,
      {
        cause: error,
      },
    );
  }
}

/** A validator of the workflow said no; its words are the cause's. */
function refused(campaign: string, error: WorkflowUpdateFailedError): PermanentError {
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  return new PermanentError('RequestRefused', `Campaign ${campaign} refused: ${reason}.`, { cause: error });
}
