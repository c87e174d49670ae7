// The body of an exported data set's card: what it is, how it was made, what was turned away, how to load it.

import type { CampaignConfig, SelectionConfig } from '../../contracts/campaign.ts';
import type { FunnelRow } from '../../contracts/status.ts';
import { diversity, plural, whole } from '../../core/report/format.ts';
import { generatorFunnels } from '../../core/report/figures.ts';
import { configNameOf, declaredFormats, fileNameOf } from './card-content.ts';
import type { CardContent } from './card-content.ts';
import { rulesSection } from './card-rules.ts';
import { inlineCode, markdownTable } from './markdown.ts';
import { withoutFolders } from './published-config.ts';
import { REJECTS_FOLDER, REJECTS_PAGE } from './rejects.ts';

export function cardBody(content: CardContent): string {
  const sections = [
    introduction(content),
    originSection(content),
    rulesSection(content.made.config),
    diversitySection(content),
    funnelSection(content),
    decontaminationSection(content),
    loadingSection(content),
    licenseSection(content),
  ];
  return `${sections.filter((section) => section !== null).join('\n\n')}\n`;
}

function introduction({ made, task, samples, version }: CardContent): string {
  const { campaign, config, round, pool } = made;
  const rule = config === null ? 'some by a rule that is not known' : acceptanceRules[config.selection.method];
  const grown = round === 0 ? 'the import of its seeds' : plural(round, 'round');
  return [
    `# ${campaign}`,
    `${plural(samples, 'training sample')} of the task ${task}: the pool of the Diffract campaign ${inlineCode(campaign)} after ${grown}. A round ` +
      `makes candidates, turns away what is malformed, repeated, contaminated or inconsistent, and accepts of the rest ${rule}.`,
    `Exported by Diffract ${version}. \`provenance.json\` has the whole configuration, the keys and artifacts of every stage, and the sha256 of ` +
      `every file here; the pool is the artifact \`${pool.manifest}\`. What a sample was made from stands in its own row (\`lineage\`), and ` +
      `\`diffract lineage ${campaign} ID\` follows it back to the seeds.`,
  ].join('\n\n');
}

const acceptanceRules: Readonly<Record<SelectionConfig['method'], string>> = {
  'sparse-clusters': 'what points where the gradients of the pool are sparse',
  spectral: 'what spreads the gradients of the pool over the most directions',
  random: 'an equally likely draw, whatever their gradients',
};

function originSection({ origins, groups, made }: CardContent): string {
  const rows = origins.map(({ generator, origin, source, template, samples }) => [
    inlineCode(generator),
    origin,
    inlineCode(source),
    template === null ? 'none' : inlineCode(template),
    whole(samples),
  ]);
  const files = (made.config?.seeds ?? []).flatMap((source) => fileNameOf(source) ?? []);
  const breakdown = Object.entries(groups).sort(([, a], [, b]) => b - a);
  const shown = breakdown.slice(0, MOST_GROUPS).map(([group, samples]) => [inlineCode(group), whole(samples)]);
  return [
    '## Where the samples come from',
    markdownTable(['generator', 'origin', 'model, file or slice', 'prompt template', 'samples'], rows),
    ...(files.length === 0 ? [] : [`Seed files: ${[...new Set(files)].map((file) => inlineCode(file)).join(', ')}.`]),
    markdownTable(['group', 'samples'], shown),
    ...(breakdown.length > shown.length
      ? [`${whole(breakdown.length - shown.length)} smaller groups are not shown.`]
      : []),
  ].join('\n\n');
}

const MOST_GROUPS = 20;

function diversitySection({ made }: CardContent): string | null {
  const summaries = made.rounds.flatMap(({ summary }) => (summary === null ? [] : [summary]));
  const [first] = summaries;
  if (first === undefined) return null;
  const rows = summaries.map(({ round, accepted, random, poolAfter, poolAfterRandom }) => [
    String(round),
    whole(accepted.n),
    diversity(accepted),
    diversity(random),
    whole(poolAfter.n),
    diversity(poolAfter),
    diversity(poolAfterRandom),
  ]);
  const proxy = made.config?.sketch.proxy;
  const titles = ['round', 'accepted', 'G-Vendi', 'of a random draw', 'pool after', 'G-Vendi', 'with the random draw'];
  return [
    '## Diversity',
    `G-Vendi is the effective number of directions among the gradients of the samples${proxy === undefined ? '' : ` under ${inlineCode(withoutFolders(proxy))}`}, ` +
      `projected to d = ${whole(first.pool.d)} dimensions; with a 95 % bootstrap interval. It grows with n, so compare values of equal n, d and proxy ` +
      'only. The random draw is an equally large one from the same candidates.',
    markdownTable(titles, rows),
  ].join('\n\n');
}

function funnelSection({ made, rejects }: CardContent): string {
  const seeds = made.rounds.filter(({ round }) => round === 0).flatMap(({ funnel }) => funnel);
  const later = made.rounds.flatMap(({ summary }) => summary?.funnel ?? []);
  const rows = [...seeds, ...generatorFunnels(later).flatMap(({ stages }) => stages)];
  return [
    '## From candidates to samples',
    'All rounds together. At every gate, what went in equals what was kept plus what was rejected.',
    markdownTable(['generator', 'gate', 'in', 'kept', 'rejected', 'reasons'], rows.map(funnelCells)),
    `The ${plural(rejects, 'reject')} ${rejects === 1 ? 'is' : 'are'} kept: \`${REJECTS_PAGE}\` has counts and examples` +
      `${rejects === 0 ? '' : `, \`${REJECTS_FOLDER}/\` all of them`}.`,
  ].join('\n\n');
}

function funnelCells(row: FunnelRow): string[] {
  const reasons = Object.entries(row.rejected).filter(([, count]) => count > 0);
  const told = reasons.sort(([, a], [, b]) => b - a).map(([reason, count]) => `${inlineCode(reason)} ${whole(count)}`);
  const { generator, stage, kept } = row;
  return [inlineCode(generator), inlineCode(stage), whole(row.in), whole(kept), whole(row.in - kept), told.join(', ')];
}

function decontaminationSection({ made }: CardContent): string | null {
  const { config } = made;
  if (config === null) return null;
  const names = config.benchmarks.map(({ name, distribution }) => {
    return `${inlineCode(name)} (${distribution === 'in' ? 'in' : 'out of'} distribution)`;
  });
  return [
    '## Decontamination',
    names.length === 0
      ? 'No benchmark was named, so nothing was removed as contaminated. Check against your own before you train.'
      : `Seeds and candidates that hold a row of these benchmarks were rejected: ${names.join(', ')}. ${ruleText(config)}`,
  ].join('\n\n');
}

/** Numbers and names only: a judge's servers are nobody's business. */
function ruleText({ decontamination }: CampaignConfig): string {
  const { semantic, ...rule } = decontamination;
  const numbers = Object.entries(rule).filter(([, value]) => typeof value !== 'object');
  const shared = `The rule for shared n-grams: ${numbers.map(([name, value]) => `${name} ${value}`).join(', ')}.`;
  if (semantic === null) return shared;
  const { encoder, similarity, endpoint } = semantic;
  return (
    `${shared} Then the nearest benchmark row by embeddings of ${inlineCode(withoutFolders(encoder))}, from a cosine of ${similarity} on, was shown to ` +
    `${inlineCode(withoutFolders(endpoint.model))}, whose doubt counted as a copy.`
  );
}

function loadingSection(content: CardContent): string {
  const { formats, rejects } = content;
  const declared = declaredFormats(content);
  const [, ...others] = declared.map(configNameOf);
  const all = [...formats, ...(rejects === 0 ? [] : ['rejects' as const])];
  const apart = all.filter((format) => !declared.includes(format));
  const loads = [
    'load_dataset(folder, split="train")',
    ...others.map((name) => `load_dataset(folder, "${name}", split="train")`),
    ...apart.map((format) => `load_dataset(folder + "/${format}", split="train")`),
  ];
  return `## Loading it

\`\`\`python
from datasets import load_dataset

${loads.join('\n')}
\`\`\``;
}

function licenseSection({ license }: CardContent): string {
  return `## Licence

The head says \`${license}\`. ${
    license === 'unknown'
      ? 'Diffract does not know the terms of the seeds nor those of the models that wrote samples; they decide. Set `license` before you publish.'
      : 'It was given by who exported the data; check it against the terms of the seeds and of the models above.'
  }`;
}
