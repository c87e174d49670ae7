// Which rater sees what, in which order and under which letters. Nobody who holds a sheet can tell systems apart by place.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { permutation } from '../random/philox.ts';

/** What every system made of one prompt. */
export interface RatedItem {
  readonly id: string;
  readonly prompt: string;
  readonly reference: string | null;
  /** By system. */
  readonly outputs: ReadonlyMap<string, string>;
}

export interface SheetPlan {
  readonly raters: readonly string[];
  /** Share of the items that every rater gets; the others go to one rater each. */
  readonly overlap: number;
  readonly seed: number;
}

export interface SheetEntry {
  readonly item: RatedItem;
  /** In the order of their letters A, B, C ... */
  readonly systems: readonly string[];
}

/** One line of the key: what stood under a letter. */
export interface KeyLine {
  readonly rater: string;
  readonly item: string;
  readonly output: string;
  readonly system: string;
}

/** By rater. Seeded: the same plan gives the same sheets. */
export function planSheets(
  items: readonly RatedItem[],
  { raters, overlap, seed }: SheetPlan,
): ReadonlyMap<string, readonly SheetEntry[]> {
  requirePlan(items, raters, overlap);
  const dealt = [...permutation(`rating/${seed}/items`, items.length)];
  const shared = new Set(dealt.slice(0, Math.round(overlap * items.length)));
  const sheets = raters.map((rater, place) => {
    const own = dealt.filter((item, at) => shared.has(item) || at % raters.length === place);
    const order = [...permutation(`rating/${seed}/order/${rater}`, own.length)];
    const entries = order.flatMap((at) => entryOf(items[own[at] ?? -1], `rating/${seed}/letters/${rater}`));
    return [rater, entries] as const;
  });
  return new Map(sheets);
}

export function keyOf(sheets: ReadonlyMap<string, readonly SheetEntry[]>): KeyLine[] {
  return [...sheets].flatMap(([rater, entries]) =>
    entries.flatMap(({ item, systems }) =>
      systems.map((system, place) => ({ rater, item: item.id, output: letterOf(place), system })),
    ),
  );
}

export function letterOf(place: number): string {
  return String.fromCharCode(65 + place);
}

function entryOf(item: RatedItem | undefined, key: string): SheetEntry[] {
  if (item === undefined) return [];
  const systems = [...item.outputs.keys()];
  const order = [...permutation(`${key}/${item.id}`, systems.length)];
  return [{ item, systems: order.flatMap((place) => systems[place] ?? []) }];
}

function requirePlan(items: readonly RatedItem[], raters: readonly string[], overlap: number): void {
  if (items.length === 0) throw invalid('there are no items to rate');
  // Sheets are files by these names, and some disks do not tell Ann from ann.
  if (raters.length === 0 || new Set(raters.map((rater) => rater.toLowerCase())).size !== raters.length) {
    throw invalid(`raters are ${raters.join(', ') || 'none'}; expected different names in any case, at least one`);
  }
  if (!(overlap >= 0 && overlap <= 1)) throw invalid(`the overlap is ${overlap}; expected a share from 0 to 1`);
  const systems = items[0]?.outputs.size ?? 0;
  if (systems > 26) throw invalid(`${systems} systems have no letters; expected at most 26`);
}

function invalid(problem: string): PermanentError {
  return new PermanentError(FailureType.InvalidConfig, `rating sheets: ${problem}`);
}
