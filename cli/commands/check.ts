// diffract check: reads a campaign file as `run` would, looks at its data files, models and servers, and starts nothing.

import type { Command } from 'commander';
import type { CampaignConfig } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { plural } from '../../core/report/format.ts';
import { askServers, endpointsOf, serverText } from '../asked-servers.ts';
import type { AskedServer } from '../asked-servers.ts';
import { collected, readCampaignFile } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { campaignSummary } from '../campaign-summary.ts';
import { checkModels } from '../checked-models.ts';
import type { CheckedModel } from '../checked-models.ts';
import { checkSources } from '../checked-sources.ts';
import type { CheckedSource } from '../checked-sources.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode } from '../exit.ts';
import type { Services } from '../services.ts';
import { textTable } from '../text-table.ts';
import { trainerPreview, trainerText } from '../trainer-preview.ts';
import type { TrainerPreview } from '../trainer-preview.ts';
import { usedPrompts } from '../used-prompts.ts';

interface CheckOptions extends CampaignFileOptions, JsonOption {
  readonly offline?: true;
  readonly trainer?: true;
}

export function addCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('check a campaign file and show what it resolves to; starts nothing')
    .argument('<file>', 'campaign file, YAML or JSON, or preset:NAME')
    .option('--quick', 'show the quick size')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'under another name')
    .option('--offline', 'ask no language-model server')
    .option('--trainer', 'show all that the training program of the student is told')
    .option('--json', 'the resolved configuration as one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract check examples/embedded.yaml --set rounds=3')
    .action((file: string, options: CheckOptions) =>
      options.trainer === true ? checkWithTrainer(file, options, context) : check(file, options, context, null),
    );
}

/** What the training program is told does not hang on the data: it is shown while that is still missing. */
async function checkWithTrainer(file: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const { config } = readCampaignFile(file, options, context.services, 'later');
  const trainer = trainerPreview(config, context.services);
  try {
    await check(file, options, context, trainer);
  } catch (error) {
    if (trainer !== null) printResult(context, options, { trainer }, trainerText(trainer));
    throw error;
  }
}

async function check(
  file: string,
  options: CheckOptions,
  context: CommandContext,
  trainer: TrainerPreview | null,
): Promise<void> {
  const { services } = context;
  const { config, source } = readCampaignFile(file, options, services);
  const [files, models, faults] = await lookAround(config, services);
  if (faults.length > 0) throw unfit(file, faults);
  const missing = missingVariables(config, services.environment);
  const prompts = await usedPrompts(config, services);
  const servers = options.offline === true ? [] : await askServers(config, services);
  const refused = servers.filter(({ report }) => 'problem' in report);
  if (refused.length > 0) context.answer(codeOf(refused));
  const told = [
    verdict(file, refused),
    ...models.filter(({ found }) => found === 'absent').map(({ role, message }) => `${role}: ${message}`),
    ...missing.map((name) => `Not set here: the environment variable ${name}`),
    '',
    campaignSummary(config, files),
    ...prompts.map(({ template, file: own }) => `Asks with ${template}${own === null ? '' : ` (${own})`}`),
    ...servers.filter((server) => !refused.includes(server)).map(serverText),
    ...sliceLines(config, services),
    ...(trainer === null ? [] : ['', trainerText(trainer)]),
  ];
  const rows = files.map(({ place, source: { path }, rows: count }) => ({ place, path, rows: count }));
  const document = { source, config, files: rows, models, prompts, servers, missingVariables: missing, trainer };
  printResult(context, options, document, told.join('\n'));
}

type Looked = readonly [files: readonly CheckedSource[], models: readonly CheckedModel[], faults: readonly string[]];

/** What the file alone cannot say: the data files, the models of this machine, the languages. */
async function lookAround(config: CampaignConfig, services: Services): Promise<Looked> {
  const files = await checkSources(config, services);
  const models = await checkModels(config, services);
  const faults = [
    ...files.flatMap(({ place, problem }) => (problem === null ? [] : [`${place}: ${problem}`])),
    ...models.flatMap(({ role, found, message }) => (found === 'unknown' ? [`${role}: ${message}`] : [])),
    ...(await languageFaults(config, services)),
  ];
  return [files, models, faults];
}

async function languageFaults({ filters: { language } }: CampaignConfig, services: Services): Promise<string[]> {
  const known = language === null ? [] : await services.detectedLanguages();
  if (language === null || known.includes(language)) return [];
  return [
    `filters.language: found "${language}", which no text would be found to be in; known are ${known.join(', ')}`,
  ];
}

function unfit(file: string, faults: readonly string[]): PermanentError {
  const lines = [`${file} is well written, but a run of it would fail:`, ...faults.map((fault) => `  ${fault}`)];
  return new PermanentError(FailureType.InvalidConfig, lines.join('\n'));
}

/** What refuses stands first: it is what there is to do. */
function verdict(file: string, refused: readonly AskedServer[]): string {
  if (refused.length === 0) return `${file} is good.`;
  return [
    `${file} is good, but ${plural(refused.length, 'server')} would not serve it:`,
    ...refused.map((server) => `  ${serverText(server)}`),
  ].join('\n');
}

/** A wrong key, model or schema stays wrong; a server that is away from here may be there for the workers. */
function codeOf(refused: readonly AskedServer[]): ExitCode {
  const away = refused.every(({ report }) => 'problem' in report && report.unreachable);
  return away ? ExitCode.Unreachable : ExitCode.Usage;
}

function sliceLines(config: CampaignConfig, services: Services): string[] {
  if (!usesSlices(config)) return [];
  const known = Object.entries(services.task(config.task).slices);
  return ['', `Slices that task ${config.task} knows:`, textTable(['Slice', 'covers'], known, ['covers'])];
}

function usesSlices({ seeds, benchmarks, generators }: CampaignConfig): boolean {
  const sources = [...seeds, ...benchmarks.flatMap((benchmark) => benchmark.sources), ...generators];
  return sources.some(({ kind }) => kind === 'symbolic');
}

/** Variables that `env:NAME` names and that are not set where this command runs. */
function missingVariables(config: CampaignConfig, environment: Readonly<Record<string, string | undefined>>): string[] {
  const keys = endpointsOf(config).flatMap(({ servers }) => servers.map(({ apiKey }) => apiKey));
  const { student } = config;
  const values = student !== undefined && 'environment' in student ? Object.values(student.environment) : [];
  const names = [...keys, ...values].flatMap((value) => (value?.startsWith('env:') === true ? [value.slice(4)] : []));
  return [...new Set(names)].filter((name) => (environment[name] ?? '') === '');
}
