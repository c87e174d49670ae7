// The names of the models that a server lists, and which of them were perhaps meant.

import { z } from 'zod';

const List = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Null for a body that is no list of models. */
export function readModelNames(body: string): readonly string[] | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const names = List.safeParse(json).data?.data.map(({ id }) => id) ?? [];
  return names.length > 0 ? names : null;
}

const MOST = 5;

/** The nearest names, best first: by the share of pairs of letters that two names have in common (Dice). */
export function nearNames(name: string, names: readonly string[]): readonly string[] {
  const wanted = pairsOf(name);
  const ranked = names.map((other) => ({ other, likeness: likeness(wanted, pairsOf(other)) }));
  // The sort is stable, so names that are equally like stay in the server's order.
  return ranked
    .sort((first, second) => second.likeness - first.likeness)
    .slice(0, MOST)
    .map(({ other }) => other);
}

function pairsOf(name: string): ReadonlySet<string> {
  const letters = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const pairs = new Set<string>();
  for (let start = 0; start + 2 <= letters.length; start++) pairs.add(letters.slice(start, start + 2));
  return pairs;
}

function likeness(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  const shared = [...first].filter((pair) => second.has(pair)).length;
  return (2 * shared) / Math.max(1, first.size + second.size);
}
