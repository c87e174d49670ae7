// A file as its user wrote it: YAML or JSON, `quick:` and `--set` laid over it, checked against its schema; problems come with
// their lines.

import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { assign, isTree, mergeOver, parseAssignment } from './overrides.ts';
import type { Tree } from './overrides.ts';
import { describeIssue, showPath } from './problems.ts';
import type { Problem } from './problems.ts';
import { valueAt } from './schema-walk.ts';

export interface FileOverrides {
  /** The file's own `quick:` part is laid over it. */
  readonly size?: 'full' | 'quick';
  /** `a.b=value`, applied in order after `quick:`. */
  readonly set?: readonly string[];
  readonly name?: string;
}

/** What a message says of a kind of file. */
export interface FileKind {
  /** `campaign`. */
  readonly kind: string;
  /** A file that shows how it is done. */
  readonly example: string;
}

export interface CheckedFile<File> {
  readonly file: File;
  /** Absolute path. */
  readonly source: string;
  /** The failure that tells of problems beyond single fields. */
  invalid(problems: readonly Problem[]): PermanentError;
}

/** @throws {PermanentError} `InvalidConfig` naming the file and every bad field */
export function readCheckedFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  { overrides, ...kind }: FileKind & { readonly overrides: FileOverrides },
): CheckedFile<z.output<Schema>> {
  const source = resolve(path);
  const written = readDocument(source, path, kind);
  const tree = applyOverrides(written.tree, overrides, path);
  const parsed = schema.safeParse(tree);
  const lineOf = linesOfUnchanged(written, tree);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, { tree, schema }));
    throw invalid(path, problems, lineOf);
  }
  return { file: parsed.data, source, invalid: (problems) => invalid(path, problems, lineOf) };
}

type LineOf = (path: Problem['path']) => number | null;

function readDocument(source: string, path: string, kind: FileKind): { tree: Tree; lineOf: LineOf } {
  const lines = new LineCounter();
  const document = parseDocument(readText(source, path, kind), { lineCounter: lines, prettyErrors: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new PermanentError(FailureType.InvalidConfig, `${path} is no valid YAML or JSON: ${broken.message.trim()}`);
  }
  const tree: unknown = document.toJS();
  if (!isTree(tree)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `${path}: expected a mapping with name, task, seed, store, ... at the top; see ${kind.example}.`,
    );
  }
  const lineOf: LineOf = (at) => {
    for (let depth = at.length; depth > 0; depth--) {
      const node = document.getIn(at.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
  return { tree, lineOf };
}

/** A value that `quick:` or `--set` laid over the file stands elsewhere, or nowhere in it. */
function linesOfUnchanged({ tree, lineOf }: { readonly tree: Tree; readonly lineOf: LineOf }, laid: Tree): LineOf {
  const textAt = (root: Tree, path: Problem['path']) => JSON.stringify(valueAt(root, path));
  return (path) => (textAt(tree, path) === textAt(laid, path) ? lineOf(path) : null);
}

function readText(source: string, path: string, { kind, example }: FileKind): string {
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Cannot read the ${kind} file ${path}: ${reason}. Give the path of a YAML or JSON file, such as ${example}.`,
      { cause: error },
    );
  }
}

function applyOverrides(written: Tree, overrides: FileOverrides, path: string): Tree {
  const { quick, ...full } = written;
  let tree: unknown = full;
  if (overrides.size === 'quick') tree = layQuick(full, quick, path);
  for (const text of overrides.set ?? []) {
    const assignment = parseAssignment(text);
    if (assignment === null) {
      throw new PermanentError(
        FailureType.InvalidConfig,
        `--set ${text}: expected path=value, as in --set selection.accept=64 or --set generators.symbolic.count=100.`,
      );
    }
    const assigned = assign(tree, assignment);
    if ('missing' in assigned) {
      const where = assignment.path.join('.');
      throw new PermanentError(
        FailureType.InvalidConfig,
        `--set ${where}: "${assigned.missing}" is no entry of that list in ${path}; name one, or give its number from 0.`,
      );
    }
    tree = assigned.tree;
  }
  if (overrides.name !== undefined) tree = mergeOver(tree, { name: overrides.name });
  return tree as Tree;
}

/** A quick run is another campaign: it never meets the full one under the same name. */
function layQuick(full: Tree, quick: unknown, path: string): unknown {
  if (!isTree(quick)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `${path} has no quick: part, so there is no quick size to run; add one with smaller numbers, or leave out --quick.`,
    );
  }
  const name = typeof full['name'] === 'string' ? { name: `${full['name']}-quick` } : {};
  return mergeOver({ ...full, ...name }, quick);
}

function invalid(path: string, problems: readonly Problem[], lineOf: LineOf): PermanentError {
  const fields = problems.map((problem) => {
    const line = lineOf(problem.path);
    return `  ${line === null ? '' : `line ${line}, `}${showPath(problem.path)}: ${problem.message}`;
  });
  const heading = `${basename(path)} has ${fields.length} bad ${fields.length === 1 ? 'field' : 'fields'} (${path}):`;
  return new PermanentError(FailureType.InvalidConfig, [heading, ...fields].join('\n'));
}
