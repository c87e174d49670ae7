// Runs one program as if it were this process: same terminal, same exit code, each signal passed on once.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// A terminal's Ctrl-C reaches npm and this process alike, and npm then sends its own copy a moment later.
const SAME_KEYPRESS_MILLISECONDS = 500;

/**
 * Resolves to the exit code: the program's own, or 128 + the number of the signal that ended it.
 * The program runs in a process group of its own, so that what it hears of Ctrl-C comes from here alone.
 */
export function runInForeground(command, commandArguments, options = {}) {
  return new Promise((resolve, reject) => {
    // A killed process passes nothing on, so the program is told whom to look after (cli/main.ts).
    const env = { ...(options.env ?? process.env), DIFFRACT_FOREGROUND: String(process.pid) };
    const child = spawn(command, commandArguments, { ...options, env, stdio: 'inherit', detached: true });
    const passOn = onceAKeypress((signal) => child.kill(signal));
    for (const signal of PASSED_ON) process.on(signal, passOn);
    const finish = () => {
      for (const signal of PASSED_ON) process.off(signal, passOn);
    };
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function onceAKeypress(deliver) {
  const last = new Map();
  return (signal) => {
    const now = Date.now();
    if (now - (last.get(signal) ?? 0) < SAME_KEYPRESS_MILLISECONDS) return;
    last.set(signal, now);
    deliver(signal);
  };
}
