// The real services behind the command line. Heavy parts are loaded when a command needs them, so that --help is quick.

import { execFile } from 'node:child_process';
import { stat, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder } from '../adapters/models/cache.ts';
import { catalogModels } from '../adapters/models/catalog.ts';
import { promptFiles } from '../adapters/prompts/prompt-files.ts';
import { createDataServices } from './data-services.ts';
import { createServerServices } from './server-services.ts';
import { createStoreServices } from './store-services.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { KnownModel, MachineCheck, Services } from './services.ts';

const runProgram = promisify(execFile);

const OLDEST_NODE = [20, 3] as const;
const LEAST_DISK_BYTES = 5e9;
const EMBEDDED_MODEL = 'smollm2-135m-instruct';

/** `DIFFRACT_STATE` names the state folder; `.diffract` in the current folder otherwise. */
export function createServices(environment: NodeJS.ProcessEnv, currentFolder: string): Services {
  const stateFolder = resolve(currentFolder, environment['DIFFRACT_STATE'] ?? '.diffract');
  return {
    environment,
    stateFolder,
    task: taskNamed,
    promptFiles,
    async probeEndpoint(endpoint, schemas) {
      const { probeEndpoint } = await import('../adapters/llm/probe-endpoint.ts');
      return probeEndpoint(endpoint, environment, schemas);
    },
    ...createServerServices(stateFolder),
    async openRuntime(sessions) {
      const { createModelRuntime } = await import('../adapters/models/runtime.ts');
      return createModelRuntime({ sessions });
    },
    async openMatrixEngine() {
      const { createMatrixEngine } = await import('../adapters/onnx/matrix-engine.ts');
      return createMatrixEngine(availableParallelism());
    },
    ...createDataServices(stateFolder),
    ...createStoreServices(),
    listModels,
    async detectedLanguages() {
      const { detectedLanguages } = await import('../adapters/language/detector.ts');
      return detectedLanguages();
    },
    async pullModel(name, onProgress) {
      const { obtainModel } = await import('../adapters/models/obtain.ts');
      return obtainModel(name, onProgress);
    },
    checkMachine: () => checkMachine(stateFolder),
    async checkStore(location) {
      const { storeSelfTest } = await import('../adapters/store/self-test.ts');
      return storeSelfTest(location);
    },
    now: () => performance.now() / 1000,
    sleep: async (seconds, signal) => {
      await wait(1000 * seconds, undefined, { signal });
    },
  };
}

async function listModels(): Promise<readonly KnownModel[]> {
  const { pulledFile } = await import('../adapters/models/pull.ts');
  const { DEFAULT_REVISION, findPulled, formatHubName, listPulled } = await import('../adapters/models/hub-cache.ts');
  const known = catalogModels().map(async ({ name, license, source }) => {
    if (source.kind === 'hub') {
      const pulled = await findPulled({ repository: source.repository, revision: DEFAULT_REVISION });
      return { name, license, source: `Hugging Face ${source.repository}`, file: pulled?.folder ?? null };
    }
    const file = pulledFile(name);
    const found = await stat(file).catch(() => null);
    return { name, license, source: `Python package ${source.requirement}`, file: found === null ? null : file };
  });
  const pulled = (await listPulled()).map(({ name, folder }) => ({
    name: formatHubName(name),
    license: "the repository's",
    source: `Hugging Face ${name.repository}`,
    file: folder,
  }));
  return [...(await Promise.all(known)), ...pulled];
}

async function checkMachine(stateFolder: string): Promise<readonly MachineCheck[]> {
  return Promise.all([
    checked('Node', checkNode),
    checked('Python', checkPython),
    checked('Temporal server', checkTemporal),
    checked('embedded model', checkModel),
    checked('disk', () => checkDisk(stateFolder)),
  ]);
}

/** A check says what it saw, or throws what to do. */
async function checked(name: string, check: () => Promise<string>): Promise<MachineCheck> {
  try {
    return { name, ok: true, message: await check() };
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function checkNode(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return process.versions.node;
  throw new Error(`found ${process.versions.node}; install Node ${oldestMajor}.${oldestMinor} or newer`);
}

async function checkPython(): Promise<string> {
  try {
    const { stdout } = await runProgram('python3', ['-m', 'pip', '--version']);
    return stdout.trim();
  } catch {
    throw new Error('no python3 with pip; only the first set-up and `models pull` need it. Install Python 3 with pip');
  }
}

async function checkTemporal(): Promise<string> {
  const { connectTemporal, temporalAddress } = await import('../adapters/temporal/connect.ts');
  const named = temporalAddress();
  if (named !== null) {
    await (await connectTemporal(named, 5)).close();
    return `${named.address} answers`;
  }
  const { findTemporalBinary } = await import('../adapters/temporal/server.ts');
  return findTemporalBinary({ routes: {} });
}

async function checkModel(): Promise<string> {
  const embedded = (await listModels()).find(({ name }) => name === EMBEDDED_MODEL);
  const file = embedded?.file ?? null;
  if (file !== null) return file;
  throw new Error(`not in ${join(cacheFolder(), 'models')}; run: diffract models pull ${EMBEDDED_MODEL}`);
}

async function checkDisk(stateFolder: string): Promise<string> {
  const folder = await statfs(stateFolder).catch(() => statfs('.'));
  const free = folder.bavail * folder.bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free for ${stateFolder}`;
  if (free >= LEAST_DISK_BYTES) return text;
  throw new Error(`${text}; make room, ${LEAST_DISK_BYTES / 1e9} GB are a sensible least`);
}
