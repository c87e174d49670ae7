// diffract ratings: blinded sheets for people out, and what they rated in.

import { createHash } from 'node:crypto';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { loadRatingKey, loadRubric } from '../../config/load-rating.ts';
import { decimal, plural, range } from '../../core/report/format.ts';
import { readRatings } from '../../core/rating/rating-lines.ts';
import type { CriterionReport, Estimate, RatingReport } from '../../core/rating/report.ts';
import { ratingReport } from '../../core/rating/report.ts';
import { evidenceRubric, requireRubric } from '../../core/rating/rubric.ts';
import type { Rubric } from '../../core/rating/rubric.ts';
import { sheetPage } from '../../core/rating/sheet-page.ts';
import { sheetRows } from '../../core/rating/sheet-rows.ts';
import { keyOf, planSheets } from '../../core/rating/sheets.ts';
import type { RatedItem } from '../../core/rating/sheets.ts';
import { permutation } from '../../core/random/philox.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { printResult } from '../context.ts';
import { UsageError } from '../exit.ts';
import { integer, pairs, wholeNumber } from '../options.ts';
import { readJudgeScores, readRatedItems, readSheetLines } from '../rated-items.ts';
import { textTable } from '../text-table.ts';

interface SheetsOptions extends JsonOption {
  readonly systems: Readonly<Record<string, string>>;
  readonly raters: readonly string[];
  readonly overlap: number;
  readonly items?: number;
  readonly rubric?: string;
  readonly reference?: true;
  readonly key?: string;
  readonly seed: number;
}

interface ScoreOptions extends JsonOption {
  readonly judge?: string;
  readonly seed: number;
}

export function addRatings(program: Command, context: CommandContext): void {
  const ratings = program
    .command('ratings')
    .description('have people rate what systems answered, without knowing whose answer it is')
    .addHelpText(
      'after',
      '\nExample:\n  diffract ratings sheets sheets --systems ours=a.jsonl,theirs=b.jsonl --raters ann,ben',
    );
  ratings
    .command('sheets')
    .description('write a CSV file and a page for each rater; reads rows {id, prompt, prediction, reference?}')
    .argument('<folder>', 'where to write them; nothing may lie there yet')
    .requiredOption('--systems <name=file,...>', 'the answers of each system, two systems or more', pairs)
    .requiredOption('--raters <names>', 'ann,ben,... or how many', raterNames)
    .option('--overlap <share>', 'share of the items that every rater gets; the rest goes to one rater each', share, 1)
    .option('--items <count>', 'draw so many items; all without this', wholeNumber)
    .option('--rubric <file>', 'criteria and their scales (default: medical-evidence, after Shaib et al. 2023)')
    .option('--reference', 'show raters the reference too')
    .option('--key <file>', 'where to write which letter is whose; never inside the folder (default: FOLDER-key.json)')
    .option('--seed <n>', 'of order and letters', integer, 0)
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  diffract ratings sheets sheets --systems ours=a.jsonl,theirs=b.jsonl --raters ann,ben,carla --overlap 0.3',
    )
    .action((folder: string, options: SheetsOptions) => sheets(folder, options, context));
  ratings
    .command('score')
    .description('read filled sheets: agreement, means, differences, and whether a judge agrees')
    .argument('<key>', 'the key that was written with the sheets')
    .argument('<sheets...>', 'filled CSV files, any number of raters')
    .option('--judge <file>', 'rows {id, system, and criteria} of a judge, for its correlation with people')
    .option('--seed <n>', 'of the bootstrap', integer, 0)
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract ratings score sheets-key.json ratings-*.csv --json')
    .action((key: string, files: readonly string[], options: ScoreOptions) => score(key, files, options, context));
}

async function sheets(folder: string, options: SheetsOptions, context: CommandContext): Promise<void> {
  const { systems, raters, overlap, seed } = options;
  if (Object.keys(systems).length < 2) throw new UsageError('--systems names one system; expected at least two.');
  const places = placesOf(folder, options.key);
  const rubric: Rubric = options.rubric === undefined ? evidenceRubric : loadRubric(options.rubric);
  requireRubric(rubric);
  await context.services.requireNewSheets(places);
  const items = drawn(await readRatedItems(systems, context), options);
  const planned = planSheets(items, { raters, overlap, seed });
  const key = { schemaVersion: 1, seed, rubric, outputs: keyOf(planned) };
  const version = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 12);
  const files = [...planned].map(([rater, entries]) => ({
    rater,
    rows: sheetRows({ rater, rubric, entries }),
    page: sheetPage({ rater, rubric, entries, version }),
  }));
  await context.services.writeSheets(places, files, key);
  const counts = Object.fromEntries([...planned].map(([rater, entries]) => [rater, entries.length]));
  const text =
    `Sheets of ${plural(raters.length, 'rater')} in ${places.folder}: ${countsText(counts)}.\n` +
    `The key is ${places.key}: keep it from them.`;
  printResult(context, options, { ...places, rubric: rubric.name, items: counts }, text);
}

async function score(
  keyFile: string,
  files: readonly string[],
  options: ScoreOptions,
  context: CommandContext,
): Promise<void> {
  const key = loadRatingKey(keyFile);
  const lines = await readSheetLines(files, context);
  const ratings = readRatings(lines, key.rubric, key.outputs);
  const judge = options.judge === undefined ? null : await readJudgeScores(options.judge, key, context);
  const report = ratingReport(ratings, key.rubric, { judge, seed: options.seed });
  printResult(context, options, report, reportText(report));
}

function placesOf(folder: string, key: string | undefined): { folder: string; key: string } {
  const place = resolve(folder);
  const keyPlace = key === undefined ? join(dirname(place), `${basename(place)}-key.json`) : resolve(key);
  if (relative(place, keyPlace).split(sep)[0] !== '..') {
    throw new UsageError(`--key ${keyPlace} lies inside the folder that raters get; name a place outside of it.`);
  }
  return { folder: place, key: keyPlace };
}

function drawn(items: readonly RatedItem[], { items: count, reference, seed }: SheetsOptions): RatedItem[] {
  if (count !== undefined && count > items.length) {
    throw new UsageError(`--items ${count}: there are ${items.length} items only.`);
  }
  const order =
    count === undefined ? items.keys() : permutation(`rating/${seed}/draw`, items.length).subarray(0, count);
  return [...order].flatMap((place) => {
    const item = items[place];
    return item === undefined ? [] : [reference === true ? item : { ...item, reference: null }];
  });
}

function reportText(report: RatingReport): string {
  const { ratings, raters, items, systems } = report;
  const head = `${plural(ratings, 'rating')} of ${plural(items, 'item')} and ${plural(systems.length, 'system')} by ${raters.join(', ')}`;
  return [head, ...report.criteria.flatMap(criterionText)].join('\n');
}

function criterionText({
  name,
  level,
  alpha,
  ratedTwice,
  pairs: agreed,
  systems,
  differences,
  judge,
}: CriterionReport) {
  const twice = plural(ratedTwice, 'output');
  const kappas = agreed.map(({ raters, kappa, outputs }) => `${raters.join('-')} ${show(kappa)} (${outputs})`);
  const rows = [
    ...systems.map(({ system, mean, low, high, items }) => [
      system,
      decimal(mean),
      interval({ low, high }),
      String(items),
    ]),
    ...differences.map(({ first, second, difference, low, high, items }) => {
      return [`${first} less ${second}`, decimal(difference), interval({ low, high }), String(items)];
    }),
  ];
  return [
    '',
    `${name}: alpha ${show(alpha)} (${level}, ${twice} rated twice)${kappas.length > 0 ? `; kappa ${kappas.join(', ')}` : ''}`,
    ...(rows.length === 0 ? [] : [textTable(['System', 'mean', '95 % interval', 'items'], rows)]),
    ...(judge === null
      ? []
      : [
          `  judge and people: Spearman ${estimate(judge.spearman)}, Kendall ${estimate(judge.kendall)} (${judge.outputs})`,
        ]),
  ];
}

function estimate(found: Estimate | null): string {
  return found === null ? 'none' : `${decimal(found.value)} ${interval(found)}`;
}

function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return range([low, high], decimal);
}

function show(value: number | null): string {
  return value === null ? 'none' : decimal(value);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([rater, count]) => `${rater} ${plural(count, 'item')}`)
    .join(', ');
}

function raterNames(text: string): readonly string[] {
  if (/^\d+$/.test(text)) return Array.from({ length: wholeNumber(text) }, (_, place) => `rater-${place + 1}`);
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(`"${wrong}" cannot name a file; expected letters, digits, dots and dashes.`);
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a share from 0 to 1.');
  return value;
}
