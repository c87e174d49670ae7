// The prompt templates that a campaign will ask with, as lineage will name them.

import type { CampaignConfig } from '../contracts/campaign.ts';
import { solvedGenerators } from '../core/plan/solved-generators.ts';
import { paraphraseTemplate, scoreTemplate } from '../tasks/judging.ts';
import { readTemplate, templateLabel } from '../tasks/template.ts';
import type { TemplateSpecification } from '../tasks/template.ts';
import type { Services } from './services.ts';

export interface UsedPrompt {
  readonly name: string;
  /** `math-generation/2`, with the start of the file's hash where it is not the built-in one. */
  readonly template: string;
  /** The file that replaces the built-in one; null: none does. */
  readonly file: string | null;
}

export async function usedPrompts(
  config: CampaignConfig,
  { task, promptFiles }: Pick<Services, 'task' | 'promptFiles'>,
): Promise<readonly UsedPrompt[]> {
  const { generation, attempt } = task(config.task).templates;
  const writes = config.generators.some((generator) => generator.kind === 'llm');
  const used: TemplateSpecification[] = [
    ...(writes ? [generation] : []),
    ...(solvedGenerators(config.generators).some(({ solver }) => solver.attempts > 0) ? [attempt] : []),
    ...(config.filters.judge === null ? [] : [scoreTemplate]),
    ...(config.decontamination.semantic === null ? [] : [paraphraseTemplate]),
  ];
  return Promise.all(
    used.map(async (specification) => {
      const path = config.prompts[specification.name] ?? null;
      const builtIn = await promptFiles.builtIn(specification.name);
      const file = path === null ? builtIn : await promptFiles.file(path);
      const reading = readTemplate(file.text, specification);
      const template = reading.ok ? templateLabel(reading.template, file.sha256, builtIn.sha256) : specification.name;
      return { name: specification.name, template, file: path };
    }),
  );
}
