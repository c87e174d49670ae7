// A data set folder as the Hugging Face hub lays it out (https://huggingface.co/docs/hub/datasets-data-files-configuration):
// which files belong to which split, as its README.md declares or as their names say.

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { formatOf } from '../../contracts/data-formats.ts';
import type { DataFile, DataPlace } from './data-file.ts';
import { chosenConfig, declaredConfigs, declaredSplits } from './dataset-card.ts';
import { splitsByName, splitWord } from './split-names.ts';

/** @throws {PermanentError} `InvalidData` when the folder, the configuration or the split is not there */
export async function splitFiles({ path, split, config }: Omit<DataPlace, 'format'>): Promise<readonly DataFile[]> {
  const names = await namesIn(path);
  refuseSavedArrow(path, names);
  const splits = await splitsOf(path, names, config);
  const found = [...splits.keys()].join(', ');
  const chosen = splits.get(wantedSplit(path, splits, split)) ?? [];
  if (chosen.length === 0) {
    const wanted = split === undefined ? 'data files' : `files of the split "${split}"`;
    throw unusable(path, `found ${found === '' ? 'none' : `the splits ${found}`}; expected ${wanted}`);
  }
  return chosen.map((name) => {
    const format = formatOf(name);
    if (format !== null) return { path: join(path, name), format };
    throw unusable(path, `found ${name}; expected parquet, jsonl, json, csv or tsv files`);
  });
}

/** Relative names with forward slashes, in the order of their characters; hidden files and folders are left out. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder, { recursive: true });
    const folders = new Set(names.map((name) => dirname(name)));
    const files = names.filter((name) => !folders.has(name)).map((name) => name.replaceAll('\\', '/'));
    return files.filter((name) => !/(^|\/)(\.|__)/.test(name)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    const found = code === 'ENOENT' ? 'nothing' : 'a file';
    throw unusable(folder, `found ${found} there; expected a folder`, error);
  }
}

/** What `save_to_disk` leaves is the memory of a library, not a format to hand on. */
function refuseSavedArrow(folder: string, names: readonly string[]): void {
  const isSaved = names.some((name) => /(^|\/)(state|dataset_dict)\.json$/.test(name));
  if (!isSaved || !names.some((name) => name.endsWith('.arrow'))) return;
  throw unusable(
    folder,
    'it was written by save_to_disk (Arrow files); expected parquet or JSON files. Write them with ' +
      'load_from_disk(folder).to_parquet("data/train-00000-of-00001.parquet"), or .to_json("train.jsonl")',
  );
}

type Splits = ReadonlyMap<string, readonly string[]>;

async function splitsOf(folder: string, names: readonly string[], config: string | undefined): Promise<Splits> {
  const card = names.includes('README.md') ? await readFile(join(folder, 'README.md'), 'utf8') : '';
  const chosen = chosenConfig(folder, declaredConfigs(folder, card), config);
  if (chosen?.dataFiles !== undefined) return declaredSplits(chosen.dataFiles, names);
  const within = chosen?.dataFolder === undefined ? '' : `${chosen.dataFolder.replace(/^\.\/|\/+$/g, '')}/`;
  return splitsByName(names.filter((name) => name.startsWith(within) && formatOf(name) !== null && !isAbout(name)));
}

/** Files that tell of the data set instead of holding it. */
function isAbout(name: string): boolean {
  return /(^|\/)(config|dataset_infos?|dataset_dict|provenance)\.json$/.test(name);
}

function wantedSplit(folder: string, splits: Splits, wanted: string | undefined): string {
  const names = [...splits.keys()];
  if (wanted !== undefined) {
    return splits.has(wanted) ? wanted : (names.find((name) => splitWord(name) === splitWord(wanted)) ?? wanted);
  }
  const [only = 'train', ...others] = names;
  if (others.length === 0 || splits.has('train')) return splits.has('train') ? 'train' : only;
  throw unusable(folder, `found the splits ${names.join(', ')}; expected one to be named (split: ${only})`);
}

function unusable(folder: string, problem: string, cause?: unknown): PermanentError {
  return new PermanentError(FailureType.InvalidData, `The data set folder ${folder} cannot be read: ${problem}.`, {
    cause,
  });
}
