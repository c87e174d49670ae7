// The seeded chat server as a process of its own, which lives on while workers are killed. Run as
// `node --import tsx test/helpers/faulty-chat-process.ts '{"seed": "s", "answers": "/abs/answers.ts", ...}'`, where the
// module `answers` exports `answer(input)`; it prints {"url"} on one line and answers GET /accounting beside /v1.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startSeededChatServer } from './seeded-chat-server.ts';
import type { Accounting, SeededSettings } from './seeded-chat-server.ts';

export interface ProcessSettings extends Omit<SeededSettings, 'answer'> {
  /** Absolute path of a module that exports `answer`. */
  readonly answers: string;
  /** 0 or absent: any. */
  readonly port?: number;
}

export interface FaultyChatProcess {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  readonly process: ChildProcess;
  accounting(): Promise<Accounting>;
  stop(): Promise<void>;
}

export async function startFaultyChatProcess(settings: ProcessSettings): Promise<FaultyChatProcess> {
  const file = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const first = await Promise.race([once(lines, 'line'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error('The chat server ended before it could be asked.');
  const { url } = JSON.parse(String(first[0])) as { url: string };
  return {
    url,
    process: child,
    accounting: async () => (await (await fetch(new URL('/accounting', url))).json()) as Accounting,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function main(text: string): Promise<void> {
  const { answers, port = 0, ...settings } = JSON.parse(text) as ProcessSettings;
  const { answer } = (await import(pathToFileURL(answers).href)) as Pick<SeededSettings, 'answer'>;
  const { url } = await startSeededChatServer({ ...settings, answer }, port);
  // Whoever started it may die of a failed test; it must not outlive that one.
  process.on('disconnect', () => process.exit());
  console.log(JSON.stringify({ url }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2] ?? '{}');
