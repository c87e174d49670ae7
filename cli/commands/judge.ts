// diffract judge: which of two systems answers better, by the word of a language model.

import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { AnswerPair, JudgedPairs } from '../../activities/answer-judging.ts';
import { percent, plural, range } from '../../core/report/format.ts';
import { adjustedWinRate, lengthControlledWinRate } from '../../core/scoring/win-rates.ts';
import type { WinRate } from '../../core/scoring/win-rates.ts';
import { readAnswerPairs } from '../answer-pairs.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { printResult } from '../context.ts';
import { UsageError } from '../exit.ts';
import { wholeNumber } from '../options.ts';
import { textTable } from '../text-table.ts';

interface JudgeOptions extends JsonOption {
  readonly endpoint: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly store?: string;
  readonly single?: true;
  readonly prompt?: string;
  readonly maxTokens: number;
  readonly draws: number;
  readonly seed: string;
}

export function addJudge(program: Command, context: CommandContext): void {
  program
    .command('judge')
    .description(
      'ask a language model which of two systems answers better; reads rows {prompt, prediction, reference?}',
    )
    .argument('<first>', 'data file with the answers of one system')
    .argument('<second>', 'data file with those of the other, matched by id where both have one, else row by row')
    .requiredOption('--endpoint <url>', 'base URL of an OpenAI-compatible server, or embedded')
    .requiredOption('--model <model>', 'the judge')
    .option('--api-key <env:NAME>', 'the environment variable that holds the key of the server')
    .option(
      '--store <folder>',
      'where its answers are kept, so that none is paid for twice (default: in the state folder)',
    )
    .option('--single', 'rate each answer from 1 to 10 in place of comparing pairs in both orders')
    .option('--prompt <file>', 'a template in place of the built-in pairwise-judge or single-judge')
    .option('--max-tokens <count>', 'of one answer of the judge', wholeNumber, 1024)
    .option('--draws <count>', 'bootstrap draws behind an interval', wholeNumber, 1000)
    .option('--seed <text>', 'names the random numbers of the draws', 'judge')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract judge ours.jsonl theirs.jsonl --endpoint http://localhost:8000/v1 --model qwen2.5-72b --json\n\n' +
        'Orders that disagree count as a tie. Pairs without a readable verdict are left out and counted.',
    )
    .action((first: string, second: string, options: JudgeOptions) => judge([first, second], options, context));
}

async function judge(
  [first, second]: readonly [string, string],
  options: JudgeOptions,
  context: CommandContext,
): Promise<void> {
  const { services, terminal, signal } = context;
  const pairs = await readAnswerPairs(first, second, context);
  const judging = {
    pairs,
    judge: useOf(options),
    form: options.single === true ? ('ratings' as const) : ('pairs' as const),
    template: options.prompt === undefined ? null : resolve(options.prompt),
  };
  const path = resolve(options.store ?? join(services.stateFolder, 'judge'));
  const onProgress = (done: number) => {
    terminal.progress(`Judged ${done} of ${pairs.length} ...`);
  };
  const found = await services.askJudge({ kind: 'directory', path }, judging, { onProgress, signal });
  const result = resultOf(pairs, found, options);
  printResult(context, options, { judge: options.model, form: judging.form, ...result }, describe(result));
}

function useOf({ endpoint: url, model, apiKey, maxTokens }: JudgeOptions) {
  if (!/^(embedded|https?:\/\/\S+)$/.test(url))
    throw new UsageError('--endpoint is the base URL of a server, or embedded.');
  const server = { url, weight: 1, ...(apiKey !== undefined && { apiKey }) };
  return {
    endpoint: { model, servers: [server], route: 'chat' as const },
    sampling: { temperature: 0, topP: 1, maxTokens },
  };
}

interface Result {
  readonly template: string;
  readonly pairs: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Pairs whose two orders named different systems; among the ties. */
  readonly disagreements: number;
  readonly errors: number;
  readonly winRate: WinRate;
  readonly lengthControlled: WinRate & { readonly form: string };
  readonly tokens: JudgedPairs['tokens'];
  readonly items: JudgedPairs['judged'];
}

function resultOf(
  pairs: readonly AnswerPair[],
  { judged, template, tokens }: JudgedPairs,
  { draws, seed }: JudgeOptions,
): Result {
  const decisions = judged.flatMap(({ verdict }, place) => {
    const pair = pairs[place];
    if (verdict === null || pair === undefined) return [];
    const lengthDifference = lengthOf(pair.first) - lengthOf(pair.second);
    return [{ win: { first: 1, second: 0, tie: 0.5 }[verdict], lengthDifference }];
  });
  const count = (verdict: string | null) => judged.filter((one) => one.verdict === verdict).length;
  const opposed = judged.filter(({ read }) => read.includes('first') && read.includes('second'));
  return {
    template,
    pairs: judged.length,
    wins: count('first'),
    ties: count('tie'),
    losses: count('second'),
    disagreements: opposed.length,
    errors: count(null),
    winRate: adjustedWinRate(decisions, { key: seed, draws }),
    lengthControlled: {
      form: 'minimal: tanh of the standardised length difference, and the system',
      ...lengthControlledWinRate(decisions, { key: seed, draws }),
    },
    tokens,
    items: judged,
  };
}

/** In characters, as AlpacaEval counts. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function describe({ pairs, wins, ties, losses, disagreements, errors, ...rest }: Result): string {
  const row = (name: string, { rate, low, high }: WinRate) => [name, percent(rate), range([low, high], percent)];
  const table = textTable(
    ['Of the first system', 'rate', '95 % interval'],
    [row('win rate, ties half', rest.winRate), row('length controlled (minimal form)', rest.lengthControlled)],
  );
  return [
    `${plural(pairs, 'pair')}, template ${rest.template}: ${wins} won, ${ties} tied (in ${disagreements} the orders disagree), ${losses} lost, ${errors} without a readable verdict`,
    table,
  ].join('\n');
}
