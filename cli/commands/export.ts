// diffract export: the pool of a campaign as a data set to train on and to hand on.

import { Option } from 'commander';
import type { Command } from 'commander';
import type { Exported } from '../../adapters/export/export-campaign.ts';
import { exportFormats } from '../../adapters/export/sample-formats.ts';
import type { ExportFormat } from '../../adapters/export/sample-formats.ts';
import { plural } from '../../core/report/format.ts';
import { storeOfCampaign } from '../campaign-store.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { integer } from '../options.ts';
import { version } from '../version.ts';

interface ExportOptions extends JsonOption {
  readonly out: string;
  readonly format?: readonly ExportFormat[];
  readonly round?: number;
  readonly store?: string;
  readonly license: string;
  readonly language?: string;
}

export function addExport(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description("write a campaign's pool as a data set, with a card, its rejects and its provenance")
    .argument('<name>', 'name of the campaign')
    .requiredOption('--out <folder>', 'where to write it; an earlier export there is replaced')
    .addOption(
      new Option(
        '--format <formats...>',
        'hf (Parquet, the default), or a train.jsonl for each of trl, messages, sharegpt, alpaca, jsonl',
      ).choices(exportFormats),
    )
    .option('--round <n>', 'the pool as it was after this round, 0 for the seeds; the newest without this', integer)
    .option(
      '--store <location>',
      'store of the campaign, folder or s3://bucket/prefix; the server is asked without this',
    )
    .option('--license <id>', 'licence for the card, as the hub spells it', 'unknown')
    .option('--language <code>', 'language for the card, ISO 639-1; that of filters.language without this')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract export embedded --out embedded-data --format hf trl sharegpt')
    .action((name: string, options: ExportOptions) => exportNamed(name, options, context));
}

async function exportNamed(campaign: string, options: ExportOptions, context: CommandContext): Promise<void> {
  const { services, terminal, signal } = context;
  const { out: folder, round, license, language } = options;
  const formats = [...new Set(options.format ?? ['hf' as const])];
  const location = await storeOfCampaign(services, campaign, options.store);
  const request = {
    ...{ campaign, folder, formats, license, version },
    ...(round === undefined ? {} : { round }),
    ...(language === undefined ? {} : { language }),
  };
  const onProgress = (done: number, total: number): void => {
    terminal.progress(`Writing ${done} of ${plural(total, 'sample')} ...`);
  };
  const exported = await services.exportCampaign(location, request, { onProgress, signal });
  printResult(context, options, { campaign, folder, formats, ...exported }, textOf(folder, exported));
}

function textOf(folder: string, { round, samples, rejects, files }: Exported): string {
  return [
    `${plural(samples, 'sample')} after round ${round} and ${plural(rejects, 'reject')} written to ${folder}:`,
    ...files.map((name) => `  ${name}`),
  ].join('\n');
}
