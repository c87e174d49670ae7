// Students on frozen features: premise and hypothesis become numbers once, every trial trains a small classifier on some rows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrialStudent, TrialStudentSetup } from '../../activities/ports/trial-students.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Sample } from '../../contracts/samples.ts';
import type { FeatureStudentConfig } from '../../contracts/study.ts';
import { itemAt } from '../../core/item-at.ts';
import type { RowMatrix } from '../../core/diversity/row-matrix.ts';
import { alignmentReader } from '../../core/students/alignment-features.ts';
import type { Classifier, TrainingSet } from '../../core/students/classifier.ts';
import { standardiserOf } from '../../core/students/classifier.ts';
import { trainNetwork } from '../../core/students/network.ts';
import { pairFeatures } from '../../core/students/pair-features.ts';
import type { TextPair } from '../../core/students/pair-features.ts';
import { trainRidge } from '../../core/students/ridge.ts';
import type { WordVectors } from '../../core/students/word-vectors.ts';
import type { StaticVectors } from '../models/static-vectors.ts';

/** Raised when the same texts would give other features or the same features another classifier. */
const version = 1;

/** Pairs read without a break. */
const rowsAtOnce = 64;

interface Test {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly features: RowMatrix;
}

export interface FeatureStudentPorts {
  readonly openVectors: (model: string) => Promise<StaticVectors>;
}

/** @throws {PermanentError} `InvalidConfig` for a task other than inference between two texts with two labels */
export async function openFeatureStudent(
  config: FeatureStudentConfig,
  { pool, benchmarks, task }: TrialStudentSetup,
  { openVectors }: FeatureStudentPorts,
): Promise<TrialStudent> {
  const labels = task.evaluation.kind === 'labels' ? task.evaluation.labels : [];
  if (task.name !== 'nli' || labels.length !== 2) throw wrongTask(config.name, task.name);
  const vectors = await openVectors(config.encoder);
  const read = readerOf(config, vectors);
  const pairOf = (sample: Sample) => task.shownFields(sample) as unknown as TextPair;
  const matrixOfPairs = (samples: readonly Sample[]) => matrixOf(samples, (sample) => read(pairOf(sample)));
  const raw = await matrixOfPairs(pool);
  const standardise = standardiserOf(raw);
  const features = standardise(raw);
  const tests: Test[] = [];
  for (const [name, samples] of benchmarks) {
    tests.push({ name, samples, features: standardise(await matrixOfPairs(samples)) });
  }
  const sideOf = ({ answer }: Sample) => (answer === labels[0] ? 1 : -1);
  const targets = Float64Array.from(pool, sideOf);
  const { name, encoder: _, ...settings } = config;
  return {
    name,
    identity: { ...settings, hashes: vectors.hashes, version },
    async run({ rows, key, signal }) {
      const pause = async (): Promise<void> => {
        await nextTurn();
        signal.throwIfAborted();
      };
      const classify = await train(config, { features, rows, targets }, { key, pause });
      return new Map(
        tests.map((test) => {
          const sides = classify(test.features);
          return [
            test.name,
            Float32Array.from(test.samples, (sample, row) => (itemAt(sides, row) * sideOf(sample) > 0 ? 1 : 0)),
          ];
        }),
      );
    },
  };
}

function readerOf({ features }: FeatureStudentConfig, vectors: WordVectors): (pair: TextPair) => ArrayLike<number> {
  return features === 'alignment' ? alignmentReader(vectors) : (pair) => pairFeatures(vectors, pair);
}

function train(
  { head }: FeatureStudentConfig,
  set: TrainingSet,
  { key, pause }: { readonly key: string; readonly pause: () => Promise<void> },
): Promise<Classifier> {
  return head.kind === 'ridge' ? trainRidge(set, head.penalties, pause) : trainNetwork(set, head, { key, pause });
}

/** Other work goes on between rows: reading some thousand pairs takes tens of seconds on a busy machine. */
async function matrixOf(
  samples: readonly Sample[],
  featuresOf: (sample: Sample) => ArrayLike<number>,
): Promise<RowMatrix> {
  const rows: ArrayLike<number>[] = [];
  for (const sample of samples) {
    if (rows.length % rowsAtOnce === 0) await nextTurn();
    rows.push(featuresOf(sample));
  }
  const dimension = rows[0]?.length ?? 1;
  const values = new Float32Array(rows.length * dimension);
  rows.forEach((row, place) => values.set(row, place * dimension));
  return { values, count: rows.length, dimension };
}

function wrongTask(student: string, task: string): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `Study, student ${student}: feature students read a premise and a hypothesis with two labels (task nli); this study is of ` +
      `${task}. Name students of kind decoder.`,
  );
}
