// The grading thread with one response that it never comes back from.

import { parentPort } from 'node:worker_threads';

const port = parentPort;
port?.on('message', ({ response }: { readonly response: string }) => {
  if (response === 'for ever') for (;;);
});
await import('../../../adapters/grading/grading-thread.ts');
