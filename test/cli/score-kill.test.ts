// diffract score as an operator meets it: killed with SIGKILL in the middle, run again, and the same to the last digit.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../adapters/process/alive.ts';
import { uniforms } from '../../core/random/philox.ts';
import { writeTinyGguf } from '../helpers/tiny-gguf.ts';

const program = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const command = fileURLToPath(new URL('../../bin/diffract.mjs', import.meta.url));
const ROWS = 160;
const HEADER = 4096;
const RECORD = 64 + 4 * 1024;

async function makeWorkplace(test: TestContext, count = ROWS): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-kill-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await writeTinyGguf(join(folder, 'tiny.gguf'));
  const random = uniforms('score-kill');
  const text = (): string => Array.from({ length: 12 }, () => Math.floor(random.next() * 1e4).toString(36)).join(' ');
  const rows = Array.from({ length: count }, () => JSON.stringify({ prompt: text(), completion: text() }));
  await writeFile(join(folder, 'rows.jsonl'), rows.join('\n'));
  return folder;
}

function score(folder: string, state: string, entry: readonly string[] = ['--import', 'tsx', program]) {
  const words = [
    'score',
    join(folder, 'rows.jsonl'),
    '--proxy',
    join(folder, 'tiny.gguf'),
    '--json',
    '--measures',
    'none',
  ];
  const env = { ...process.env, DIFFRACT_STATE: join(folder, state), DIFFRACT_CACHE: join(folder, 'cache') };
  // The loader is found from the folder of the repository.
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, [...entry, ...words], { env, cwd });
  let [output, messages] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (messages += piece.toString()));
  const ended = once(child, 'close');
  return {
    child,
    async result(): Promise<{ code: number | null; document: Record<string, unknown>; messages: string }> {
      const [code] = (await ended) as [number | null];
      return { code, document: JSON.parse(output || '{}') as Record<string, unknown>, messages };
    },
  };
}

/** Rows that are durable. */
async function kept(folder: string, state: string): Promise<number> {
  const sketches = join(folder, state, 'sketches');
  const names = (await readdir(sketches).catch(() => [])).filter((name) => !name.endsWith('.lock'));
  const size = await stat(join(sketches, names[0] ?? '', 'sketches.bin')).then(
    (found) => found.size,
    () => 0,
  );
  return Math.max(0, Math.floor((size - HEADER) / RECORD));
}

async function waitForRows(folder: string, state: string, count: number): Promise<void> {
  while ((await kept(folder, state)) < count) await wait(2);
}

describe('diffract score, killed', () => {
  it('goes on where it was, to the last digit', async (test) => {
    const folder = await makeWorkplace(test);
    const undisturbed = await score(folder, 'undisturbed').result();
    assert.equal(undisturbed.code, 0, undisturbed.messages);

    const first = score(folder, 'killed');
    await waitForRows(folder, 'killed', 40);
    first.child.kill('SIGKILL');
    await first.result();
    const left = await kept(folder, 'killed');
    assert.ok(left >= 40 && left < ROWS, `${left} rows were there`);

    const second = await score(folder, 'killed').result();
    assert.equal(second.code, 0, second.messages);
    assert.match(second.messages, new RegExp(`${left} of ${ROWS} examples were sketched before`));
    assert.equal(await kept(folder, 'killed'), ROWS, 'no row was sketched twice');
    for (const field of ['gVendi', 'interval', 'n', 'd', 'tokens', 'sketch', 'proxy']) {
      assert.deepEqual(second.document[field], undisturbed.document[field], field);
    }
  });

  it('ends when the process in front of it is killed, and keeps what it has', async (test) => {
    const many = 20_000;
    const folder = await makeWorkplace(test, many);
    const first = score(folder, 'orphan', [command]);
    await waitForRows(folder, 'orphan', 8);
    const [lock = ''] = (await readdir(join(folder, 'orphan/sketches'))).filter((name) => name.endsWith('.lock'));
    const owner = await readFile(join(folder, 'orphan/sketches', lock, 'owner.json'), 'utf8');
    const { pid } = JSON.parse(owner) as { pid: number };
    assert.notEqual(pid, first.child.pid);
    first.child.kill('SIGKILL');
    while (isAlive(pid)) await wait(50);
    const left = await kept(folder, 'orphan');
    assert.ok(left >= 8 && left < many, `${left} of ${many} rows were there`);
    assert.match((await first.result()).messages, new RegExp(`Stopped: ${left} of ${many} examples are kept`));
  });
});
