// The part of a card that says how candidates were made and what they had to pass.

import type { CampaignConfig, FilterConfig, GeneratorConfig, SolverConfig } from '../../contracts/campaign.ts';
import { plural, whole } from '../../core/report/format.ts';
import { inlineCode } from './markdown.ts';
import { withoutFolders } from './published-config.ts';

/** Numbers and names only: servers are nobody's business. */
export function rulesSection(config: CampaignConfig | null): string | null {
  if (config === null) return null;
  const lines = [...config.generators.map(generatorText), ...filterTexts(config.filters)];
  return [
    '## How candidates were made and checked',
    'In each round:',
    lines.map((line) => `- ${line}`).join('\n'),
  ].join('\n\n');
}

function generatorText(generator: GeneratorConfig): string {
  const name = inlineCode(generator.name);
  if (generator.kind === 'symbolic') return `${name} made ${plural(generator.count, 'candidate')} by rule.`;
  const answers = generator.solver === undefined ? '' : solverText(generator.solver);
  if (generator.kind === 'file') return `${name} took ${plural(generator.count, 'candidate')} from files.${answers}`;
  const { endpoint, requests, perRequest, fewShots, sampling } = generator;
  const { policy, personas } = fewShots;
  const voice =
    policy === 'persona'
      ? `, personas ${personas === undefined ? 'built in' : inlineCode(withoutFolders(personas))}`
      : '';
  return (
    `${name} asked ${modelName(endpoint.model)} ${plural(requests, 'time')} for ${plural(perRequest, 'sample')}, at temperature ${sampling.temperature}, ` +
    `each time showing ${plural(fewShots.count, 'sample')} of the pool (policy ${inlineCode(policy)}${voice}).${answers}`
  );
}

function solverText({ endpoint, attempts, agreement }: SolverConfig): string {
  if (attempts === 0) return ' No independent answer was asked for.';
  return ` Each was answered ${plural(attempts, 'time')} by ${modelName(endpoint.model)}; ${agreement} of the answers had to agree.`;
}

function filterTexts({ prompt, completion, language, nearDuplicates, judge }: FilterConfig): readonly string[] {
  const lengths = `Prompts of ${prompt.least} to ${whole(prompt.most)} characters and completions of ${completion.least} to ${whole(completion.most)} were kept`;
  return [
    `${lengths}, in ${language === null ? 'any language' : `the language ${inlineCode(language)} only`}.`,
    nearDuplicates === null
      ? 'Exact repeats were dropped, near duplicates were not looked for.'
      : `Repeats were dropped, and near duplicates by MinHash over ${nearDuplicates.ngram} words (${nearDuplicates.buckets} buckets of ${nearDuplicates.hashes} hashes).`,
    ...(judge === null
      ? []
      : [`${modelName(judge.endpoint.model)} judged them; scores of ${judge.least} of 5 and more were kept.`]),
  ];
}

function modelName(model: string): string {
  return inlineCode(withoutFolders(model));
}
