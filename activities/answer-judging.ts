// A judge's word on the answers of two systems to the same prompts, asked through the response log: both orders of every pair,
// or a rating of each answer.

import type { LanguageModelUse } from '../contracts/campaign.ts';
import type { TokenUse } from '../contracts/status.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import type { PairVerdict } from '../tasks/answer-judging.ts';
import {
  pairwiseMessages,
  pairwiseTemplate,
  readPairVerdict,
  readRating,
  singleMessages,
  singleTemplate,
} from '../tasks/answer-judging.ts';
import type { Message } from '../tasks/task.ts';
import { askAll, wholeText } from './asking.ts';
import type { Answer } from './asking.ts';
import type { ChunkWork } from './chunks.ts';
import type { OpinionPorts } from './opinions.ts';
import type { Prompt } from './prompts.ts';
import { loadPrompt } from './prompts.ts';

export interface AnswerPair {
  readonly id: string;
  readonly prompt: string;
  /** '' where there is none. */
  readonly reference: string;
  readonly first: string;
  readonly second: string;
}

export interface AnswerJudging {
  readonly pairs: readonly AnswerPair[];
  readonly judge: LanguageModelUse;
  readonly form: 'pairs' | 'ratings';
  /** The file of a template that replaces the built-in one, absolute. */
  readonly template: string | null;
}

export interface JudgedPair {
  readonly id: string;
  /** Null where the judge said nothing readable of one of the two. */
  readonly verdict: PairVerdict | null;
  /** What was read of its two answers; null where nothing was. `second` of a verdict is the second system in either order. */
  readonly read: readonly [PairVerdict | number | null, PairVerdict | number | null];
  /** Of a pair without a verdict: what came in place of one. */
  readonly problem: string | null;
}

export interface JudgedPairs {
  readonly judged: readonly JudgedPair[];
  /** Which text the judge was asked with, such as `pairwise-judge/1`. */
  readonly template: string;
  readonly tokens: TokenUse;
}

/** Pairs whose answers are asked for before anything is said of progress. */
const pairsAtOnce = 32;

/** Ratings that lie closer than this are a tie. */
const tieWidth = 0.1;

/**
 * @throws {PermanentError} `InvalidData` when nothing readable came of any pair; `RequestRefused` when every request was refused
 * @throws {TransientError} when the server must be given time; what was answered is in the log
 */
export async function judgeAnswers(
  ports: OpinionPorts,
  { pairs, judge, form, template: path }: AnswerJudging,
  { store, signal, onProgress }: Pick<ChunkWork, 'store' | 'signal'> & { readonly onProgress: (done: number) => void },
): Promise<JudgedPairs> {
  const template = await loadPrompt(form === 'pairs' ? pairwiseTemplate : singleTemplate, path, ports.promptFiles);
  const role = { stage: 'judge-answers', generator: 'judge', use: judge, prices: null, key: 'judge-answers' };
  const judged: JudgedPair[] = [];
  let tokens = noTokens;
  for (let start = 0; start < pairs.length; start += pairsAtOnce) {
    const some = pairs.slice(start, start + pairsAtOnce);
    const questions = some.flatMap((pair) =>
      messagesOf(pair, form, template).map((messages, side) => ({ id: `${pair.id}/${side}`, messages, choices: 1 })),
    );
    const answered = await askAll(ports, role, questions, { store, signal });
    tokens = addTokens(tokens, answered.tokens);
    const answerOf = (id: string, side: number) => answered.answers.get(`${id}/${side}`)?.[0];
    judged.push(...some.map(({ id }) => judgedPair(id, form, [answerOf(id, 0), answerOf(id, 1)])));
    onProgress(judged.length);
  }
  if (judged.every(({ verdict }) => verdict === null)) throw nothingReadable(judged, judge.endpoint.model, form);
  return { judged, template: template.label, tokens };
}

/** The second question of a pair shows the answers in the other order; of ratings, it shows the second answer. */
function messagesOf(pair: AnswerPair, form: AnswerJudging['form'], template: Prompt): (readonly Message[])[] {
  const { first, second } = pair;
  if (form === 'ratings') return [first, second].map((answer) => singleMessages(template, pair, answer));
  return [pairwiseMessages(template, pair, first, second), pairwiseMessages(template, pair, second, first)];
}

function judgedPair(
  id: string,
  form: AnswerJudging['form'],
  answers: readonly [Answer | undefined, Answer | undefined],
): JudgedPair {
  const [one = '', other = ''] = answers.map((answer) => (answer === undefined ? '' : wholeText(answer)));
  const read =
    form === 'pairs'
      ? ([readPairVerdict(one), turned(readPairVerdict(other))] as const)
      : ([readRating(one), readRating(other)] as const);
  const unread = answers[read.indexOf(null)];
  const problem = read.includes(null) ? problemOf(unread) : null;
  return { id, verdict: verdictOf(read), read, problem };
}

function turned(verdict: PairVerdict | null): PairVerdict | null {
  if (verdict === 'first') return 'second';
  return verdict === 'second' ? 'first' : verdict;
}

/** Orders that disagree are a tie, as in MT-bench. */
function verdictOf([one, other]: JudgedPair['read']): PairVerdict | null {
  if (one === null || other === null) return null;
  if (typeof one !== 'number' || typeof other !== 'number') return one === other ? (one as PairVerdict) : 'tie';
  if (Math.abs(one - other) <= tieWidth) return 'tie';
  return one > other ? 'first' : 'second';
}

function problemOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'no answer';
  if (answer.kind === 'failure') return `${answer.reason}: ${answer.detail}`;
  if (answer.choice.finishReason === 'length') return 'the answer was cut short';
  return `no verdict in: ${answer.choice.content.replace(/\s+/g, ' ').trim().slice(-120)}`;
}

function nothingReadable(judged: readonly JudgedPair[], model: string, form: AnswerJudging['form']): PermanentError {
  const expected = form === 'pairs' ? '[[A]], [[B]] or [[C]]' : 'a rating such as [[8]]';
  return new PermanentError(
    FailureType.InvalidData,
    `The judge "${model}" gave no readable verdict on any of ${judged.length} pairs; expected ${expected}. ` +
      `The first one: ${judged[0]?.problem ?? 'there are no pairs'}. Use a more capable model, more --max-tokens or another --prompt.`,
  );
}
