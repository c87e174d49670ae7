// diffract estimate: runs the first requests of a campaign and says what the whole of it will cost.

import type { Command } from 'commander';
import { plural, whole } from '../../core/report/format.ts';
import type { SpendingEstimate } from '../../core/stats/spending-estimate.ts';
import type { PilotTotal } from '../../core/stats/pilot-total.ts';
import { collected, readCampaignFile } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { money } from '../money.ts';
import { wholeNumber } from '../options.ts';
import { estimateOf, pilotOf, unsolvedOf } from '../pilot.ts';
import type { CampaignEstimate } from '../pilot.ts';
import { joinSession, startSession } from '../session.ts';
import { textTable } from '../text-table.ts';
import { watchCampaign } from '../watch.ts';

interface EstimateOptions extends CampaignFileOptions, JsonOption {
  readonly pilot: number;
}

export function addEstimate(program: Command, context: CommandContext): void {
  program
    .command('estimate')
    .description('say what a campaign will cost, from a pilot of its first requests, which the campaign finds again')
    .argument('<file>', 'campaign file, YAML or JSON')
    .option('--pilot <n>', 'requests of each generator to try, at least 2', wholeNumber, 12)
    .option('--quick', 'estimate the quick size')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'under another name')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract estimate examples/embedded.yaml --pilot 4')
    .action((file: string, options: EstimateOptions) => estimate(file, options, context));
}

async function estimate(file: string, options: EstimateOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  if (options.pilot < 2) throw new UsageError(`--pilot ${options.pilot}: an interval needs at least 2 tried requests.`);
  const { config } = readCampaignFile(file, options, services);
  const pilot = pilotOf(config, options.pilot);
  if (pilot === null) {
    const text = `Campaign ${config.name} asks no language model: it costs none of their tokens.`;
    printResult(context, options, { campaign: config.name, tokens: null, cost: null }, text);
    return;
  }
  const session = (await joinSession(services)) ?? (await startSession(services, terminal, undefined));
  try {
    await session.campaigns.start(pilot);
    terminal.note(`Pilot ${pilot.name}: ${options.pilot} requests of each generator at most.`);
    const view = await watchCampaign(session.campaigns, pilot.name, context);
    if (view.state !== 'completed') {
      terminal.note(`The pilot ${view.state}${view.failure === null ? '' : `: ${view.failure}`}`);
      context.answer(ExitCode.Failed);
      return;
    }
    const spending = await services.readSpending(config.store, pilot.name);
    const result = estimateOf(config, pilot, spending);
    const unsolved = unsolvedOf(pilot, view.history);
    const document = { campaign: config.name, pilot: options.pilot, ...result, unsolved };
    printResult(context, options, document, estimateText(config, result, unsolved));
  } finally {
    await session.close();
  }
}

type Estimated = Parameters<typeof estimateOf>[0];

function estimateText(
  { name, rounds, prices }: Estimated,
  { tokens, cost }: CampaignEstimate,
  unsolved: readonly string[],
): string {
  const costs = cost === null || prices === null ? [] : rowsOf(cost, (value) => money(value, prices.currency));
  const rows = [...rowsOf(tokens, (value) => `${whole(Math.round(value))} tokens`), ...costs];
  return [
    `Campaign ${name}, ${plural(rounds, 'round')}, as it would cost if all requests were like those of the pilot:`,
    textTable(['Generator', 'tried', 'of', 'total', '95 % interval'], rows),
    ...unsolved.map(
      (generator) =>
        `No candidate of ${generator} reached its solver in the pilot: the answers that it would ask for are not in these numbers. Try a larger --pilot.`,
    ),
    cost === null ? 'Cost: unknown; name the models in `prices` of the campaign file.' : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function rowsOf(estimate: SpendingEstimate, show: (value: number) => string): readonly (readonly string[])[] {
  const row = (who: string, tried: string, of: string, { total, low, high }: PilotTotal) => [
    who,
    tried,
    of,
    show(total),
    `${show(low)} to ${show(high)}`,
  ];
  return [
    ...estimate.generators.map((one) => row(one.name, whole(one.piloted), whole(one.units), one)),
    row('all', '', '', estimate),
  ];
}
