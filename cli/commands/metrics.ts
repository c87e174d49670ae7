// diffract metrics: predictions against references, by the rules of the packages that papers use.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { Option } from 'commander';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { decimal, plural, range } from '../../core/report/format.ts';
import type { ScoreDifference, TextMetric, TextMetricName } from '../../core/scoring/text-metrics.ts';
import { corpusScore, scoreDifference, textMetric, textMetricNames } from '../../core/scoring/text-metrics.ts';
import { porterStem } from '../../core/text/porter-stemmer.ts';
import type { NltkRelease } from '../../core/text/word-tokens.ts';
import { nltkReleases } from '../../core/text/word-tokens.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { printResult } from '../context.ts';
import { UsageError } from '../exit.ts';
import { wholeNumber } from '../options.ts';
import { textTable } from '../text-table.ts';
import { readTextPairs } from '../text-pairs.ts';

interface MetricsOptions extends JsonOption {
  readonly stem?: true;
  readonly nltk?: NltkRelease;
  readonly against?: string;
  readonly draws: number;
  readonly seed: string;
}

export function addMetrics(program: Command, context: CommandContext): void {
  program
    .command('metrics')
    .description('score predictions against references; reads rows {prediction, reference}, needs no server')
    .argument('<names>', `one or more of ${textMetricNames.join(',')}`, metricNames)
    .argument('[file]', 'data file; - or nothing for JSON lines on stdin', '-')
    .option('--stem', 'ROUGE compares stems, as use_stemmer of rouge-score')
    .addOption(new Option('--nltk <release>', 'METEOR cuts tokens as this NLTK (default: 3.10)').choices(nltkReleases))
    .option('--against <file>', 'a second system on the same references, row by row: differences and how sure they are')
    .option('--draws <count>', 'bootstrap draws behind an interval', wholeNumber, 1000)
    .option('--seed <text>', 'names the random numbers of the draws', 'metrics')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract metrics rouge-l,meteor,chrf answers.jsonl --json\n\n' +
        'A reference may be a list of texts: the best one counts. Of ROUGE and METEOR the corpus value is the mean of\n' +
        'the items; of chrF it is the score of the summed statistics. Intervals are percentile bootstraps over items.',
    )
    .action((names: readonly TextMetricName[], file: string, options: MetricsOptions) =>
      metrics(names, file, { ...options, context }),
    );
}

function metricNames(text: string): readonly TextMetricName[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !textMetricNames.some((known) => known === name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is no metric; expected ${textMetricNames.join(', ')}.`);
  return textMetricNames.filter((name) => names.includes(name));
}

async function metrics(
  names: readonly TextMetricName[],
  file: string,
  options: MetricsOptions & { readonly context: CommandContext },
): Promise<void> {
  const { context, seed, draws } = options;
  const opened = await openMetrics(names, options);
  const scored = await scoredItems(opened, file, context);
  const against = options.against === undefined ? null : await scoredItems(opened, options.against, context);
  if (against !== null) requireSameReferences(scored, against, file, options.against ?? '');
  const corpus = scored.metrics.map(({ metric, statistics }) => ({
    metric,
    ...corpusScore(metric, statistics, { key: `${seed}/${metric.name}`, draws }),
  }));
  const byName = <Value>(value: (one: (typeof corpus)[number]) => Value): Record<string, Value> =>
    Object.fromEntries(corpus.map((one) => [one.metric.name, value(one)]));
  const document = {
    n: scored.items.length,
    corpus: byName(({ value }) => value),
    intervals: byName(({ low, high }) => [low, high]),
    interval: { method: 'percentile bootstrap over items', confidence: 0.95, draws, seed },
    metrics: byName(({ metric }) => ({ signature: metric.signature(scored.references), scale: metric.scale })),
    ...(against !== null && { differences: differencesOf(scored, against, options) }),
    items: scored.items,
  };
  const rows = corpus.map(({ metric, value, low, high }) => {
    const show = (score: number) => decimal(score, metric.scale === 1 ? 4 : 2);
    return [metric.name, show(value), range([low, high], show), metric.signature(scored.references)];
  });
  const table = textTable(['Metric', 'value', '95 % interval', 'signature'], rows, ['signature']);
  const parts = [
    plural(document.n, 'item'),
    table,
    ...(document.differences ? [differenceTable(document.differences)] : []),
  ];
  printResult(context, options, document, parts.join('\n'));
}

type Differences = Readonly<Record<string, ScoreDifference>>;

function differencesOf(first: Scored, second: Scored, { seed, draws }: MetricsOptions): Differences {
  const each = first.metrics.map(({ metric, statistics }, place) => {
    const others = second.metrics[place]?.statistics ?? [];
    return [
      metric.name,
      scoreDifference(metric, statistics, others, { key: `${seed}/${metric.name}`, draws }),
    ] as const;
  });
  return Object.fromEntries(each);
}

function differenceTable(differences: Differences): string {
  const rows = Object.entries(differences).map(([name, { difference, low, high, pValue }]) => {
    const show = (value: number) => decimal(value, name.startsWith('chrf') ? 2 : 4);
    return [name, show(difference), range([low, high], show), decimal(pValue, 4)];
  });
  return textTable(['Less the second system', 'difference', '95 % interval', 'p'], rows);
}

function requireSameReferences({ asked }: Scored, second: Scored, file: string, other: string): void {
  const place = asked.findIndex((references, item) => references !== second.asked[item]);
  const isShort = asked.length !== second.asked.length;
  if (place === -1 && !isShort) return;
  const found = isShort ? `${second.asked.length} rows` : `other references in row ${place + 1}`;
  const expected = isShort ? `${asked.length}, as ${file} has` : `those of ${file}`;
  throw new PermanentError(
    FailureType.InvalidData,
    `${other}: ${found}, expected ${expected}. Systems are compared on the same items in the same order.`,
  );
}

async function openMetrics(
  names: readonly TextMetricName[],
  { stem, nltk, context }: MetricsOptions & { readonly context: CommandContext },
): Promise<readonly TextMetric[]> {
  if (stem === true && !names.some((name) => name.startsWith('rouge')))
    throw new UsageError('--stem belongs to ROUGE.');
  if (nltk !== undefined && !names.includes('meteor')) throw new UsageError('--nltk belongs to METEOR.');
  const lexicon = names.includes('meteor') ? await context.services.openEnglishLexicon(nltk) : null;
  return names.map((name) => textMetric(name, { stem: stem && porterStem, lexicon }));
}

interface Scored {
  readonly metrics: readonly { readonly metric: TextMetric; readonly statistics: readonly Float64Array[] }[];
  readonly items: readonly object[];
  /** The references of every item, as one text. */
  readonly asked: readonly string[];
  /** Of every item, where that is one number. */
  readonly references: number | 'var';
}

async function scoredItems(metrics: readonly TextMetric[], file: string, context: CommandContext): Promise<Scored> {
  const items: object[] = [];
  const statistics = metrics.map(() => new Array<Float64Array>());
  const counts = new Set<number>();
  const asked: string[] = [];
  for await (const { id, ...pair } of readTextPairs(file, context)) {
    counts.add(pair.references.length);
    asked.push(JSON.stringify(pair.references));
    const scores = metrics.map((metric, place) => {
      const found = metric.statisticsOf(pair);
      statistics[place]?.push(found);
      return [metric.name, metric.scoreOf(found)] as const;
    });
    items.push({ ...(id !== undefined && { id }), ...Object.fromEntries(scores) });
    if (items.length % 100 === 0) context.terminal.progress(`Scored ${items.length} ...`);
  }
  const [first = 1, ...others] = counts;
  return {
    metrics: metrics.map((metric, place) => ({ metric, statistics: statistics[place] ?? [] })),
    items,
    asked,
    references: others.length === 0 ? first : 'var',
  };
}
