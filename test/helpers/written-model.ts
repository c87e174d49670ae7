// What transformers makes of a folder: scripts/golden/written_model.py in the Python that DIFFRACT_PYTHON names.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../scripts/golden/written_model.py', import.meta.url));

export const python = process.env['DIFFRACT_PYTHON'] ?? '';

/** Why a test with transformers does not run; false where it does. */
export const withoutPython = python === '' && 'DIFFRACT_PYTHON names no interpreter that has torch and transformers';

/** One answer of the script an item. */
export async function readWithTransformers<Answer>(folder: string, items: readonly object[]): Promise<Answer[]> {
  const running = promisify(execFile)(python, [script, folder], {
    env: { ...process.env, OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1' },
  });
  running.child.stdin?.end(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const { stdout } = await running;
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer);
}
