// diffract evaluate: every student of a file on every benchmark, compared row by row, with what others published beside it.

import type { Command } from 'commander';
import type { Evaluations, EvaluationView } from '../../adapters/temporal/evaluations.ts';
import { loadEvaluation } from '../../config/load-evaluation.ts';
import type { EvaluationConfig } from '../../contracts/evaluation.ts';
import { publishedNames, publishedTables } from '../../core/published/tables.ts';
import { knownTasks } from '../known-tasks.ts';
import { collected } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { differencesText, evaluationText, gradingText, publishedText, spentText } from '../evaluation-tables.ts';
import { ExitCode, isRefusedConnection } from '../exit.ts';
import { joinSession, startSession } from '../session.ts';

type EvaluateOptions = CampaignFileOptions & JsonOption;

const CONNECT_SECONDS = 30;
const POLL_SECONDS = 1;
const PATIENCE_SECONDS = 300;

export function addEvaluate(program: Command, context: CommandContext): void {
  program
    .command('evaluate')
    .description('grade students on benchmarks and compare them row by row')
    .argument('<file>', 'evaluation file, YAML or JSON')
    .option('--quick', 'lay the quick: part of the file over it; the name gets -quick')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'run under another name')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      `\nExample:\n  diffract evaluate examples/evaluate-nli.yaml --quick\n\nPublished tables that a file may name: ${publishedNames.join(', ')}.`,
    )
    .action((file: string, options: EvaluateOptions) => evaluate(file, options, context));
}

async function evaluate(file: string, options: EvaluateOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  const { config } = loadEvaluation(file, {
    size: options.quick === true ? 'quick' : 'full',
    tasks: knownTasks(services),
    published: publishedNames,
    environment: services.environment,
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  const { name } = config;
  const session = (await joinSession(services)) ?? (await startSession(services, terminal, 1));
  const evaluations = await services.connectEvaluations(session.server, CONNECT_SECONDS);
  try {
    const { adopted } = await evaluations.start(config);
    terminal.note(adopted ? `Evaluation ${name} runs already; joined it.` : `Evaluation ${name} started.`);
    show(await follow(evaluations, name, context), config, options, context);
  } catch (error) {
    if (context.signal.aborted) terminal.note('What was answered is kept; the same command goes on.');
    throw error;
  } finally {
    await evaluations.close();
    await session.close();
  }
}

/** Waits for the end, and through a server that restarts. */
async function follow(
  evaluations: Evaluations,
  name: string,
  { services, terminal, signal }: CommandContext,
): Promise<EvaluationView> {
  let [line, trouble] = ['', null as string | null];
  let lastAnswer = services.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      const view = await evaluations.status(name);
      lastAnswer = services.now();
      if (view !== null && view.state !== 'running') return view;
      const failing = view?.trouble ?? null;
      if (failing !== null && failing !== trouble) terminal.note(`Trying again: ${failing}`);
      trouble = failing;
      const now = view === null ? 'starting' : `${view.done} of ${view.total}  ${view.doing}`;
      if (now !== line) terminal.progress(now);
      line = now;
    } catch (error) {
      if (!isRefusedConnection(error) || services.now() - lastAnswer > PATIENCE_SECONDS) throw error;
    }
    await services.sleep(POLL_SECONDS, signal);
  }
}

function show(view: EvaluationView, config: EvaluationConfig, options: JsonOption, context: CommandContext): void {
  const { context: _, doing: _doing, trouble: _trouble, ...known } = view;
  const published = publishedTables(config.published);
  const failed =
    view.state === 'failed' ? `Evaluation ${config.name} failed: ${view.failure ?? 'no reason given'}` : '';
  const scored =
    view.scores.length === 0 ? [] : [evaluationText(view), differencesText(view), gradingText(view.scores)];
  const spent = spentText(view.tokens, config.prices);
  const text = [...scored, spent, ...published.map(publishedText), failed].filter((part) => part !== '').join('\n\n');
  printResult(context, options, { evaluation: config.name, task: config.task, ...known, published }, text);
  if (view.state === 'failed') context.answer(ExitCode.Failed);
}
