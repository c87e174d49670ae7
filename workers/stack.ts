// Everything a campaign needs on one machine: the Temporal server (unless TEMPORAL_ADDRESS names one) and the four workers as
// processes of their own, started again when they die.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectTemporal, temporalAddress } from '../adapters/temporal/connect.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { keepServer } from './kept-server.ts';
import { keepWorker } from './kept-worker.ts';
import { repositoryPath } from './serve.ts';
import type { StackSettings, WorkerName } from './supervision.ts';

const runProgram = promisify(execFile);

export interface Stack {
  readonly address: string;
  readonly namespace: string;
  readonly uiAddress: string | null;
  /** Process ids by name, for operators and tests. */
  processes(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startStack(settings: StackSettings): Promise<Stack> {
  await requireBundle(settings);
  await mkdir(join(settings.stateFolder, 'logs'), { recursive: true });
  const given = temporalAddress();
  const server = given === null ? await keepServer(settings) : null;
  const address = given?.address ?? server?.address ?? '';
  const namespace = given?.namespace ?? 'default';
  if (given !== null) await (await connectTemporal(given, 15)).close();
  const names: WorkerName[] = ['control', 'llm', 'training'];
  const gradients = Array.from({ length: settings.gradientWorkers ?? 1 }, (): WorkerName => 'gradients');
  const workers = [...names, ...gradients].map((name, index) =>
    keepWorker({ name, index }, { address, namespace }, settings),
  );
  return {
    address,
    namespace,
    uiAddress: server?.uiAddress() ?? null,
    processes: () =>
      Object.fromEntries([
        ...workers.map((worker) => worker.process()),
        ...(server === null ? [] : [server.process()]),
      ]),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await server?.stop();
    },
  };
}

/** The workflow code in the form that workers load: built when it is missing, by the script that sets everything up. */
async function requireBundle({ onEvent }: StackSettings): Promise<void> {
  const bundle = repositoryPath('build/workflow-bundle.js');
  if (existsSync(bundle)) return;
  onEvent({ kind: 'preparing', name: 'workflows', detail: 'building their code, once' });
  const script = repositoryPath('scripts/prepare.ts');
  const loader = import.meta.resolve('tsx');
  try {
    await runProgram(process.execPath, ['--import', loader, script, 'bundle']);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new PermanentError(
      FailureType.InvalidConfig,
      `No workflow code at ${bundle}, and it could not be built: ${said}. Build it with: node --import tsx ${script} bundle`,
      { cause: error },
    );
  }
}
