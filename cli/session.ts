// How a command comes to a server: the one that TEMPORAL_ADDRESS names, the local stack that is up, or one started here.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../adapters/process/alive.ts';
import type { Campaigns } from '../adapters/temporal/campaigns.ts';
import { TransientError } from '../contracts/failures.ts';
import type { ServerAddress, Services } from './services.ts';
import type { Terminal } from './terminal.ts';

export interface Session {
  readonly campaigns: Campaigns;
  /** For what else runs there: studies, evaluations. */
  readonly server: ServerAddress;
  readonly uiAddress: string | null;
  /** Whether the stack ends with this process. */
  readonly stack: 'own' | 'elsewhere';
  close(): Promise<void>;
}

interface StackRecord extends ServerAddress {
  readonly uiAddress: string | null;
  /** The process that keeps the stack's workers alive; without it the server has nobody to do its work. */
  readonly supervisor: number;
}

const FIND_SECONDS = 3;
const START_SECONDS = 30;

/** A server that somebody else runs; null when none is named or up. @throws {TransientError} for a named one that is silent */
export async function joinSession(services: Services): Promise<Session | null> {
  const named = namedServer(services);
  if (named !== null) return openSession(await services.connect(named, START_SECONDS), named, null);
  const record = await readRecord(services);
  if (record === null || !isAlive(record.supervisor)) return null;
  try {
    return openSession(await services.connect(record, FIND_SECONDS), record, record.uiAddress);
  } catch (error) {
    // The record outlived its stack: a killed process cannot take it back.
    if (error instanceof TransientError) return null;
    throw error;
  }
}

/** @throws {TransientError} when no server is named or up */
export async function requireSession(services: Services): Promise<Session> {
  const session = await joinSession(services);
  if (session !== null) return session;
  throw new TransientError(
    'No Temporal server is known here: TEMPORAL_ADDRESS is not set and no local stack is up. ' +
      'Start one with `diffract up` (campaigns go on where they were), or set TEMPORAL_ADDRESS.',
  );
}

/** Starts a stack in this process; the caller closes the session, which stops it. */
export async function startSession(
  services: Services,
  terminal: Terminal,
  gradientWorkers: number | undefined,
): Promise<Session> {
  terminal.progress('Starting the Temporal server and the workers ...');
  let isUp = false;
  const stack = await services.startStack({
    gradientWorkers,
    onEvent: ({ kind, name, detail }) => {
      // Starts are news only after something died.
      if (isUp || !kind.endsWith('-started')) terminal.note(`${kind} ${name}${detail === '' ? '' : `: ${detail}`}`);
    },
  });
  isUp = true;
  const { address, namespace, uiAddress } = stack;
  try {
    await writeRecord(services, { address, namespace, uiAddress, supervisor: process.pid });
    const campaigns = await services.connect(stack, START_SECONDS);
    const close = async (): Promise<void> => {
      await campaigns.close();
      await rm(recordPath(services), { force: true });
      await stack.stop();
    };
    return { campaigns, server: { address, namespace }, uiAddress, stack: 'own', close };
  } catch (error) {
    await rm(recordPath(services), { force: true });
    await stack.stop();
    throw error;
  }
}

function openSession(campaigns: Campaigns, { address, namespace }: ServerAddress, uiAddress: string | null): Session {
  return { campaigns, server: { address, namespace }, uiAddress, stack: 'elsewhere', close: () => campaigns.close() };
}

function namedServer({ environment }: Services): ServerAddress | null {
  const address = environment['TEMPORAL_ADDRESS'];
  if (address === undefined || address === '') return null;
  return { address, namespace: environment['TEMPORAL_NAMESPACE'] ?? 'default' };
}

function recordPath({ stateFolder }: Services): string {
  return join(stateFolder, 'stack.json');
}

async function readRecord(services: Services): Promise<StackRecord | null> {
  try {
    return JSON.parse(await readFile(recordPath(services), 'utf8')) as StackRecord;
  } catch {
    return null;
  }
}

async function writeRecord(services: Services, record: StackRecord): Promise<void> {
  await mkdir(services.stateFolder, { recursive: true });
  await writeFile(recordPath(services), `${JSON.stringify(record, null, 2)}\n`);
}
