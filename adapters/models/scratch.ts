// Models that have seen nothing yet, named `scratch-<task>-<layers>x<hidden>`: a small Llama with seeded start weights and a
// tokenizer of the words that the task's symbolic slices use. Made in the cache on first use, then a folder like any other.

import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { taskNames } from '../../contracts/samples.ts';
import type { TaskName } from '../../contracts/samples.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import { scratchConfig, scratchHeadSize, startTensors, type ScratchShape } from '../../core/training/from-scratch.ts';
import { piecesOf, wordChatTemplate, wordTokenizer, wordTokenizerConfig } from '../../core/training/word-tokenizer.ts';
import { taskNamed } from '../../tasks/registry.ts';
import type { Task } from '../../tasks/task.ts';
import { withFolderLock } from '../process/folder-lock.ts';
import { modelFolder } from './cache.ts';
import { writeSafetensorsFile } from './write-safetensors.ts';

export interface ScratchName extends ScratchShape {
  readonly name: string;
  readonly task: TaskName;
}

/** Raised with everything that decides the files: the scheme of the weights, the pieces of the tokenizer, the slices' words. */
const version = 1;

/** Records of each slice whose words make the vocabulary. */
const recordsRead = 1000;

const largest: ScratchShape = { layers: 12, hidden: 512 };

/**
 * Undefined for a name that does not begin with `scratch-`.
 * @throws {PermanentError} `MissingModel` for one that does and is none
 */
export function parseScratchName(name: string): ScratchName | undefined {
  if (!name.startsWith('scratch-')) return undefined;
  const [, taskName, layers, hidden] = /^scratch-([a-z]+)-(\d+)x(\d+)$/.exec(name) ?? [];
  const task = taskNames.find((known) => known === taskName);
  const shape = { layers: Number(layers), hidden: Number(hidden) };
  if (task === undefined || !fits(shape) || Object.keys(taskNamed(task).slices).length === 0) throw noSuch(name);
  return { name, task, ...shape };
}

/** Where the model's Hugging Face folder and its prepared form lie; the first is written where it is not there yet. */
export async function scratchFolders(scratch: ScratchName): Promise<{ source: string; prepared: string }> {
  const prepared = modelFolder(`${scratch.name}-${version}`);
  const source = join(prepared, 'source');
  if (!(await isThere(source))) {
    await mkdir(prepared, { recursive: true });
    await withFolderLock(`${source}.lock`, async () => {
      if (!(await isThere(source))) await writeFolder(scratch, source);
    });
  }
  return { source, prepared };
}

async function isThere(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined;
}

async function writeFolder({ name, task, layers, hidden }: ScratchName, folder: string): Promise<void> {
  const { json, vocabularySize } = wordTokenizer(vocabularyOf(taskNamed(task)));
  const config = scratchConfig({ layers, hidden }, vocabularySize);
  const start = startTensors(parseModelConfig(config, name), `${name}/${version}`);
  const workFolder = await mkdtemp(join(dirname(folder), '.scratch-'));
  try {
    const write = (file: string, content: object): Promise<void> =>
      writeFile(join(workFolder, file), `${JSON.stringify(content, null, 1)}\n`);
    await write('config.json', config);
    await write('tokenizer.json', json);
    await write('tokenizer_config.json', wordTokenizerConfig);
    await writeFile(join(workFolder, 'chat_template.jinja'), wordChatTemplate);
    await writeSafetensorsFile(
      join(workFolder, 'model.safetensors'),
      start.map(({ name: tensor, shape, values }) => ({ name: tensor, shape, read: () => Promise.resolve(values) })),
    );
    await rename(workFolder, folder);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** The pieces of the first records of every slice, prompts and completions. */
function* vocabularyOf(task: Task): Generator<string> {
  for (const slice of Object.keys(task.slices)) {
    for (let index = 0; index < recordsRead; index++) {
      const read = task.readRecord(task.makeRecord(slice, 'vocabulary', index));
      if (read.ok) yield* [...piecesOf(read.body.prompt), ...piecesOf(read.body.completion)];
    }
  }
}

function fits({ layers, hidden }: ScratchShape): boolean {
  const whole = layers >= 1 && hidden >= scratchHeadSize && hidden % scratchHeadSize === 0;
  return whole && layers <= largest.layers && hidden <= largest.hidden;
}

function noSuch(name: string): PermanentError {
  const tasks = taskNames.filter((task) => Object.keys(taskNamed(task).slices).length > 0);
  return new PermanentError(
    FailureType.MissingModel,
    `No model "${name}": expected scratch-<task>-<layers>x<hidden> with a task of ${tasks.join(', ')}, 1 to ${largest.layers} ` +
      `layers and a hidden size of ${scratchHeadSize} to ${largest.hidden} in steps of ${scratchHeadSize}, as in scratch-nli-2x64.`,
  );
}
