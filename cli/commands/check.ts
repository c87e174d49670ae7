// diffract check: reads a campaign file as `run` would, in both sizes, asks the servers it names, and starts nothing.

import type { Command } from 'commander';
import type { CampaignConfig, Endpoint, GeneratorConfig, SampleSource } from '../../contracts/campaign.ts';
import { plural, whole } from '../../core/report/format.ts';
import { askServers, endpointsOf, serverText } from '../asked-servers.ts';
import type { AskedServer } from '../asked-servers.ts';
import { collected, readCampaignFile } from '../campaign-file.ts';
import type { CampaignFileOptions } from '../campaign-file.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode } from '../exit.ts';
import { textTable } from '../text-table.ts';
import { usedPrompts } from '../used-prompts.ts';

export function addCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('check a campaign file and show what it resolves to; starts nothing')
    .argument('<file>', 'campaign file, YAML or JSON')
    .option('--quick', 'show the quick size')
    .option('--set <path=value>', 'set one value of the file; may be repeated', collected)
    .option('--name <name>', 'under another name')
    .option('--offline', 'ask no language-model server')
    .option('--json', 'the resolved configuration as one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract check examples/embedded.yaml --set rounds=3')
    .action(async (file: string, options: CampaignFileOptions & JsonOption & { offline?: true }) => {
      const { services } = context;
      const { config, source } = readCampaignFile(file, options, services);
      const missing = missingVariables(config, services.environment);
      const slices = services.task(config.task).slices;
      const known = textTable(['Slice', 'covers'], Object.entries(slices), ['covers']);
      const help = usesSlices(config) ? `\n\nSlices that task ${config.task} knows:\n${known}` : '';
      const prompts = await usedPrompts(config, services);
      const asked = prompts.map(({ template, file: own }) => `Asks with ${template}${own === null ? '' : ` (${own})`}`);
      const servers = options.offline === true ? [] : await askServers(config, services);
      const refused = servers.filter(({ report }) => 'problem' in report);
      const text = [
        summary(config),
        ...asked,
        ...servers.map(serverText),
        ...missing.map((name) => `Not set here: the environment variable ${name}`),
      ];
      const verdict =
        refused.length === 0 ? 'is good' : `is good, but ${plural(refused.length, 'server')} would not serve it`;
      if (refused.length > 0) context.answer(codeOf(refused));
      printResult(
        context,
        options,
        { source, config, prompts, servers, missingVariables: missing },
        `${file} ${verdict}.\n\n${text.join('\n')}${help}`,
      );
    });
}

/** A wrong key, model or schema stays wrong; a server that is away from here may be there for the workers. */
function codeOf(refused: readonly AskedServer[]): ExitCode {
  const away = refused.every(({ report }) => 'problem' in report && report.unreachable);
  return away ? ExitCode.Unreachable : ExitCode.Usage;
}

function summary(config: CampaignConfig): string {
  const store =
    config.store.kind === 'directory' ? config.store.path : `s3://${config.store.bucket}/${config.store.prefix}`;
  const generators = config.generators.map((generator) =>
    generator.kind === 'llm'
      ? `${generator.name} (llm ${generator.endpoint.model} at ${placesOf(generator.endpoint)}, ${plural(generator.requests, 'request')})`
      : `${generator.name} (${generator.kind}, ${whole(generator.count)}${checkedBy(generator)})`,
  );
  const benchmarks = config.benchmarks.map(
    ({ name, distribution, sources }) => `${name} (${distribution}, ${sizeOf(sources)})`,
  );
  return textTable(
    ['Campaign', config.name],
    [
      ['task', config.task],
      ['store', store],
      ['seeds', sizeOf(config.seeds)],
      [
        'rounds',
        `${config.rounds}, each accepts at most ${whole(config.selection.accept)} (${config.selection.method})`,
      ],
      ['a round', generators.join(', ')],
      ['benchmarks', benchmarks.length === 0 ? 'none' : benchmarks.join(', ')],
      ['proxy', `${config.sketch.proxy}, d = ${config.sketch.p ** 2}`],
      ['student', config.student === undefined ? 'none' : `${config.student.kind} ${config.student.model}`],
    ],
    [config.name],
  );
}

function checkedBy(generator: Exclude<GeneratorConfig, { kind: 'llm' }>): string {
  if (generator.kind === 'symbolic' || generator.solver === undefined) return '';
  const { endpoint, attempts } = generator.solver;
  return `, ${plural(attempts, 'answer')} to each by ${endpoint.model} at ${placesOf(endpoint)}`;
}

function placesOf({ servers, route }: Endpoint): string {
  return `${servers.map(({ url }) => url).join(', ')}${route === 'batch' ? ' by batch' : ''}`;
}

function usesSlices({ seeds, benchmarks, generators }: CampaignConfig): boolean {
  const sources = [...seeds, ...benchmarks.flatMap((benchmark) => benchmark.sources), ...generators];
  return sources.some(({ kind }) => kind === 'symbolic');
}

function sizeOf(sources: readonly SampleSource[]): string {
  const counts = sources.map(({ count }) => count);
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return counts.includes(undefined) ? `${whole(sum)} and whole files` : plural(sum, 'sample');
}

/** Variables that `env:NAME` names and that are not set where this command runs. */
function missingVariables(config: CampaignConfig, environment: Readonly<Record<string, string | undefined>>): string[] {
  const keys = endpointsOf(config).flatMap(({ servers }) => servers.map(({ apiKey }) => apiKey));
  const values = config.student?.kind === 'command' ? Object.values(config.student.environment) : [];
  const names = [...keys, ...values].flatMap((value) => (value?.startsWith('env:') === true ? [value.slice(4)] : []));
  return [...new Set(names)].filter((name) => (environment[name] ?? '') === '');
}
