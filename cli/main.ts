// The entry of the `diffract` command: real services, real terminal, Ctrl-C, exit code.

import { createServices } from './composition.ts';
import { ExitCode } from './exit.ts';
import { runCommandLine } from './program.ts';
import { createTerminal } from './terminal.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time somebody is in a hurry: what is durable stays, the rest is redone.
    if (interrupt.signal.aborted) process.exit(ExitCode.Interrupted);
    interrupt.abort();
  });
}
// The process that passes signals on may itself be killed: then nobody waits for this one, which ends as at Ctrl-C.
const foreground = Number(process.env['DIFFRACT_FOREGROUND']);
if (process.ppid === foreground) {
  const watch = setInterval(() => {
    if (process.ppid === foreground) return;
    clearInterval(watch);
    interrupt.abort();
  }, 500);
  watch.unref();
}
// A closed pipe, as in `diffract status x | head -1`, is no failure.
process.stdout.on('error', () => process.exit(ExitCode.Ok));

const services = createServices(process.env, process.cwd());
const terminal = createTerminal(process.stdout, process.stderr);
process.exitCode = await runCommandLine(process.argv.slice(2), { services, terminal, signal: interrupt.signal });
