// Runs one attempt of a trainer, in a process group of its own: claims the attempt by its lease, starts the command, and
// writes down how it ended. It outlives the worker that started it, so that an exit status is never lost.
// Plain JavaScript, as it must start at once and without a loader.
// Usage: node launcher.mjs ATTEMPT_FOLDER LOG_FILE PROGRAM ARGUMENT...

import { spawn } from 'node:child_process';
import { linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [attemptFolder, logFile, program, ...programArguments] = process.argv.slice(2);

// The group's SIGTERM is meant for the trainer; this process stays to tell its end.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);

const lease = { pid: process.pid, startTime: startTime(process.pid) };
if (!claim(lease)) process.exit(0);

const log = openSync(logFile, 'a');
const trainer = spawn(program, programArguments, { stdio: ['ignore', log, log] });
trainer.on('error', (error) => end({ code: null, signal: null, error: error.message }));
trainer.on('exit', (code, signal) => end({ code, signal, error: null }));
if (trainer.pid !== undefined) {
  const child = { childPid: trainer.pid, childStartTime: startTime(trainer.pid) };
  writeWhole('lease.json', { ...lease, ...child });
}

/** False where another launcher has this attempt. A lease is there whole or not at all: half of one could never be given up. */
function claim(own) {
  const part = join(attemptFolder, `lease.${process.pid}.part`);
  try {
    writeFileSync(part, JSON.stringify(own));
    linkSync(part, join(attemptFolder, 'lease.json'));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(part, { force: true });
  }
}

function end(exit) {
  try {
    writeWhole('exit.json', exit);
  } catch (error) {
    // A disk that is full, most likely: the end of the group is told by its absence.
    console.error(error.message);
  }
  // Whatever the trainer left running in the group would hold the accelerator of the next attempt.
  process.kill(-process.pid, 'SIGKILL');
}

function writeWhole(name, value) {
  const path = join(attemptFolder, name);
  writeFileSync(`${path}.part`, JSON.stringify(value));
  renameSync(`${path}.part`, path);
}

// Field 22 of /proc/PID/stat; the name before it may hold blanks and brackets. Null where there is no /proc.
function startTime(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
