// What a campaign file comes to, line by line: the text of `diffract check`.

import type {
  BudgetConfig,
  CampaignConfig,
  DecontaminationConfig,
  Endpoint,
  FewShotConfig,
  FilterConfig,
  GeneratorConfig,
  SampleSource,
  SolverConfig,
  StopConfig,
} from '../contracts/campaign.ts';
import type { TrainerConfig } from '../contracts/trainers.ts';
import { percent, plural, whole } from '../core/report/format.ts';
import type { CheckedSource } from './checked-sources.ts';
import { textTable } from './text-table.ts';

/** @param files - says how many rows files have that are taken whole */
export function campaignSummary(config: CampaignConfig, files: readonly CheckedSource[]): string {
  const { generators, benchmarks, selection, sketch, student, prices } = config;
  const sizeOf = sizesBy(files);
  return textTable(
    ['Campaign', config.name],
    [
      ['task', config.task],
      ['store', storeText(config)],
      ['seeds', sizeOf(config.seeds)],
      [
        'rounds',
        config.rounds === 0
          ? 'none: the seeds are the pool'
          : `${config.rounds}, each accepts at most ${whole(selection.accept)} (${selection.method})`,
      ],
      ...listed('a round', generators.map(generatorText)),
      ['filters', filterText(config.filters)],
      ['decontamination', decontaminationText(config.decontamination)],
      ...listed(
        'benchmarks',
        benchmarks.map(({ name, distribution, sources }) => `${name} (${distribution}, ${sizeOf(sources)})`),
      ),
      ['ends early', stopText(config.stop)],
      ['budget', budgetText(config.budget, prices?.currency ?? '')],
      ['prices', prices === null ? 'none: costs are unknown' : `${prices.version}, in ${prices.currency}`],
      ['proxy', `${sketch.proxy}, d = ${sketch.p ** 2}`],
      ['student', student === undefined ? 'none' : studentText(student)],
      ...(student !== undefined && 'hardware' in student ? [['wants', student.hardware]] : []),
    ],
    [config.name],
  );
}

function studentText(student: TrainerConfig): string {
  const { kind, model } = student;
  if (kind === 'embedded') return `${kind} ${model}`;
  return `${kind} ${model}, trained by ${student.template ?? student.command[0] ?? 'nothing'}`;
}

function storeText({ store }: CampaignConfig): string {
  return store.kind === 'directory' ? store.path : `s3://${store.bucket}/${store.prefix}`;
}

/** One entry a line, named once. */
function listed(name: string, entries: readonly string[]): readonly (readonly string[])[] {
  return entries.length === 0 ? [[name, 'none']] : entries.map((entry, place) => [place === 0 ? name : '', entry]);
}

function generatorText(generator: GeneratorConfig): string {
  const { name, kind } = generator;
  if (kind === 'symbolic') return `${name}: ${plural(generator.count, 'candidate')} by rule`;
  const answers = generator.solver === undefined ? '' : `; ${solverText(generator.solver)}`;
  if (kind === 'file') return `${name}: ${plural(generator.count, 'candidate')} of files${answers}`;
  const { endpoint, requests, perRequest, fewShots, structured } = generator;
  const asked = `${plural(requests, 'request')} to ${endpointText(endpoint)} for ${plural(perRequest, 'sample')} each`;
  return `${name}: ${asked}${structured ? ' as JSON' : ''}, ${fewShotText(fewShots)}${answers}`;
}

function solverText({ attempts, agreement, endpoint }: SolverConfig): string {
  if (attempts === 0) return 'no answer is asked for';
  return `${plural(attempts, 'answer')} to each by ${endpointText(endpoint)}, of which ${agreement} must agree`;
}

function fewShotText({ count, policy, personas }: FewShotConfig): string {
  const voice = policy === 'persona' ? ` (${personas ?? 'the built-in personas'})` : '';
  return `showing ${count} of the pool (${policy})${voice}`;
}

function endpointText({ model, servers, route }: Endpoint): string {
  return `${model} at ${servers.map(({ url }) => url).join(', ')}${route === 'batch' ? ' by batch' : ''}`;
}

function filterText({ prompt, completion, language, nearDuplicates, judge }: FilterConfig): string {
  const near =
    nearDuplicates === null
      ? 'only exact repeats dropped'
      : `near duplicates dropped (${nearDuplicates.ngram} words, ${nearDuplicates.buckets} x ${nearDuplicates.hashes} hashes)`;
  return [
    `prompt ${prompt.least} to ${whole(prompt.most)} characters`,
    `completion ${completion.least} to ${whole(completion.most)}`,
    language === null ? 'any language' : `language ${language}`,
    near,
    judge === null ? 'no judge' : `judged by ${endpointText(judge.endpoint)}, ${judge.least} of 5 at least`,
  ].join(', ');
}

function decontaminationText({ semantic, ...rule }: DecontaminationConfig): string {
  const numbers = Object.entries(rule).map(([name, value]) => `${name} ${value}`);
  const pairs =
    semantic === null
      ? 'no judge of paraphrases'
      : `pairs from cosine ${semantic.similarity} by ${semantic.encoder} judged by ${endpointText(semantic.endpoint)}`;
  return [...numbers, pairs].join(', ');
}

function stopText({ gVendi, gain }: StopConfig): string {
  const rules = [
    ...(gVendi === null ? [] : [`at G-Vendi ${gVendi}`]),
    ...(gain === null ? [] : [`after ${plural(gain.rounds, 'round')} that add less than ${percent(gain.least)}`]),
  ];
  return rules.length === 0 ? 'never' : rules.join(', ');
}

function budgetText({ tokens, softTokens, cost, softCost }: BudgetConfig, currency: string): string {
  const limits = [
    ...(softTokens === null ? [] : [`pauses at ${whole(softTokens)} tokens`]),
    ...(softCost === null ? [] : [`pauses at ${softCost} ${currency}`]),
    ...(tokens === null ? [] : [`at most ${whole(tokens)} tokens`]),
    ...(cost === null ? [] : [`at most ${cost} ${currency}`]),
  ];
  return limits.length === 0 ? 'no limit' : limits.join(', ');
}

/** `96 of 7,473 rows`, `48 samples by rule` */
function sizesBy(files: readonly CheckedSource[]): (sources: readonly SampleSource[]) => string {
  return (sources) =>
    sources
      .map((source) => {
        if (source.kind === 'symbolic') return `${plural(source.count, 'sample')} by rule`;
        const rows = files.find((file) => file.source === source)?.rows ?? null;
        const { count, skip } = source;
        if (rows === null) return count === undefined ? 'all rows of a long file' : plural(count, 'row');
        const left = Math.max(0, rows - skip);
        const taken = Math.min(count ?? left, left);
        return taken === rows ? `all ${plural(rows, 'row')}` : `${whole(taken)} of ${plural(rows, 'row')}`;
      })
      .join(' + ');
}
