// The YAML head of a data set's README.md: which configurations it declares, and which files each split of them has.

import { parse, YAMLParseError } from 'yaml';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { isRecord } from './raw-row.ts';

export interface DeclaredConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Split -> patterns of file names; absent: the names of the files tell. */
  readonly dataFiles?: ReadonlyMap<string, readonly string[]>;
  /** The folder that the files are looked for in. */
  readonly dataFolder?: string;
}

/** @throws {PermanentError} `InvalidData` for a head that is no YAML, or configurations of another form */
export function declaredConfigs(folder: string, card: string): readonly DeclaredConfig[] {
  const [, head] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---/.exec(card) ?? [];
  const { configs = [] } = head === undefined ? {} : headOf(folder, head);
  if (!Array.isArray(configs)) throw misdeclared(folder, 'configs is no list');
  return configs.map((config: unknown) => configOf(folder, config));
}

/**
 * The one that is asked for; else the one that is marked or named as default, or the only one; null where none is declared.
 * @throws {PermanentError} `InvalidData` when it is not there, or several are and none is the default
 */
export function chosenConfig(
  folder: string,
  configs: readonly DeclaredConfig[],
  wanted: string | undefined,
): DeclaredConfig | null {
  const names = configs.map(({ name }) => name).join(', ');
  if (wanted !== undefined) {
    const found = configs.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    throw misdeclared(folder, `found ${names === '' ? 'no configs' : names}; expected the configuration "${wanted}"`);
  }
  const [first = null, ...others] = configs;
  if (others.length === 0) return first;
  const usual = configs.find(({ isDefault }) => isDefault) ?? configs.find(({ name }) => name === 'default');
  if (usual !== undefined) return usual;
  throw misdeclared(folder, `found the configurations ${names}; expected one to be named (config: ${first?.name})`);
}

/** The files of each split: patterns in the order they are declared, files of a pattern in the order of their names. */
export function declaredSplits(
  dataFiles: ReadonlyMap<string, readonly string[]>,
  names: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const matching = (pattern: string): readonly string[] => names.filter((name) => matcherOf(pattern).test(name));
  return new Map([...dataFiles].map(([split, patterns]) => [split, [...new Set(patterns.flatMap(matching))]]));
}

function headOf(folder: string, head: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(head);
    return isRecord(value) ? value : {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw misdeclared(folder, `its head is no YAML: ${error.message.trim()}`, error);
  }
}

function configOf(folder: string, config: unknown): DeclaredConfig {
  const name = isRecord(config) ? config['config_name'] : undefined;
  if (!isRecord(config) || typeof name !== 'string')
    throw misdeclared(folder, 'an entry of configs has no config_name');
  const { data_files: dataFiles, data_dir: dataFolder } = config;
  return {
    name,
    isDefault: config['default'] === true,
    ...(dataFiles === undefined || dataFiles === null ? {} : { dataFiles: patternsOf(folder, name, dataFiles) }),
    ...(typeof dataFolder === 'string' ? { dataFolder } : {}),
  };
}

/** A pattern or a list of them is the split `train`; otherwise every entry is {split, path}. */
function patternsOf(folder: string, name: string, dataFiles: unknown): Map<string, readonly string[]> {
  const plain = textsOf(dataFiles);
  if (plain !== null) return new Map([['train', plain]]);
  const entries: readonly unknown[] = Array.isArray(dataFiles) ? dataFiles : [];
  const patterns = new Map<string, readonly string[]>();
  for (const entry of entries) {
    const [split, paths] = isRecord(entry) ? [entry['split'], textsOf(entry['path'])] : [undefined, null];
    if (typeof split !== 'string' || paths === null)
      throw misdeclared(folder, `data_files of ${name} holds an entry without split and path`);
    patterns.set(split, [...(patterns.get(split) ?? []), ...paths]);
  }
  if (patterns.size > 0) return patterns;
  throw misdeclared(folder, `data_files of ${name} is neither a path nor a list of {split, path}`);
}

function textsOf(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return [value];
  const isTexts = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
  return isTexts ? value : null;
}

/** `**` crosses folders, `*` and `?` do not, `[0-9]` is a class. */
function matcherOf(pattern: string): RegExp {
  const source = pattern.replace(/^\.\//, '').replace(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[.+^${}()|\\\]]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.startsWith('[') ? part.replace('[!', '[^') : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

function misdeclared(folder: string, problem: string, cause?: unknown): PermanentError {
  return new PermanentError(FailureType.InvalidData, `README.md of the data set folder ${folder}: ${problem}.`, {
    cause,
  });
}
