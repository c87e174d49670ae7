// The local Temporal server of a stack: one process on one database file, kept alive.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../adapters/process/alive.ts';
import { findTemporalBinary, startTemporalServer, type TemporalServer } from '../adapters/temporal/server.ts';
import { searchAttributeTypes } from '../contracts/search-attributes.ts';
import type { Kept, StackSettings } from './supervision.ts';

interface KeptServer extends Kept {
  readonly address: string;
  uiAddress(): string;
}

/** Starts the local Temporal server, and starts it again on the same ports and database when it dies. */
export async function keepServer({ stateFolder, onEvent }: StackSettings): Promise<KeptServer> {
  const binary = await findTemporalBinary({
    onProgress: (detail) => onEvent({ kind: 'preparing', name: 'temporal', detail }),
  });
  const options = {
    binary,
    databaseFile: join(stateFolder, 'temporal.db'),
    logFile: join(stateFolder, 'logs', 'temporal.log'),
    searchAttributes: searchAttributeTypes,
  };
  const record = join(stateFolder, 'temporal-process.json');
  await endOrphan(record, options.databaseFile);
  let stopping = false;
  const isStopping = () => stopping;
  let reviving = false;
  let server: TemporalServer = await startTemporalServer(options);
  await writeFile(record, JSON.stringify({ pid: server.pid }));
  const { port, uiPort } = portsOf(server);
  onEvent({ kind: 'server-started', name: 'temporal', detail: server.uiAddress });
  // The server is not our child's child: its death shows in its process id alone.
  const watch = setInterval(() => void reviveIfDead(), 1_000);
  async function reviveIfDead(): Promise<void> {
    if (isStopping() || reviving || isAlive(server.pid)) return;
    reviving = true;
    onEvent({ kind: 'server-died', name: 'temporal', detail: 'starting it again on the same database' });
    server = await startTemporalServer({ ...options, port, uiPort }).catch(() => server);
    await writeFile(record, JSON.stringify({ pid: server.pid }));
    reviving = false;
    if (isStopping()) await server.stop();
  }

  return {
    address: server.address,
    uiAddress: () => server.uiAddress,
    process: () => ['temporal', server.pid],
    async stop() {
      stopping = true;
      clearInterval(watch);
      await server.stop();
      await rm(record, { force: true });
    },
  };
}

function portsOf({ address, uiAddress }: TemporalServer): { port: number; uiPort: number } {
  const portOf = (text: string) => Number(/:(\d+)\/?$/.exec(text)?.[1]);
  return { port: portOf(address), uiPort: portOf(uiAddress) };
}

/**
 * Ends the server that an earlier stack on this state left behind when it was killed: two servers on one database file
 * would harm it. Only a process whose command line names our database is ours to end.
 */
async function endOrphan(record: string, databaseFile: string): Promise<void> {
  const pid = await readFile(record, 'utf8').then(
    (text) => (JSON.parse(text) as { pid: number }).pid,
    () => null,
  );
  if (pid === null || !(await commandLineOf(pid)).includes(databaseFile)) return;
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 50 && isAlive(pid); tries++) await wait(200);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

/** Empty where there is no such process, and on systems without /proc. */
async function commandLineOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
