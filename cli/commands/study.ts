// diffract study: starts a study, or joins it, and follows it; its status and its report, which early results fill.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Studies, StudyView } from '../../adapters/temporal/studies.ts';
import { loadStudy } from '../../config/load-study.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import type { StudyFigures } from '../../core/report/study-report.ts';
import { measureNames } from '../../core/study/measured-names.ts';
import { knownTasks } from '../known-tasks.ts';
import { collected } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError, isRefusedConnection } from '../exit.ts';
import { wholeNumber } from '../options.ts';
import { createPacer, paceText } from '../pace.ts';
import { joinSession, requireSession, startSession } from '../session.ts';
import { studyText } from '../study-tables.ts';

interface StudyOptions extends CampaignFileOptions, JsonOption {
  readonly detach?: true;
  readonly workers?: number;
}

const CONNECT_SECONDS = 30;
const POLL_SECONDS = 2;
const PATIENCE_SECONDS = 300;

export function addStudy(program: Command, context: CommandContext): void {
  const study = program
    .command('study')
    .description('train hundreds of students on subsets of a pool and relate measures of diversity to their scores')
    .argument('<file>', 'study file, YAML or JSON')
    .option('--quick', 'lay the quick: part of the file over it; the name gets -quick')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'run under another name')
    .option('--workers <n>', 'gradient workers of a stack started here', wholeNumber)
    .option('--detach', 'start it and return; needs a server that stays up')
    .option('--json', 'one JSON document on stdout at the end')
    .addHelpText('after', '\nExample:\n  diffract study examples/study-nli.yaml\n  diffract study status study-nli')
    .action((file: string, options: StudyOptions) => run(file, options, context));
  study
    .command('status')
    .description('show how far a study is and what it says so far; saves its report')
    .argument('<name>', 'name of the study')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract study status study-nli')
    // An option that the command above knows as well is taken by it wherever it stands.
    .action((name: string, _options: JsonOption, command: Command) => status(name, command.optsWithGlobals(), context));
}

async function run(file: string, options: StudyOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  const { study } = loadStudy(file, {
    size: options.quick === true ? 'quick' : 'full',
    tasks: knownTasks(services),
    environment: services.environment,
    measures: measureNames,
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  const joined = await joinSession(services);
  if (joined === null && options.detach === true) {
    throw new UsageError(
      '--detach needs a server that outlives this command: start `diffract up` first, or set TEMPORAL_ADDRESS.',
    );
  }
  const session = joined ?? (await startSession(services, terminal, options.workers));
  const studies = await services.connectStudies(session.server, CONNECT_SECONDS);
  try {
    const { workflowId, adopted } = await studies.start(study);
    terminal.note(adopted ? `Study ${study.name} runs already; joined it.` : `Study ${study.name} started.`);
    if (options.detach === true) {
      const text = `Study ${study.name} runs. Look: diffract study status ${study.name}`;
      printResult(context, options, { study: study.name, workflowId, adopted }, text);
      return;
    }
    await show(await follow(studies, study.name, context), studies, { name: study.name, options, context });
  } catch (error) {
    if (context.signal.aborted) terminal.note(`Nothing that was finished is lost; go on: diffract study ${file}`);
    throw error;
  } finally {
    await studies.close();
    await session.close();
  }
}

async function status(name: string, options: JsonOption, context: CommandContext): Promise<void> {
  const session = await requireSession(context.services);
  const studies = await context.services.connectStudies(session.server, CONNECT_SECONDS);
  try {
    const view = await studies.status(name);
    if (view === null) printResult(context, options, { study: name, state: 'starting' }, `Study ${name} is starting.`);
    else await show(view, studies, { name, options, context });
  } finally {
    await studies.close();
    await session.close();
  }
}

/** Waits for the end of a study; a report of early results is announced when it comes. */
async function follow(
  studies: Studies,
  name: string,
  { services, terminal, signal }: CommandContext,
): Promise<StudyView> {
  const pace = createPacer();
  let [reported, trouble, lastLine] = ['', '', ''];
  let lastAnswer = services.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      const view = await studies.status(name);
      lastAnswer = services.now();
      if (view !== null && view.state !== 'running') return view;
      if (view !== null && view.report !== null && view.report.manifest !== reported) {
        reported = view.report.manifest;
        terminal.note(`${view.trialsDone} of ${view.trials} trials; early results: diffract study status ${name}`);
      }
      if (view !== null && view.trouble !== null && view.trouble !== trouble) {
        trouble = view.trouble;
        terminal.note(`Trying again: ${trouble}`);
      }
      const line = view === null ? '' : progressLine(view, pace, services.now());
      if (line !== lastLine) terminal.progress(line);
      lastLine = line;
    } catch (error) {
      if (!isRefusedConnection(error) || services.now() - lastAnswer > PATIENCE_SECONDS) throw error;
    }
    await services.sleep(POLL_SECONDS, signal);
  }
}

function progressLine({ stage, live }: StudyView, pace: ReturnType<typeof createPacer>, now: number): string {
  if (live === null || live.total === 0) return stage;
  return `${stage}  ${paceText(live.done, live.total, pace(`${stage}/${live.total}`, live.done, live.total, now))}`;
}

interface Shown {
  readonly name: string;
  readonly options: JsonOption;
  readonly context: CommandContext;
}

/** Saves the report as it is and prints its figures. */
async function show(view: StudyView, studies: Studies, { name, options, context }: Shown): Promise<void> {
  const saved = view.report === null ? null : await saveStudy(view, view.report, { studies, name, context });
  const { context: _, ...progress } = view;
  const lines = [
    ...(saved === null ? [] : [studyText(saved.figures), '']),
    stateText(name, view),
    ...(saved === null ? [] : [`Report: ${saved.file}`]),
  ];
  const document = {
    study: name,
    ...progress,
    reportFile: saved?.file ?? null,
    analysis: saved?.figures.analysis ?? null,
  };
  printResult(context, options, document, lines.join('\n'));
  if (view.state === 'failed') context.answer(ExitCode.Failed);
}

async function saveStudy(
  view: StudyView,
  report: ArtifactRef,
  { studies, name, context }: Pick<Shown, 'name' | 'context'> & { readonly studies: Studies },
) {
  const folder = join(context.services.stateFolder, 'reports', `study-${name}`);
  await mkdir(folder, { recursive: true });
  const files = new Map<string, Uint8Array>();
  for (const file of ['report.json', 'report.html']) {
    const bytes = await studies.readReport(view, report, file);
    await writeFile(join(folder, file), bytes);
    files.set(file, bytes);
  }
  const figures = JSON.parse(new TextDecoder().decode(files.get('report.json'))) as StudyFigures;
  return { file: join(folder, 'report.html'), figures };
}

function stateText(name: string, { state, failure, stage, trialsDone, trials }: StudyView): string {
  if (state === 'failed') return `Study ${name} failed: ${failure ?? 'no reason given'}`;
  if (state === 'completed') return `Study ${name} is finished: ${trialsDone} trained students.`;
  return `Study ${name} runs: ${stage}, ${trialsDone} of ${trials} trials.`;
}
