// What the commands need of the outside world; composition.ts has the real ones, tests have their own.

import type { ResponseSchema } from '../activities/ports/language-model.ts';
import type { ModelRuntime } from '../activities/ports/models.ts';
import type { PromptFiles } from '../activities/ports/prompts.ts';
import type { ServerReport } from '../adapters/llm/probe-endpoint.ts';
import type { ObtainedModel } from '../adapters/models/obtain.ts';
import type { StoreCheck } from '../adapters/store/self-test.ts';
import type { Campaigns } from '../adapters/temporal/campaigns.ts';
import type { Evaluations } from '../adapters/temporal/evaluations.ts';
import type { Studies } from '../adapters/temporal/studies.ts';
import type { Endpoint, StoreLocation } from '../contracts/campaign.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import type { DataServices } from './data-services.ts';
import type { StoreServices } from './store-services.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskName } from '../contracts/samples.ts';

export interface ServerAddress {
  readonly address: string;
  readonly namespace: string;
}

/** A Temporal server and the workers, run by this process. */
export interface LocalStack extends ServerAddress {
  readonly uiAddress: string | null;
  stop(): Promise<void>;
}

export interface StackEvent {
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
}

export interface KnownModel {
  readonly name: string;
  readonly license: string;
  /** Where it comes from, in words. */
  readonly source: string;
  /** The file, or the folder of several, on this machine; null when it is not here. */
  readonly file: string | null;
}

export interface MachineCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen; for a failed check, what to do. */
  readonly message: string;
}

export interface Services extends DataServices, StoreServices {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the local stack keeps its state and reports are saved. */
  readonly stateFolder: string;
  task(name: TaskName): Task;
  readonly promptFiles: PromptFiles;
  /** One report for each server that is not embedded; costs a few tokens each. */
  probeEndpoint(endpoint: Endpoint, schemas: readonly ResponseSchema[]): Promise<readonly ServerReport[]>;
  connect(server: ServerAddress, seconds: number): Promise<Campaigns>;
  connectStudies(server: ServerAddress, seconds: number): Promise<Studies>;
  connectEvaluations(server: ServerAddress, seconds: number): Promise<Evaluations>;
  startStack(request: {
    readonly gradientWorkers: number | undefined;
    readonly onEvent: (event: StackEvent) => void;
  }): Promise<LocalStack>;
  openRuntime(sessions: number): Promise<ModelRuntime & { close(): Promise<void> }>;
  /** Products over many rows, on every core; opens nothing before one is asked for. */
  openMatrixEngine(): Promise<MatrixEngine & { close(): Promise<void> }>;
  listModels(): Promise<readonly KnownModel[]>;
  /** ISO 639-1 codes that `filters.language` may name. */
  detectedLanguages(): Promise<readonly string[]>;
  /** Fetches, prepares and checks a model of the catalog or of the hub, a folder or a GGUF file. */
  pullModel(name: string, onProgress: (message: string) => void): Promise<ObtainedModel>;
  checkMachine(): Promise<readonly MachineCheck[]>;
  checkStore(location: StoreLocation): Promise<readonly StoreCheck[]>;
  /** Seconds of a clock that only goes forward. */
  now(): number;
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
}
