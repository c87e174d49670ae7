// diffract prompts: the built-in prompt templates, listed or copied for editing.

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { taskNames } from '../../contracts/samples.ts';
import type { TaskName } from '../../contracts/samples.ts';
import { pairwiseTemplate, singleTemplate } from '../../tasks/answer-judging.ts';
import { templatesOf } from '../../tasks/registry.ts';
import type { TemplateSpecification } from '../../tasks/template.ts';
import { readTemplate } from '../../tasks/template.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { UsageError } from '../exit.ts';
import type { Services } from '../services.ts';
import { textTable } from '../text-table.ts';

interface PromptOptions extends JsonOption {
  readonly task?: TaskName;
  readonly out?: string;
}

interface BuiltIn {
  readonly name: string;
  readonly version: number;
  readonly purpose: string;
  /** Section -> the variables that may stand in it. */
  readonly sections: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
}

export function addPrompts(program: Command, context: CommandContext): void {
  program
    .command('prompts')
    .description('list the built-in prompt templates, or copy them into a folder to edit')
    .addOption(new Option('--task <task>', 'only those of one task').choices(taskNames))
    .option('--out <folder>', 'copy the files there; a file that is there already is never replaced')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract prompts --task math --out my-prompts' +
        '\n\nName an edited file in the campaign file:\n  prompts: { math-generation: my-prompts/math-generation.md }',
    )
    .action(async (options: PromptOptions) => {
      const { services } = context;
      const templates = await builtIns(options.task, services);
      const copied = options.out === undefined ? [] : await copyAll(templates, resolve(options.out), services);
      const rows = templates.map(({ name, version, purpose }) => [name, String(version), purpose] as const);
      const table = textTable(['Template', 'version', 'purpose'], rows, ['version', 'purpose']);
      const text = copied.length === 0 ? table : `Copied:\n${copied.map((path) => `  ${path}`).join('\n')}`;
      printResult(context, options, { templates: templates.map(({ text: _file, ...rest }) => rest), copied }, text);
    });
}

async function builtIns(task: TaskName | undefined, services: Services): Promise<readonly BuiltIn[]> {
  // What `diffract judge` asks with belongs to no task.
  const templates =
    task === undefined ? [...taskNames.flatMap(templatesOf), pairwiseTemplate, singleTemplate] : templatesOf(task);
  const all = new Map(templates.map((one) => [one.name, one]));
  return Promise.all([...all.values()].map((specification) => builtInOf(specification, services)));
}

async function builtInOf(specification: TemplateSpecification, { promptFiles }: Services): Promise<BuiltIn> {
  const { name, purpose } = specification;
  const { text } = await promptFiles.builtIn(name);
  const reading = readTemplate(text, specification);
  const sections = Object.entries(specification.sections).map(([section, { variables }]) => {
    return [section, Object.keys(variables)] as const;
  });
  return {
    name,
    purpose,
    text,
    version: reading.ok ? reading.template.version : 0,
    sections: Object.fromEntries(sections),
  };
}

/** Templates, and the personas beside them. Nothing is written when one of the files is there already. */
async function copyAll(
  templates: readonly BuiltIn[],
  folder: string,
  { promptFiles }: Services,
): Promise<readonly string[]> {
  const personas = { name: 'personas.txt', text: (await promptFiles.builtIn('personas')).text };
  const files = [...templates.map(({ name, text }) => ({ name: `${name}.md`, text })), personas];
  const present = files.filter(({ name }) => existsSync(join(folder, name)));
  if (present.length > 0) {
    throw new UsageError(
      `${folder} holds ${present.map(({ name }) => name).join(', ')} already, and a file is never replaced; give --out another folder.`,
    );
  }
  await mkdir(folder, { recursive: true });
  for (const { name, text } of files) await writeFile(join(folder, name), text, { flag: 'wx' });
  return files.map(({ name }) => join(folder, name));
}
