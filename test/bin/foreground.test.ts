// What a terminal, npm and a test harness do to `npm start` and `diffract`: exit codes and signals, each once.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const foreground = fileURLToPath(new URL('../../bin/foreground.mjs', import.meta.url));

/** Counts the SIGINTs it hears, and says so when told to end by a SIGTERM. */
const listener = `
  let heard = 0;
  process.on('SIGINT', () => heard++);
  process.on('SIGTERM', () => { console.log('heard', heard); process.exit(7); });
  setInterval(() => {}, 1000);
  console.log('ready');
`;

describe('a program in the foreground', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-foreground-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function start(script: string): Promise<{ wrapper: ReturnType<typeof spawn>; said: () => string }> {
    const file = join(folder, 'wrapper.mjs');
    const call = `runInForeground(process.execPath, ['-e', ${JSON.stringify(script)}])`;
    await writeFile(
      file,
      `import { runInForeground } from ${JSON.stringify(foreground)};\nprocess.exitCode = await ${call};`,
    );
    const wrapper = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let text = '';
    wrapper.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
    return { wrapper, said: () => text };
  }

  it('passes its exit code on', async () => {
    const { wrapper } = await start('process.exit(3)');
    assert.deepEqual(await once(wrapper, 'exit'), [3, null]);
  });

  it('that dies of a signal gives 128 and its number', async () => {
    const { wrapper } = await start(`process.kill(process.pid, 'SIGKILL')`);
    assert.deepEqual(await once(wrapper, 'exit'), [137, null]);
  });

  it('hears of Ctrl-C once, though the terminal and npm both send it, and of a second one later', async () => {
    const { wrapper, said } = await start(listener);
    while (!said().includes('ready')) await wait(20);
    const group = -(wrapper.pid ?? 0);
    process.kill(group, 'SIGINT'); // the terminal's, to the whole process group
    wrapper.kill('SIGINT'); // npm's copy
    await wait(700);
    process.kill(group, 'SIGINT');
    await wait(100);
    wrapper.kill('SIGTERM');
    const [code] = (await once(wrapper, 'exit')) as [number];
    assert.match(said(), /heard 2\n/);
    assert.equal(code, 7);
  });
});
