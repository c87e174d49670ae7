// diffract export-student: the student of a campaign as a folder that other programs load.

import type { Command } from 'commander';
import type { ExportedStudent } from '../../adapters/export/export-student.ts';
import { storeOfCampaign } from '../campaign-store.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { version } from '../version.ts';

interface ExportStudentOptions extends JsonOption {
  readonly out: string;
  readonly gguf?: true;
  readonly store?: string;
}

export function addExportStudent(program: Command, context: CommandContext): void {
  program
    .command('export-student')
    .description('write the student of a campaign as a Hugging Face folder')
    .argument('<name>', 'name of the campaign')
    .requiredOption('--out <folder>', 'where to write it; an earlier export there is replaced')
    .option('--gguf', 'beside it NAME.gguf, for llama.cpp and programs built on it')
    .option(
      '--store <location>',
      'store of the campaign, folder or s3://bucket/prefix; the server is asked without this',
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract export-student embedded --out embedded-student --gguf')
    .action((name: string, options: ExportStudentOptions) => exportNamed(name, options, context));
}

async function exportNamed(campaign: string, options: ExportStudentOptions, context: CommandContext): Promise<void> {
  const { services, terminal } = context;
  const { out: folder, gguf } = options;
  const location = await storeOfCampaign(services, campaign, options.store);
  terminal.progress(`Writing the student to ${folder} ...`);
  const exported = await services.exportStudent(location, {
    campaign,
    folder,
    version,
    extras: gguf === undefined ? [] : ['gguf'],
  });
  printResult(context, options, { campaign, folder, ...exported }, textOf(folder, exported));
}

function textOf(folder: string, { base, files }: ExportedStudent): string {
  const names = files.map((name) => `  ${name}`);
  return [`The student, trained from ${base}, is written to ${folder}:`, ...names].join('\n');
}
