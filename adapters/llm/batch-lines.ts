// The lines of the files that a vendor's batch interface takes and gives back, keyed by `custom_id`.

import { z } from 'zod';
import type { BatchAnswer, ChatRequest } from '../../activities/ports/language-model.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { chatBody } from './chat-body.ts';
import type { RequestForms } from './chat-body.ts';
import { readChatAnswer } from './chat-answer.ts';

export interface BatchRequest {
  readonly customId: string;
  readonly request: ChatRequest;
}

// The vendors' own limits of one file.
const MOST_REQUESTS = 50_000;
const MOST_BYTES = 200_000_000;

/** @throws {PermanentError} `RequestRefused` beyond the vendors' limits, and where two requests share an id */
export function batchInput(requests: readonly BatchRequest[], forms: RequestForms): Buffer {
  if (requests.length === 0) throw refused('it has no requests');
  if (requests.length > MOST_REQUESTS) {
    throw refused(`it has ${requests.length} requests and a file holds ${MOST_REQUESTS} at most; file fewer at once`);
  }
  if (new Set(requests.map(({ customId }) => customId)).size < requests.length) {
    throw refused('two of its requests have the same id, by which answers could not be told apart');
  }
  const lines: Buffer[] = [];
  let size = 0;
  for (const { customId, request } of requests) {
    const body = chatBody(request, {}, forms);
    const line = { custom_id: customId, method: 'POST', url: '/v1/chat/completions', body };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    size += bytes.length;
    if (size > MOST_BYTES) {
      throw refused(
        `its first ${lines.length + 1} of ${requests.length} requests take more than ${MOST_BYTES} bytes, ` +
          'which a file holds at most; file fewer at once',
      );
    }
    lines.push(bytes);
  }
  return Buffer.concat(lines, size);
}

const OutputLine = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown().optional() }).nullish(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** What a line of the output or error file says. `requests` holds those filed, for answers that come without usage. */
export function readOutput(file: Buffer, requests: ReadonlyMap<string, ChatRequest>): readonly BatchAnswer[] {
  return linesOf(file).map((line) => {
    const { custom_id: customId, response, error } = parseLine(line);
    if (response?.status_code !== 200) {
      const said = error?.message ?? error?.code ?? JSON.stringify(response?.body ?? null);
      const status = response ? `HTTP ${response.status_code}: ` : '';
      return { customId, failure: `${status}${said}`.slice(0, LONGEST_FAILURE) };
    }
    const request = requests.get(customId) ?? NO_REQUEST;
    const reading = readChatAnswer(JSON.stringify(response.body ?? null), request);
    if (reading.ok) return { customId, response: reading.response };
    return { customId, failure: `unusable answer: ${reading.problem}` };
  });
}

const InputLine = z.object({
  custom_id: z.string(),
  body: z.object({
    model: z.string(),
    messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  }),
});

/** The requests of a file that was filed, as far as counting their tokens needs them. */
export function readInput(file: Buffer): ReadonlyMap<string, ChatRequest> {
  const requests = new Map<string, ChatRequest>();
  for (const line of linesOf(file)) {
    const { custom_id: customId, body } = InputLine.parse(JSON.parse(line));
    requests.set(customId, { ...NO_REQUEST, ...body });
  }
  return requests;
}

const LONGEST_FAILURE = 500;

const NO_REQUEST: ChatRequest = {
  model: '',
  messages: [],
  sampling: { temperature: 1, topP: 1, maxTokens: 1 },
  seed: 0,
};

// Line by line, because a whole file may be longer than the longest string.
function linesOf(file: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < file.length;) {
    const end = file.indexOf(0x0a, start);
    const stop = end < 0 ? file.length : end;
    const line = file.toString('utf8', start, stop).trim();
    if (line !== '') lines.push(line);
    start = stop + 1;
  }
  return lines;
}

function parseLine(line: string): z.infer<typeof OutputLine> {
  try {
    return OutputLine.parse(JSON.parse(line));
  } catch (error) {
    throw new PermanentError(
      FailureType.InvalidData,
      `A line of the vendor's batch output is not {custom_id, response, error}: ${line.slice(0, 200)}`,
      { cause: error },
    );
  }
}

function refused(problem: string): PermanentError {
  return new PermanentError(FailureType.RequestRefused, `This batch cannot be filed: ${problem}.`);
}
