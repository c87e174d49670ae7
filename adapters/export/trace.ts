// Where one sample or reject came from, followed back to the seeds through the artifacts alone.

import type { Store } from '../../activities/ports/store.ts';
import type { TableRef } from '../../contracts/artifacts.ts';
import type { Lineage, Reject, Sample } from '../../contracts/samples.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { readCampaign } from './campaign-artifacts.ts';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import { rejectsOf } from './rejects.ts';

export interface Traced {
  readonly id: string;
  readonly lineage: Lineage;
  /** Absent for a reject that never became a sample. */
  readonly sample?: Omit<Sample, 'id' | 'lineage'>;
}

export interface Trace {
  readonly campaign: string;
  readonly id: string;
  /** A candidate may be rejected in one round and its like accepted in another; an id is one or the other. */
  readonly outcome: 'in the pool' | 'rejected';
  /** Where and why it was turned away, and what it was, as JSON; null for what is in the pool. */
  readonly rejection: (Omit<Reject, 'id'> & { readonly round: number }) | null;
  /** Null where the artifacts hold no trace of how a reject was made. */
  readonly found: Traced | null;
  /** The pool samples it was made after, and those that they were made after, down to imports; the nearest first. */
  readonly ancestors: readonly Traced[];
  /** Few-shots that are not in the pool. */
  readonly missing: readonly string[];
  /** What was asked of language models for it. */
  readonly requests: readonly TracedRequest[];
}

export interface TracedRequest {
  readonly role: 'generator' | 'solver';
  readonly model: string;
  readonly hash: string;
  /** Whether the store still has the answer. */
  readonly answerKept: boolean;
}

/** @throws {PermanentError} `MissingArtifact` when the campaign has neither sample nor reject of that id */
export async function traceSample(store: Store, campaign: string, id: string): Promise<Trace> {
  const made = await readCampaign(store, campaign);
  const inPool = (await samplesOf(store, made.pool, new Set([id]))).get(id);
  const rejected = inPool === undefined ? await rejectOf(store, made, id) : null;
  if (inPool === undefined && rejected === null) throw unknown(campaign, id);
  const found = inPool ?? (rejected === null ? null : await rejectedOrigin(store, made, rejected));
  const { ancestors, missing } = await ancestorsOf(store, made.pool, found);
  return {
    ...{ campaign, id, found, ancestors, missing },
    outcome: inPool === undefined ? 'rejected' : 'in the pool',
    rejection: rejected === null ? null : withoutId(rejected),
    requests: await requestsOf(store, found?.lineage),
  };
}

/** One pass over the pool for every generation of few-shots; their number is that of the rounds at most. */
async function ancestorsOf(
  store: Store,
  pool: TableRef<'samples'>,
  first: Traced | null,
): Promise<Pick<Trace, 'ancestors' | 'missing'>> {
  const ancestors = new Map<string, Traced>();
  const missing: string[] = [];
  let wanted = new Set(first?.lineage.fewShots ?? []);
  while (wanted.size > 0) {
    const samples = await samplesOf(store, pool, wanted);
    const next = new Set<string>();
    for (const id of wanted) {
      const sample = samples.get(id);
      if (sample === undefined) missing.push(id);
      else ancestors.set(id, sample);
      sample?.lineage.fewShots.forEach((shot) => next.add(shot));
    }
    wanted = new Set([...next].filter((id) => !ancestors.has(id) && !missing.includes(id)));
  }
  return { ancestors: [...ancestors.values()], missing };
}

async function samplesOf(
  store: Store,
  pool: TableRef<'samples'>,
  ids: ReadonlySet<string>,
): Promise<Map<string, Traced>> {
  const found = new Map<string, Traced>();
  for await (const part of store.readTable(pool)) {
    for (const { id, lineage, ...sample } of part) if (ids.has(id)) found.set(id, { id, lineage, sample });
    if (found.size === ids.size) break;
  }
  return found;
}

type Rejection = Reject & { readonly round: number };

async function rejectOf(store: Store, made: CampaignArtifacts, id: string): Promise<Rejection | null> {
  for await (const { round, rejects } of rejectsOf(store, made)) {
    const found = rejects.find((reject) => reject.id === id);
    if (found !== undefined) return { ...found, round };
  }
  return null;
}

/** A rejected sample carries its lineage; a piece of a draft that could not be read has that of the draft. */
async function rejectedOrigin(store: Store, made: CampaignArtifacts, reject: Rejection): Promise<Traced | null> {
  const item = itemOf(reject);
  if (item !== null) return item;
  const draftIds = [reject.id, reject.id.replace(/\.\d+$/, '')];
  const round = made.rounds.filter((record) => record.round === reject.round);
  for (const { output } of round.flatMap(({ results }) => results)) {
    if (output.kind !== 'drafts') continue;
    for await (const part of store.readTable({ ...output, kind: 'drafts' })) {
      const draft = part.find(({ id }) => draftIds.includes(id));
      if (draft !== undefined) return { id: reject.id, lineage: draft.lineage };
    }
  }
  return null;
}

function itemOf({ id, item }: Reject): Traced | null {
  const value: unknown = JSON.parse(item);
  if (typeof value !== 'object' || value === null || !('lineage' in value)) return null;
  const { id: _, lineage, ...sample } = value as Sample;
  return { id, lineage, ...('prompt' in sample ? { sample } : {}) };
}

async function requestsOf(store: Store, lineage: Lineage | undefined): Promise<TracedRequest[]> {
  const { model, requestHash, solver } = lineage ?? {};
  const asked = (role: TracedRequest['role'], by: string, hash: string) => ({ role, model: by, hash });
  const requests = [
    ...(model === undefined || requestHash === undefined ? [] : [asked('generator', model, requestHash)]),
    ...(solver?.requestHashes ?? []).map((hash) => asked('solver', solver?.model ?? '', hash)),
  ];
  return Promise.all(
    requests.map(async (request) => {
      const log = store.responseLog(request.model);
      await log.refresh();
      return { ...request, answerKept: (await log.find(request.hash)).length > 0 };
    }),
  );
}

function withoutId({ id: _, ...rejection }: Rejection): Omit<Rejection, 'id'> {
  return rejection;
}

function unknown(campaign: string, id: string): PermanentError {
  return new PermanentError(
    FailureType.MissingArtifact,
    `Campaign ${campaign} has neither a sample nor a reject with the id "${id}". Ids stand in the column \`id\` of an export ` +
      'and of its rejects.',
  );
}
