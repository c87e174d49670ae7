// The connection to a Temporal server, from TEMPORAL_* settings, tried for a while because servers start slowly.

import { setTimeout as wait } from 'node:timers/promises';
import { Connection, Client } from '@temporalio/client';
import { TransientError } from '../../contracts/failures.ts';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
}

export interface TemporalConnection {
  readonly client: Client;
  close(): Promise<void>;
}

/** Where TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE point; null without an address. */
export function temporalAddress(environment: NodeJS.ProcessEnv = process.env): TemporalAddress | null {
  const address = environment['TEMPORAL_ADDRESS'];
  if (address === undefined || address === '') return null;
  return { address, namespace: environment['TEMPORAL_NAMESPACE'] ?? 'default' };
}

/** @throws {TransientError} when no server answers within `seconds` */
export async function connectTemporal(
  { address, namespace }: TemporalAddress,
  seconds: number,
): Promise<TemporalConnection> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const connection = Connection.lazy({ address, connectTimeout: 3_000 });
    try {
      await connection.ensureConnected();
      return { client: new Client({ connection, namespace }), close: () => connection.close() };
    } catch (error) {
      // Left open, it would go on trying in the background and keep the process alive.
      await connection.close();
      if (performance.now() > deadline) throw unreachable(address, error);
      await wait(500);
    }
  }
}

/** Marks the one failure that the command line answers with exit code 69. */
export class ServerUnreachable extends TransientError {}

function unreachable(address: string, cause: unknown): ServerUnreachable {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new ServerUnreachable(
    `No Temporal server answers at ${address}: ${found}. Start one with \`diffract up\`, or point TEMPORAL_ADDRESS at yours.`,
    { cause },
  );
}
