// diffract watch, status, pause, resume, set, stop, report: one running or finished campaign, by name.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BudgetConfig } from '../../contracts/campaign.ts';
import type { CampaignListing, CampaignView, Campaigns, LiveProgress } from '../../adapters/temporal/campaigns.ts';
import { reuseText, roundText, scoresText, seedText } from '../campaign-tables.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { saveReport } from '../saved-report.ts';
import type { Services } from '../services.ts';
import { joinSession, requireSession } from '../session.ts';
import { textTable } from '../text-table.ts';
import { paceText } from '../pace.ts';
import { watchCampaign } from '../watch.ts';
import { finish } from './run.ts';

export function addWatch(program: Command, context: CommandContext): void {
  command(program, 'watch', 'follow a campaign to its end', 'diffract watch embedded').action(
    async (name: string, options: JsonOption) => {
      const session = await requireSession(context.services);
      try {
        await finish(await watchCampaign(session.campaigns, name, context), session, options, context);
      } finally {
        await session.close();
      }
    },
  );
}

export function addStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('show where a campaign stands, or list all campaigns')
    .argument('[name]', 'name of the campaign; all of them when absent')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract status embedded --json')
    .action(async (name: string | undefined, options: JsonOption) => {
      await withCampaigns(context, async (campaigns) => {
        if (name === undefined) {
          const listings = await campaigns.list();
          printResult(context, options, { campaigns: listings }, listText(listings));
        } else {
          const view = await campaigns.status(name);
          const live = view.state === 'running' ? await campaigns.liveProgress(name) : null;
          printResult(context, options, { ...view, live }, statusText(view, live));
        }
      });
    });
}

export function addPause(program: Command, context: CommandContext): void {
  command(
    program,
    'pause',
    'stop handing out work; what runs is finished first',
    'diffract pause embedded --reason "machine needed"',
  )
    .option('--reason <text>', 'shown wherever the campaign is', 'no reason given')
    .action(async (name: string, options: JsonOption & { reason: string }) => {
      await withCampaigns(context, (campaigns) => campaigns.pause(name, options.reason));
      printResult(context, options, { campaign: name, paused: true }, `Campaign ${name} is paused: ${options.reason}`);
    });
}

export function addResume(program: Command, context: CommandContext): void {
  command(program, 'resume', 'go on after a pause', 'diffract resume embedded').action(
    async (name: string, options: JsonOption) => {
      await withCampaigns(context, (campaigns) => campaigns.resume(name));
      printResult(context, options, { campaign: name, paused: false }, `Campaign ${name} goes on.`);
    },
  );
}

export function addSet(program: Command, context: CommandContext): void {
  command(program, 'set', 'change a setting of a running campaign', 'diffract set embedded budget.tokens=200000')
    .argument('<setting>', `budget.KEY=NUMBER or budget.KEY=none; KEY is ${budgetKeys.join(', ')}`)
    .action(async (name: string, setting: string, options: JsonOption) => {
      const { key, limit } = budgetSetting(setting);
      await withCampaigns(context, (campaigns) => campaigns.setBudget(name, { [key]: limit }));
      const text = `Campaign ${name}: budget.${key} is ${limit ?? 'lifted'}.`;
      printResult(context, options, { campaign: name, budget: { [key]: limit } }, text);
    });
}

export function addStop(program: Command, context: CommandContext): void {
  command(program, 'stop', 'end a campaign early, with a report of what is done', 'diffract stop embedded')
    .option('--now', 'give up the running stage, as when a server it waits for never comes back')
    .action(async (name: string, options: JsonOption & { now?: true }) => {
      const now = options.now === true;
      await withCampaigns(context, (campaigns) => campaigns.stop(name, { now }));
      const text = now
        ? `Campaign ${name} gives up the round or the training that runs, keeps its pool, and writes its report.`
        : `Campaign ${name} finishes the round or the training that runs, begins no other, and writes its report.`;
      printResult(context, options, { campaign: name, stopping: now ? 'now' : 'round' }, text);
    });
}

export function addReport(program: Command, context: CommandContext): void {
  command(program, 'report', "save a campaign's report.html and report.json", 'diffract report embedded --out reports')
    .option('--out <folder>', 'where to save them; .diffract/reports/NAME when absent')
    .action(async (name: string, options: JsonOption & { out?: string }) => {
      const saved = savedReport(context.services, name);
      if (options.out === undefined && existsSync(saved) && !(await isServerUp(context))) {
        const text = `Report: ${saved}, as it was when the campaign was last followed here: no server is up to ask`;
        printResult(context, options, { campaign: name, reportFile: saved }, text);
        return;
      }
      await withCampaigns(context, async (campaigns) => {
        const folder = options.out ?? dirname(saved);
        const file = await saveReport(campaigns, await campaigns.status(name), resolve(folder));
        if (file === null) context.answer(ExitCode.GateNotMet);
        const text =
          file === null ? `Campaign ${name} has no report yet; it is written at the end.` : `Report: ${file}`;
        printResult(context, options, { campaign: name, reportFile: file }, text);
      });
    });
}

function command(program: Command, verb: string, description: string, example: string): Command {
  return program
    .command(verb)
    .description(description)
    .argument('<name>', 'name of the campaign')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

function savedReport({ stateFolder }: Services, campaign: string): string {
  return join(stateFolder, 'reports', campaign, 'report.html');
}

async function isServerUp({ services }: CommandContext): Promise<boolean> {
  const session = await joinSession(services);
  await session?.close();
  return session !== null;
}

async function withCampaigns(context: CommandContext, use: (campaigns: Campaigns) => Promise<void>): Promise<void> {
  const session = await requireSession(context.services);
  try {
    await use(session.campaigns);
  } finally {
    await session.close();
  }
}

function listText(listings: readonly CampaignListing[]): string {
  if (listings.length === 0) return 'No campaign is known here; start one with `diffract run FILE`.';
  const rows = listings.map((listing) => [
    listing.campaign,
    standing(listing),
    listing.round === null ? '' : String(listing.round),
    listing.stage ?? '',
    `${listing.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    firstWords(listing.waiting ?? listing.trouble ?? ''),
  ]);
  const titles = ['Campaign', 'state', 'round', 'stage', 'last run began', 'why'];
  return textTable(titles, rows, ['state', 'stage', 'last run began', 'why']);
}

/** `waiting` for an operator or a budget, `trying again` what fails, `stopped` before its last round. */
function standing({ state, outcome, waiting, trouble }: CampaignListing): string {
  if (waiting !== null) return 'waiting';
  if (trouble !== null) return 'trying again';
  return state === 'completed' ? (outcome ?? state) : state;
}

function firstWords(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

const budgetKeys = ['tokens', 'softTokens', 'cost', 'softCost'] as const satisfies readonly (keyof BudgetConfig)[];

/** Tokens are whole, costs may have decimals. */
function budgetSetting(setting: string): { key: keyof BudgetConfig; limit: number | null } {
  const [, name, value = ''] = /^budget\.(\w+)=(.*)$/.exec(setting) ?? [];
  const key = budgetKeys.find((known) => known === name);
  const wanted = key?.toLowerCase().includes('tokens') === true ? /^[1-9]\d*$/ : /^\d*\.?\d+$/;
  if (key !== undefined && value === 'none') return { key, limit: null };
  if (key !== undefined && wanted.test(value) && Number(value) > 0) return { key, limit: Number(value) };
  throw new UsageError(
    `Cannot set "${setting}"; expected budget.KEY=NUMBER or budget.KEY=none, where KEY is ${budgetKeys.join(', ')} ` +
      'and a number of tokens is whole.',
  );
}

function statusText(view: CampaignView, live: LiveProgress | null): string {
  const { waiting, failure } = view;
  const progress = { ...view.progress, ...(live !== null && live.total > 0 ? live : {}) };
  const running = `round ${view.round} of ${view.rounds}, ${progress.stage} ${paceText(progress.done, progress.total, { rate: null, left: null })}`;
  const lines = [
    `Campaign ${view.campaign}: ${view.state === 'running' ? running : (view.outcome ?? view.state)}`,
    waiting === null ? '' : `Waiting: ${waiting}`,
    live === null || live.trouble === null ? '' : `Trying again: ${live.trouble}`,
    failure === null ? '' : `Failed: ${failure}`,
    view.ending === null ? '' : `Ended before its last round: ${view.ending}`,
    view.seedDiversity === null ? '' : seedText(view.seedDiversity),
    ...view.history.map((round) => `\n${roundText(round, view)}`),
    view.scores.length === 0 ? '' : `\n${scoresText(view)}`,
    view.timings.length === 0 ? '' : `\n${reuseText(view.timings)}`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}
