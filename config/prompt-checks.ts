// The prompt files that a campaign file names: whether they are there, and whether the task can ask with them.

import type { CampaignConfig } from '../contracts/campaign.ts';
import { suggestion } from './problems.ts';
import type { Problem } from './problems.ts';

/** What the task says of a text that is to replace one of its templates. */
export interface TemplateFindings {
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  /** Whether requests made with it can have personas. */
  readonly personas: boolean;
}

export interface PromptKnowledge {
  readonly templates: Readonly<Record<string, (text: string) => TemplateFindings>>;
  /** The template that asks for new samples. */
  readonly generation: string;
}

/** Text of a file, null when there is no such file. */
export type FileText = (path: string) => string | null;

export function promptProblems(
  { prompts, generators }: Pick<CampaignConfig, 'prompts' | 'generators'>,
  { templates, generation }: PromptKnowledge,
  fileText: FileText,
): readonly Problem[] {
  const replaced = Object.entries(prompts).flatMap(([name, path]) => {
    const find = templates[name];
    const at = ['prompts', name];
    if (!find) return [{ path: at, message: `no template of this task; ${suggestion(name, Object.keys(templates))}` }];
    const text = fileText(path);
    if (text === null) return [{ path: at, message: `no such file: ${path}; paths are relative to the campaign file` }];
    return find(text).problems.map(({ line, message }) => ({ path: at, message: `${path}, line ${line}: ${message}` }));
  });
  const file = prompts[generation];
  const text = file === undefined ? null : fileText(file);
  const placeless = text !== null && templates[generation]?.(text).personas === false;
  return [
    ...replaced,
    ...generators.flatMap((generator, index) => {
      if (generator.kind !== 'llm' || generator.fewShots.policy !== 'persona') return [];
      const at = ['generators', index, 'fewShots'];
      return [
        ...personaProblems([...at, 'personas'], generator.fewShots.personas, fileText),
        ...(placeless ? [{ path: [...at, 'policy'], message: `${file} has no place for {{persona}}; add one` }] : []),
      ];
    }),
  ];
}

function personaProblems(path: Problem['path'], file: string | undefined, fileText: FileText): readonly Problem[] {
  if (file === undefined) return [];
  const text = fileText(file);
  if (text === null) return [{ path, message: `no such file: ${file}; paths are relative to the campaign file` }];
  if (text.split('\n').some((line) => /^\s*[^\s#]/.test(line))) return [];
  return [{ path, message: `${file} holds no persona; write one a line, such as "a baker who plans in dozens"` }];
}
