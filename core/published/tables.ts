// The published tables by name: what evaluation files may ask for.

import { medreviewGains } from './medreview.ts';
import { prismaticMath, prismaticMathSecond, prismaticNli } from './prismatic.ts';
import type { PublishedTable } from './table.ts';

const tables: readonly PublishedTable[] = [prismaticMath, prismaticMathSecond, prismaticNli, medreviewGains];

export const publishedNames: readonly string[] = tables.map(({ name }) => name);

/** In the order of `names`; names of no table are left out. */
export function publishedTables(names: readonly string[]): readonly PublishedTable[] {
  return names.flatMap((name) => tables.find((table) => table.name === name) ?? []);
}
