// Grades by a program of the user's: pairs as JSON lines on its stdin, one verdict a line on its stdout.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { GradedPair, Pair, PairGrader } from './pair-grader.ts';

export interface CommandGraderOptions {
  /** As on a command line: words between blanks, with quotes around blanks. It is not run by a shell. */
  readonly command: string;
  /** Between two verdicts; the first one includes the program's start. */
  readonly limitSeconds: number;
}

/** @throws {PermanentError} `InvalidConfig` for a command without words or with an open quote */
export function createCommandGrader({ command, limitSeconds }: CommandGraderOptions): PairGrader {
  const [program, ...words] = wordsOf(command);
  if (program === undefined)
    throw new PermanentError(
      FailureType.InvalidConfig,
      'The command of the grader is empty; expected PROGRAM ARGUMENTS.',
    );
  return { name: `command ${command}`, grade: (pairs) => gradeBy({ program, words, limitSeconds }, pairs) };
}

/** @throws {PermanentError} `InvalidConfig` for a quote that is not closed */
export function wordsOf(command: string): readonly string[] {
  const words: string[] = [];
  let rest = command.trim();
  while (rest !== '') {
    const word = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest)?.[0];
    if (word === undefined || /^["']/.test(rest.slice(word.length)))
      throw new PermanentError(FailureType.InvalidConfig, `A quote is not closed in the command: ${command}`);
    words.push(word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}

interface Run {
  readonly program: string;
  readonly words: readonly string[];
  readonly limitSeconds: number;
}

async function* gradeBy(run: Run, pairs: AsyncIterable<Pair>): AsyncGenerator<GradedPair> {
  const child = spawn(run.program, run.words, { stdio: ['pipe', 'pipe', 'pipe'] });
  const end = endOf(child);
  const clock = startClock(child, run.limitSeconds);
  try {
    const feeding = feed(child, pairs, clock);
    // Awaited below; a failure before that must not count as unhandled.
    feeding.catch(() => undefined);
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      if (clock.received() < 0) throw misbehaved(run, `wrote a line more than the ${clock.sent} pairs it was given`);
      yield verdictOf(run, line, clock.sent - clock.due);
    }
    const { code, failure, lastWords } = await end;
    if (failure !== null) throw notStarted(run, failure);
    if (clock.overran)
      throw misbehaved(run, `wrote no verdict for ${run.limitSeconds} seconds and was ended${lastWords}`);
    if (code !== 0) throw misbehaved(run, `ended with ${code === null ? 'a signal' : `exit code ${code}`}${lastWords}`);
    if (!clock.hasEnded) throw misbehaved(run, `ended before it had read all pairs${lastWords}`);
    await feeding;
    if (clock.due > 0)
      throw misbehaved(run, `wrote ${clock.sent - clock.due} lines for ${clock.sent} pairs and ended${lastWords}`);
  } finally {
    clock.stop();
    child.kill('SIGKILL');
  }
}

/** Writes no faster than the program reads. */
async function feed(
  { stdin }: ChildProcessWithoutNullStreams,
  pairs: AsyncIterable<Pair>,
  clock: Clock,
): Promise<void> {
  // A program that ended reads no more; its exit code says why.
  stdin.on('error', () => undefined);
  try {
    for await (const { response, answer } of pairs) {
      if (stdin.destroyed) return;
      clock.wasSent();
      // Called when the line has left, and also when it never can.
      await new Promise((resolve) => stdin.write(`${JSON.stringify({ response, answer })}\n`, resolve));
    }
  } finally {
    stdin.end();
    clock.inputEnded();
  }
}

type Clock = ReturnType<typeof startClock>;

/** Ends the program when it owes something and has written nothing for too long. */
function startClock(child: ChildProcessWithoutNullStreams, limitSeconds: number) {
  let [sent, due, ended, overran] = [0, 0, false, false];
  let since = performance.now();
  const check = (): void => {
    if ((due === 0 && !ended) || performance.now() - since <= 1000 * limitSeconds) return;
    overran = true;
    child.kill('SIGKILL');
  };
  const timer = setInterval(check, Math.min(1000, 100 * limitSeconds));
  return {
    get sent() {
      return sent;
    },
    get due() {
      return due;
    },
    /** Everything was sent, or reading the pairs failed. */
    get hasEnded() {
      return ended;
    },
    get overran() {
      return overran;
    },
    wasSent() {
      if (due === 0) since = performance.now();
      [sent, due] = [sent + 1, due + 1];
    },
    /** What is still due; below 0 for a line too many. */
    received(): number {
      since = performance.now();
      return (due -= 1);
    },
    inputEnded() {
      if (due === 0) since = performance.now();
      ended = true;
    },
    stop: () => clearInterval(timer),
  };
}

interface End {
  readonly code: number | null;
  /** Why it could not be started. */
  readonly failure: Error | null;
  readonly lastWords: string;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<End> {
  let messages = '';
  let failure: Error | null = null;
  child.on('error', (error) => (failure = error));
  child.stderr.on('data', (data: Buffer) => (messages = `${messages}${data.toString()}`.slice(-2000)));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const last = messages.trim().split('\n').slice(-3).join(' | ');
      resolve({ code, failure, lastWords: last === '' ? '' : `; its last words: ${last}` });
    });
  });
}

function verdictOf(run: Run, line: string, number: number): GradedPair {
  const verdict = parsed(line);
  if (typeof verdict?.['correct'] !== 'boolean') {
    const shown = line.length > 80 ? `${line.slice(0, 80)}...` : line;
    throw misbehaved(run, `wrote ${JSON.stringify(shown)} as line ${number}; expected {"correct": true or false, ...}`);
  }
  const { correct, extracted, reason } = verdict;
  return {
    correct,
    extracted: typeof extracted === 'string' ? extracted : null,
    reason: typeof reason === 'string' ? reason : correct ? 'equal' : 'different',
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function notStarted({ program }: Run, cause: Error): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `The grader ${program} could not be started (${cause.message}). Check the name, and give the path of a program that is not on PATH.`,
    { cause },
  );
}

function misbehaved({ program }: Run, what: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidData,
    `The grader ${program} ${what}. It has to write one JSON object a line for every line that it reads, in their order, and flush each.`,
  );
}
