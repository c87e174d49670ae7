// diffract lineage: where one sample or reject of a campaign came from.

import type { Command } from 'commander';
import type { Trace, Traced } from '../../adapters/export/trace.ts';
import { storeOfCampaign } from '../campaign-store.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';

interface LineageOptions extends JsonOption {
  readonly store?: string;
}

export function addLineage(program: Command, context: CommandContext): void {
  program
    .command('lineage')
    .description('show what a sample was made from, back to the seeds, or why a reject was turned away')
    .argument('<name>', 'name of the campaign')
    .argument('<id>', 'id of a sample or of a reject, as an export has it')
    .option(
      '--store <location>',
      'store of the campaign, folder or s3://bucket/prefix; the server is asked without this',
    )
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract lineage embedded r1/rules/voice:17 --store .diffract/store')
    .action(async (campaign: string, id: string, options: LineageOptions) => {
      const { services } = context;
      const location = await storeOfCampaign(services, campaign, options.store);
      const trace = await services.traceSample(location, campaign, id);
      printResult(context, options, trace, textOf(trace));
    });
}

function textOf(trace: Trace): string {
  const { id, outcome, rejection, found, requests, missing } = trace;
  return [
    `${id}: ${outcome}`,
    ...(rejection === null
      ? []
      : [
          `  turned away by ${rejection.stage} in round ${rejection.round}: ${rejection.reason}`,
          `  detail: ${oneLine(rejection.detail)}`,
          `  item: ${oneLine(rejection.item)}`,
        ]),
    ...(found === null ? ['  The artifacts do not say how it was made.'] : linesOf(found)),
    ...requests.map(
      ({ role, model, hash, answerKept }) =>
        `  asked as ${role}: ${model}, ${hash.slice(0, 12)}, answer ${answerKept ? 'in the store' : 'no longer in the store'}`,
    ),
    ...ancestorLines(trace),
    ...(missing.length === 0 ? [] : [`Not in the pool: ${missing.join(', ')}`]),
  ].join('\n');
}

function linesOf({ lineage, sample }: Traced): string[] {
  const { fewShots: _, ...known } = lineage;
  return [
    ...Object.entries(known).map(([name, value]) => `  ${nameOf(name)}: ${valueOf(value)}`),
    ...(sample === undefined
      ? []
      : [`  prompt: ${oneLine(sample.prompt)}`, `  completion: ${oneLine(sample.completion)}`]),
  ];
}

/** Few-shots under what was made after them; one that was shown before is named only. */
function ancestorLines({ found, ancestors }: Trace): string[] {
  const byId = new Map(ancestors.map((traced) => [traced.id, traced]));
  const shown = new Set<string>();
  const below = (ids: readonly string[], depth: number): string[] =>
    ids.flatMap((id) => {
      const traced = byId.get(id);
      const isNew = traced !== undefined && !shown.has(id);
      shown.add(id);
      const line = `${'  '.repeat(depth)}- ${id}${traced === undefined ? '' : `: ${originOf(traced)}`}`;
      return isNew ? [line, ...below(traced.lineage.fewShots, depth + 1)] : [line];
    });
  const shots = found?.lineage.fewShots ?? [];
  return shots.length === 0 ? [] : ['  few-shots:', ...below(shots, 2)];
}

function originOf({ lineage, sample }: Traced): string {
  const { origin, source, round } = lineage;
  return `${origin} of ${source}, round ${round}${sample === undefined ? '' : `, ${oneLine(sample.prompt, 80)}`}`;
}

/** `requestHash` as people read it. */
function nameOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function valueOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function oneLine(text: string, most = 200): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > most ? `${flat.slice(0, most)} ...` : flat;
}
