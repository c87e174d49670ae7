// The batch route: what is missing is filed with the vendor as one batch, which Temporal waits for without a worker. The log
// says in which batch a request was filed, so that whoever needs it next collects that batch instead of filing another.

import { TransientError } from '../contracts/failures.ts';
import type { Asked } from './asking-at-once.ts';
import { reportProgress } from './heartbeat.ts';
import type { BatchEndpoint, BatchHandle, BatchState } from './ports/language-model.ts';
import { answerEvents, type BookedRequest, type RequestBook } from './request-book.ts';
import { momentId, type LoggedFiling } from './request-record.ts';

/** Seconds between two looks at a batch: a tenth of its age, within these. */
const pollSeconds = { least: 30, most: 600 };

/**
 * @returns null: a batch says nothing of what a server honours
 * @throws {TransientError} while a batch is under way, with the time after which to look again
 */
export async function askByBatch({ book, model, groups, signal }: Asked): Promise<null> {
  const requests = groups.flat();
  const { release } = await book.claim(requests);
  try {
    let open = book.openAmong(requests);
    if (open.length === 0) return null;
    const { batch } = await model();
    const running: Running[] = [];
    for (const filing of filingsOf(book, open)) {
      const state = await batch.poll(filing.batch, signal);
      if (state.state === 'running') running.push({ filing, state });
      else await collect(book, batch, { filing, state, requests: open, signal });
    }
    open = book.openAmong(requests);
    const unfiled = open.filter(({ hash }) => book.recordOf(hash).filed === null);
    reportProgress({ done: requests.length - open.length, total: requests.length });
    if (unfiled.length > 0) running.push(await file(book, batch, { requests: unfiled, signal }));
    if (running.length > 0) throw stillRunning(running);
    return null;
  } finally {
    release();
  }
}

type Filing = LoggedFiling & { readonly id: string };

interface Running {
  readonly filing: Filing;
  readonly state: BatchState;
}

interface Filed {
  readonly requests: readonly BookedRequest[];
  readonly signal: AbortSignal;
}

/** The batches that may still answer some of these, each once. */
function filingsOf(book: RequestBook, requests: readonly BookedRequest[]): Filing[] {
  const filings = requests.flatMap(({ hash }) => book.recordOf(hash).filed ?? []);
  return [...new Map(filings.map((filing) => [filing.batch.id, filing])).values()];
}

/** Logs what a batch answered, under an id that follows from the batch: collected twice, it is logged once. */
async function collect(
  book: RequestBook,
  batch: BatchEndpoint,
  { filing, state, requests, signal }: Running & Pick<Filed, 'requests' | 'signal'>,
): Promise<void> {
  const id = `${filing.id}/collected`;
  const asked = new Map(requests.map((one) => [one.hash, one]));
  const answers = await batch.collect(filing.batch, signal);
  const answered = answers.flatMap((answer) => {
    if (!('response' in answer)) return [];
    const { customId, response } = answer;
    const booked = asked.get(customId);
    if (booked === undefined) return [];
    return answerEvents([booked], response.choices.slice(0, 1), response.usage);
  });
  const failures = new Map(answers.flatMap((one) => ('failure' in one ? [[one.customId, one.failure] as const] : [])));
  const heard = new Set(answered.map(({ hash }) => hash));
  const silent = requests.filter(
    ({ hash }) => !heard.has(hash) && book.recordOf(hash).filed?.batch.id === filing.batch.id,
  );
  const silences = silent.map(({ hash }) => {
    const silence = `batch ${filing.batch.id} ended without a word on this request (${state.detail})`;
    const detail = failures.get(hash) ?? silence;
    return { hash, event: { kind: 'unanswered', batch: filing.batch, detail } as const };
  });
  await book.append([...answered, ...silences].map((event) => ({ ...event, id })));
}

async function file(book: RequestBook, batch: BatchEndpoint, { requests, signal }: Filed): Promise<Running> {
  const handle: BatchHandle = await batch.submit(
    requests.map(({ hash, request }) => ({ customId: hash, request })),
    signal,
    requests.flatMap(({ hash }) => book.recordOf(hash).ended),
  );
  const filing = { kind: 'filed', batch: handle, at: Date.now() } as const;
  const id = momentId();
  await book.append(requests.map(({ hash }) => ({ hash, id, event: filing })));
  const state = { state: 'running', completed: 0, total: requests.length, detail: 'filed' } as const;
  return { filing: { ...filing, id }, state };
}

function stillRunning(running: readonly Running[]): TransientError {
  const said = running.map(
    ({ filing: { batch }, state: { completed, total, detail } }) =>
      `batch ${batch.id}: ${completed} of ${total} answered (${detail})`,
  );
  const youngest = Math.max(...running.map(({ filing }) => filing.at));
  const tenth = (Date.now() - youngest) / 10_000;
  const retryAfterSeconds = Math.round(Math.min(pollSeconds.most, Math.max(pollSeconds.least, tenth)));
  return new TransientError(said.join('; '), { retryAfterSeconds });
}
