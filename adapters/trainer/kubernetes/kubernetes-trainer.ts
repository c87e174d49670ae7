// The trainer that is a job of a cluster: its data, checkpoints and student lie on a volume claim that its pods and this
// worker share. It survives the worker that started it, and is taken up again by its run key.

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trainer, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import type { KubernetesTrainerConfig } from '../../../contracts/trainers.ts';
import { newestWholeCheckpoint, removeOtherCheckpoints } from '../command/checkpoints.ts';
import { fixedEnvironment, placeholderValues, secretValues, writeProgramFiles } from '../command/launch-plan.ts';
import type { PlaceholderValues } from '../command/placeholders.ts';
import { readProgress } from '../command/progress.ts';
import { renderProgram } from '../command/rendered-program.ts';
import { writeWholeFile } from '../command/run-files.ts';
import { runFolder, type RunFolder } from '../command/run-folder.ts';
import { trainingLines } from '../command/training-data.ts';
import { noteAttempt, noteCreated, readAttempts } from './attempts.ts';
import { openCluster, type Cluster } from './cluster.ts';
import { foreignObject, kubernetesRun, type KubernetesRunSettings } from './kubernetes-run.ts';
import { attemptManifest, podFolder, runsFolder, type Manifest } from './manifests.ts';
import { isAttemptOf } from './names.ts';

export interface KubernetesTrainerSettings {
  /** Between two looks at the cluster. */
  readonly lookSeconds?: number;
}

/**
 * A run that had failed or was cancelled is tried afresh when it is started again, from its newest whole checkpoint; one
 * that runs or has succeeded is adopted. Every attempt is an object of its own in the cluster.
 */
export function createKubernetesTrainer({ lookSeconds = 10 }: KubernetesTrainerSettings = {}): Trainer {
  let opened: Cluster | null = null;
  return {
    async start(specification) {
      const config = kubernetesConfig(specification);
      const { runKey } = specification;
      const folders = runFolders(config, runKey);
      await prepareFolder(folders.here, config, specification);
      const cluster = (opened ??= await openCluster());
      const attempts = attemptStarter({ cluster, config, specification, folders });
      const secrets = secretValues(config);
      const redact = (text: string): string =>
        secrets.reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), text);
      const run = kubernetesRun({ cluster, config, runKey, folder: folders.here, lookSeconds, redact, ...attempts });
      await startWhereNeeded(folders.here, run, attempts.startNext);
      return run;
    },
  };
}

type StartNext = KubernetesRunSettings['startNext'];

interface StarterInput {
  readonly cluster: Cluster;
  readonly config: KubernetesTrainerConfig;
  readonly specification: TrainingSpecification;
  readonly folders: RunFolders;
}

/** The same folder, as this process sees it and as pods do. */
interface RunFolders {
  readonly here: RunFolder;
  readonly there: RunFolder;
}

function kubernetesConfig({ trainer }: TrainingSpecification): KubernetesTrainerConfig {
  if (trainer.kind === 'kubernetes') return trainer;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The kubernetes trainer was given a trainer of kind "${trainer.kind}".`,
  );
}

function runFolders({ sharedFolder }: KubernetesTrainerConfig, runKey: string): RunFolders {
  return {
    here: runFolder(join(sharedFolder, runsFolder), runKey),
    there: runFolder(join(podFolder, runsFolder), runKey),
  };
}

async function prepareFolder(
  folder: RunFolder,
  config: KubernetesTrainerConfig,
  { examples }: TrainingSpecification,
): Promise<void> {
  if (!(await isThere(config.sharedFolder))) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `sharedFolder: there is no ${config.sharedFolder} on the training worker. Mount the claim "${config.claim}" there.`,
    );
  }
  await mkdir(folder.output, { recursive: true });
  await mkdir(folder.data, { recursive: true });
  if (!(await isThere(folder.trainFile))) {
    await writeWholeFile(folder.trainFile, trainingLines(examples, config.dataFormat));
  }
}

function attemptStarter(input: StarterInput): Pick<KubernetesRunSettings, 'startNext' | 'keepCurrent'> {
  const { cluster, config, specification, folders } = input;
  const { runKey } = specification;
  let written: string | null = null;
  return {
    async startNext({ number, series }) {
      const { notFinite, checkpoint } = await checkpointNow(folders);
      const isNew = !(await readAttempts(folders.here)).some((attempt) => attempt.number === number && attempt.created);
      if (config.template !== null && isNew) await removeOtherCheckpoints(folders.here.output, checkpoint);
      const resumedFrom = checkpoint && moved(checkpoint.path, folders.here.root, folders.there.root);
      const rendered = renderProgram(config, valuesOf(input, number, resumedFrom));
      await writeProgramFiles(rendered, folders.here);
      written = resumedFrom;
      const environment = fixedEnvironment(folders.there);
      const manifest = attemptManifest({ config, runKey, attempt: number, command: rendered.command, environment });
      await noteAttempt(folders.here, number, { series, resumedFrom, notFiniteBefore: notFinite?.reports ?? 0 });
      if (!(await cluster.create(manifest))) await requireAdoptable(cluster, manifest, runKey, number);
      await noteCreated(folders.here, number);
    },
    async keepCurrent(attempt) {
      const { checkpoint } = await checkpointNow(folders);
      const newest = checkpoint && moved(checkpoint.path, folders.here.root, folders.there.root);
      if (newest === written) return;
      await writeProgramFiles(renderProgram(config, valuesOf(input, attempt, newest)), folders.here);
      written = newest;
    },
  };
}

function valuesOf(input: StarterInput, attempt: number, resumeCheckpoint: string | null): PlaceholderValues {
  const { config, specification, folders } = input;
  const { runKey, seed } = specification;
  return placeholderValues({ program: config, folder: folders.there, runKey, attempt, seed, resumeCheckpoint });
}

/** The newest checkpoint to resume from, as this process sees it. */
async function checkpointNow({ here, there }: RunFolders) {
  const { checkpoints = [], notFinite } = (await readProgress(here)) ?? {};
  const reported = checkpoints.map((path) => moved(path, there.root, here.root));
  // Weights that were saved after the loss stopped being a number are no numbers either.
  const checkpoint = await newestWholeCheckpoint(here.output, reported, notFinite?.since ?? undefined);
  return { notFinite, checkpoint };
}

function moved(path: string, from: string, to: string): string {
  return path.startsWith(`${from}/`) ? `${to}${path.slice(from.length)}` : path;
}

async function requireAdoptable(
  cluster: Cluster,
  { kind, metadata }: Manifest,
  runKey: string,
  attempt: number,
): Promise<void> {
  const address = { kind, namespace: metadata.namespace, name: metadata.name };
  const found = await cluster.read(address);
  // Gone again in between: the next look starts what is missing.
  if (found && !isAttemptOf(runKey, attempt, found.metadata.labels)) throw foreignObject(address);
}

async function startWhereNeeded(folder: RunFolder, run: TrainingRun, startNext: StartNext): Promise<void> {
  const last = (await readAttempts(folder)).at(-1);
  if (last === undefined) return startNext({ number: 1, series: 1 });
  const { state } = await run.poll();
  if (state === 'failed') await startNext({ number: last.number + 1, series: last.series + 1 });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
