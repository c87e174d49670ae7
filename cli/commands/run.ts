// diffract run: starts a campaign, or adopts it, and follows it to its report.

import { join } from 'node:path';
import type { Command } from 'commander';
import type { CampaignView } from '../../adapters/temporal/campaigns.ts';
import { collected, readCampaignFile } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { reuseText, scoresText } from '../campaign-tables.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { wholeNumber } from '../options.ts';
import { saveReport } from '../saved-report.ts';
import { joinSession, startSession } from '../session.ts';
import type { Session } from '../session.ts';
import { watchCampaign } from '../watch.ts';

interface RunOptions extends CampaignFileOptions, JsonOption {
  readonly detach?: true;
  readonly workers?: number;
}

export function addRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('start a campaign, or join it when it runs already, and follow it to its report')
    .argument('<file>', 'campaign file, YAML or JSON, or preset:NAME')
    .option('--quick', 'lay the quick: part of the file over it; the name gets -quick')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'run under another name')
    .option('--workers <n>', 'gradient workers of a stack started here', wholeNumber)
    .option('--detach', 'start it and return; needs a server that stays up')
    .option('--json', 'one JSON document on stdout at the end')
    .addHelpText('after', '\nExample:\n  diffract run examples/embedded.yaml --quick --set selection.accept=16')
    .action((file: string, options: RunOptions) => run(file, options, context));
}

async function run(file: string, options: RunOptions, context: CommandContext): Promise<void> {
  const { config } = readCampaignFile(file, options, context.services);
  const joined = await joinSession(context.services);
  if (joined === null && options.detach === true) {
    throw new UsageError(
      '--detach needs a server that outlives this command: start `diffract up` first, or set TEMPORAL_ADDRESS.',
    );
  }
  const session = joined ?? (await startSession(context.services, context.terminal, options.workers));
  try {
    const { workflowId, adopted } = await session.campaigns.start(config);
    announce(config.name, adopted, session, context);
    if (options.detach === true) {
      const text = `Campaign ${config.name} runs. Follow it: diffract watch ${config.name}`;
      printResult(context, options, { campaign: config.name, workflowId, adopted }, text);
      return;
    }
    const view = await watchCampaign(session.campaigns, config.name, context);
    await finish(view, session, options, context);
  } catch (error) {
    if (context.signal.aborted) context.terminal.note(howToGoOn(file, config.name, options, session));
    throw error;
  } finally {
    await session.close();
  }
}

function announce(name: string, adopted: boolean, session: Session, { terminal }: CommandContext): void {
  terminal.note(adopted ? `Campaign ${name} runs already; joined it.` : `Campaign ${name} started.`);
  if (session.uiAddress !== null) terminal.note(`Temporal UI: ${session.uiAddress}`);
}

/** Prints how it ended and saves the report; also what `watch` ends with. */
export async function finish(
  view: CampaignView,
  session: Session,
  options: JsonOption,
  context: CommandContext,
): Promise<void> {
  const report = await saveReport(
    session.campaigns,
    view,
    join(context.services.stateFolder, 'reports', view.campaign),
  );
  const accepted = view.history.reduce((sum, { accepted: { n } }) => sum + n, 0);
  const lines = [
    view.scores.length === 0 ? '' : `${scoresText(view)}\n`,
    view.ungraded === null
      ? ''
      : `The student was not graded here: ${view.ungraded} Serve it, and evaluate it through its endpoint: diffract evaluate.`,
    `Campaign ${view.campaign} ${ending(view)}; ${reuseText(view.timings)}.`,
    report === null ? '' : `Report: ${report}`,
    session.stack === 'own' ? await takeOut(view, session) : '',
  ];
  const document = { ...view, reused: view.timings.filter(({ reused }) => reused).length, reportFile: report };
  printResult(context, options, document, lines.filter((line) => line !== '').join('\n'));
  if (view.state !== 'completed') context.answer(ExitCode.Failed);
  else if (view.outcome === 'stopped' || (view.rounds > 0 && accepted === 0)) context.answer(ExitCode.GateNotMet);
}

/** Once the server of this command is gone, nobody knows where the artifacts lie. */
async function takeOut({ campaign, pool }: CampaignView, { campaigns }: Session): Promise<string> {
  if (pool === null) return '';
  const store = await campaigns.storeOf(campaign);
  const place = store.kind === 'directory' ? store.path : `s3://${store.bucket}/${store.prefix}`;
  return `Take the pool out: diffract export ${campaign} --out ${campaign}-data --store ${place}`;
}

function ending({ state, outcome, failure, history, rounds }: CampaignView): string {
  if (state === 'failed') return `failed: ${failure ?? 'no reason given'}`;
  if (state !== 'completed') return `was ${state}`;
  if (outcome === 'stopped') return `was stopped after ${history.length} of ${rounds} rounds`;
  if (rounds === 0) return 'completed; it had no rounds';
  const accepted = history.reduce((sum, { accepted: { n } }) => sum + n, 0);
  return accepted === 0 ? 'finished, but no candidate was accepted' : `completed with ${accepted} accepted samples`;
}

function howToGoOn(file: string, name: string, options: RunOptions, session: Session): string {
  const own = options.name === undefined ? '' : ` --name ${options.name}`;
  const settings = (options.set ?? []).map((setting) => ` --set ${setting}`).join('');
  const command = `diffract run ${file}${options.quick === true ? ' --quick' : ''}${own}${settings}`;
  return session.stack === 'own'
    ? `Stopping the server and the workers. Nothing that was finished is lost; the same command goes on: ${command}`
    : `The campaign goes on without this terminal. Look again: ${command}, or diffract watch ${name}`;
}
