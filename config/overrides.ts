// What is laid over a campaign file before it is checked: its own `quick:` part and `--set path=value`.

import { parse } from 'yaml';

export type Tree = Readonly<Record<string, unknown>>;

/**
 * `patch` over `base`: mappings merge key by key; lists of named mappings merge by `name`, other lists of mappings by
 * position; every other value is replaced.
 */
export function mergeOver(base: unknown, patch: unknown): unknown {
  if (isTree(base) && isTree(patch)) {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(patch)) merged[key] = key in base ? mergeOver(base[key], value) : value;
    return merged;
  }
  if (isTreeList(base) && isTreeList(patch)) return mergeLists(base, patch);
  return patch;
}

/** One `--set`: `a.b=value`; list entries by name or by number, the value in YAML. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** @returns null unless the text has the form `path=value` with a value that YAML can read */
export function parseAssignment(text: string): Assignment | null {
  const cut = text.indexOf('=');
  const path = text.slice(0, cut).split('.');
  if (cut < 1 || path.includes('')) return null;
  try {
    return { path, value: parse(text.slice(cut + 1)) as unknown };
  } catch {
    return null;
  }
}

/** @returns the tree with the value in place, or the first part of the path that is no entry of its list */
export function assign(tree: unknown, { path, value }: Assignment): { tree: unknown } | { missing: string } {
  const [head, ...rest] = path;
  if (head === undefined) return { tree: value };
  if (Array.isArray(tree)) return assignInList(tree, head, { path: rest, value });
  const base: Tree = isTree(tree) ? tree : {};
  const inner = assign(base[head], { path: rest, value });
  return 'missing' in inner ? inner : { tree: { ...base, [head]: inner.tree } };
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assignInList(
  list: readonly unknown[],
  head: string,
  rest: Assignment,
): { tree: unknown } | { missing: string } {
  const named = list.findIndex((entry) => isTree(entry) && entry['name'] === head);
  const index = named >= 0 ? named : /^\d+$/.test(head) ? Number(head) : -1;
  if (index < 0 || index >= list.length) return { missing: head };
  const inner = assign(list[index], rest);
  return 'missing' in inner ? inner : { tree: list.with(index, inner.tree) };
}

function isTreeList(value: unknown): value is readonly Tree[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTree);
}

function mergeLists(base: readonly Tree[], patch: readonly Tree[]): readonly unknown[] {
  const named = base.every((entry) => 'name' in entry) && patch.every((entry) => 'name' in entry);
  const merged: unknown[] = [...base];
  patch.forEach((entry, position) => {
    const index = named ? base.findIndex((other) => other['name'] === entry['name']) : position;
    if (index < 0 || index >= base.length) merged.push(entry);
    else merged[index] = mergeOver(base[index], entry);
  });
  return merged;
}
