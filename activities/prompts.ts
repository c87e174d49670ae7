// The prompt templates of a campaign: the built-in ones, or the files that it names in their place.

import type { CampaignContext } from '../contracts/campaign.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { Template, TemplateReading, TemplateSpecification } from '../tasks/template.ts';
import { readTemplate, templateLabel } from '../tasks/template.ts';
import type { PromptFile, PromptFiles } from './ports/prompts.ts';

/** A template and which text it is. */
export interface Prompt extends Template {
  /** What lineage says: `math-generation/2`, with the start of the text's hash where it is not the built-in one. */
  readonly label: string;
  /** Part of the identity of every stage that asks with it. */
  readonly sha256: string;
}

export interface Prompts {
  readonly generation: Prompt;
  readonly attempt: Prompt;
}

/**
 * The templates that the campaign's task asks with.
 * @throws {PermanentError} `InvalidConfig` naming file and lines of a template that cannot be used
 */
export async function promptsFor(
  { task, prompts }: Pick<CampaignContext, 'task' | 'prompts'>,
  files: PromptFiles,
): Promise<Prompts> {
  const { generation, attempt } = taskNamed(task).templates;
  const load = (specification: TemplateSpecification) =>
    loadPrompt(specification, prompts[specification.name] ?? null, files);
  return { generation: await load(generation), attempt: await load(attempt) };
}

/** @param path - the file that replaces the built-in one; null: none does */
export async function loadPrompt(
  specification: TemplateSpecification,
  path: string | null,
  files: PromptFiles,
): Promise<Prompt> {
  const builtIn = await files.builtIn(specification.name);
  const file = path === null ? builtIn : await files.file(path);
  const reading = readOnce(file, specification);
  if (reading.ok) {
    const { template } = reading;
    return { ...template, label: templateLabel(template, file.sha256, builtIn.sha256), sha256: file.sha256 };
  }
  const lines = reading.problems.map(({ line, message }) => `  line ${line}: ${message}`);
  throw new PermanentError(
    FailureType.InvalidConfig,
    [`The prompt template ${specification.name} (${path ?? 'built in'}) cannot be used:`, ...lines].join('\n'),
  );
}

const readings = new Map<string, TemplateReading>();

/** Every chunk asks for its templates; the same bytes are read once a process. */
function readOnce({ text, sha256 }: PromptFile, specification: TemplateSpecification): TemplateReading {
  const key = `${specification.name} ${sha256}`;
  const known = readings.get(key);
  if (known !== undefined) return known;
  const reading = readTemplate(text, specification);
  readings.set(key, reading);
  return reading;
}
