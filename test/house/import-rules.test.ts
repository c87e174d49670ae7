// Plants one breach of every import rule in a small tree of its own, and expects each rule to name its breach and to
// leave an orderly tree in peace. A rule without a breach here fails the test.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

type Tree = Readonly<Record<string, string>>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const orderly: Tree = {
  'contracts/ref.ts': 'export const ref = 1;',
  'contracts/unused.ts': 'export const unused = 1;',
  'core/plan/next.ts': `import { ref } from '../../contracts/ref.ts'; export const next = ref;`,
  'core/spectrum.ts': `import { ref } from '../contracts/ref.ts'; export const spectrum = ref;`,
  'core/encode.ts': `import { protobuf } from '@bufbuild/protobuf'; export const encode = protobuf;`,
  'tasks/math.ts': `import { spectrum } from '../core/spectrum.ts'; export const math = spectrum;`,
  'activities/ports.ts': 'export interface Store { readonly get: () => string }',
  'activities/sketch.ts': `import { heartbeat } from '@temporalio/activity';
    import { math } from '../tasks/math.ts'; export const sketch = [heartbeat, math];`,
  'adapters/store/s3.ts': `import { readFileSync } from 'node:fs'; import { S3Client } from '@aws-sdk/client-s3';
    import type { Store } from '../../activities/ports.ts';
    export const s3 = [readFileSync, S3Client]; export type S3 = Store;`,
  'adapters/onnx/session.ts': `import onnx from 'onnxruntime-node'; export const session = onnx;`,
  'adapters/language/detector.ts': `import { eld } from 'eld'; export const language = eld;`,
  'adapters/llm/server.ts': `import { llama } from 'node-llama-cpp'; export const server = llama;`,
  'adapters/trainer/kubernetes/cluster.ts': `import { KubeConfig } from '@kubernetes/client-node';
    export const cluster = KubeConfig;`,
  'config/schema.ts': `import { z } from 'zod'; export const schema = z;`,
  'workflows/campaign.ts': `import { sleep } from '@temporalio/workflow';
    import type { Payload } from '@temporalio/common';
    import { next } from '../core/plan/next.ts'; export const campaign = [sleep, next]; export type P = Payload;`,
  'workers/stack.ts': `import { Worker } from '@temporalio/worker'; import { sketch } from '../activities/sketch.ts';
    import { s3 } from '../adapters/store/s3.ts'; import { schema } from '../config/schema.ts';
    export const stack = [Worker, sketch, s3, schema];`,
  'cli/main.ts': `import { stack } from '../workers/stack.ts'; import { schema } from '../config/schema.ts';
    export const main = [stack, schema];`,
  'web/page.ts': `import { ref } from '../contracts/ref.ts'; export const page = ref;`,
  'test/all.test.ts': `import fc from 'fast-check'; import { main } from '../cli/main.ts';
    import onnx from 'onnxruntime-node'; export const all = [fc, main, onnx];`,
};

/** Rule -> the one file that breaks it; every file here may import the orderly tree. */
const breaches: Record<string, Tree> = {
  'no-cycles': {
    'tasks/chicken.ts': `import { egg } from './egg.ts'; export const chicken = () => egg;`,
    'tasks/egg.ts': `import { chicken } from './chicken.ts'; export const egg = () => chicken;`,
  },
  'imports-resolve': { 'tasks/lost.ts': `import { gone } from './gone.ts'; export const lost = gone;` },
  'packages-are-declared': { 'tasks/stray.ts': `import stray from 'stray'; export const x = stray;` },
  'no-development-packages-at-run-time': { 'tasks/dev.ts': `import fc from 'fast-check'; export const x = fc;` },
  'contracts-import-nothing': { 'contracts/up.ts': `import { math } from '../tasks/math.ts'; export const x = math;` },
  'contracts-need-no-package': { 'contracts/zod.ts': `import { z } from 'zod'; export const x = z;` },
  'core-imports-contracts': { 'core/up.ts': `import { math } from '../tasks/math.ts'; export const x = math;` },
  'core-needs-no-node': { 'core/disk.ts': `import { readFileSync } from 'node:fs'; export const x = readFileSync;` },
  'plan-is-small': { 'core/plan/big.ts': `import { encode } from '../encode.ts'; export const x = encode;` },
  'tasks-import-core': { 'tasks/up.ts': `import { schema } from '../config/schema.ts'; export const x = schema;` },
  'adapters-implement-ports': {
    'adapters/store/up.ts': `import { sketch } from '../../activities/sketch.ts'; export const x = sketch;`,
  },
  'activities-call-ports': {
    'activities/up.ts': `import { s3 } from '../adapters/store/s3.ts'; export const x = s3;`,
  },
  'workflows-tell-the-story': {
    'workflows/up.ts': `import type { Store } from '../activities/ports.ts'; export type X = Store;`,
  },
  'workflows-use-the-workflow-package': { 'workflows/zod.ts': `import { z } from 'zod'; export const x = z;` },
  'workflows-never-reach-node': {
    'workflows/far.ts': `import { near } from '../core/plan/near.ts'; export const x = near;`,
    'core/plan/near.ts': `import { join } from 'node:path'; export const near = join;`,
  },
  'workers-wire': { 'workers/up.ts': `import { main } from '../cli/main.ts'; export const x = main;` },
  'config-is-data': { 'config/up.ts': `import { math } from '../tasks/math.ts'; export const x = math;` },
  'cli-stays-outside': { 'cli/in.ts': `import { sketch } from '../activities/sketch.ts'; export const x = sketch;` },
  'cli-starts-workers-by-the-stack': {
    'workers/control.ts': 'export const control = 1;',
    'cli/control.ts': `import { control } from '../workers/control.ts'; export const x = control;`,
  },
  'web-starts-nothing': { 'web/up.ts': `import { stack } from '../workers/stack.ts'; export const x = stack;` },
  'nothing-imports-test': {
    'test/helper.ts': 'export const helper = 1;',
    'tasks/helped.ts': `import { helper } from '../test/helper.ts'; export const x = helper;`,
  },
  'language-identifier-only-in-its-adapter': {
    'tasks/language.ts': `import { eld } from 'eld'; export const x = eld;`,
  },
  'onnxruntime-only-in-its-adapter': { 'tasks/onnx.ts': `import onnx from 'onnxruntime-node'; export const x = onnx;` },
  's3-only-in-the-store': {
    'workers/s3.ts': `import { S3Client } from '@aws-sdk/client-s3'; export const x = S3Client;`,
  },
  'language-model-server-only-in-its-adapter': {
    'workers/llm.ts': `import { llama } from 'node-llama-cpp'; export const x = llama;`,
  },
  'kubernetes-only-in-its-adapter': {
    'workers/cluster.ts': `import { KubeConfig } from '@kubernetes/client-node'; export const x = KubeConfig;`,
  },
  'activity-context-only-in-activities': {
    'adapters/llm/beat.ts': `import { heartbeat } from '@temporalio/activity'; export const x = heartbeat;`,
  },
  'worker-runtime-only-in-workers': {
    'cli/worker.ts': `import { Worker } from '@temporalio/worker'; export const x = Worker;`,
  },
};

describe('import rules', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-imports-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      await cp(join(root, file), join(folder, file));
    }
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const name of [...Object.keys(dependencies), ...Object.keys(devDependencies), 'stray']) {
      const home = `node_modules/${name}`;
      await plant(folder, { [`${home}/package.json`]: JSON.stringify({ name, main: 'index.js' }) });
      await plant(folder, { [`${home}/index.js`]: 'module.exports = {};' });
    }
    await plant(folder, orderly);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('leave an orderly tree in peace', async () => {
    assert.deepEqual(await violations(folder), []);
  });

  it('each name their breach', async () => {
    const rules: string[] = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')).forbidden.map(
      (rule: { name: string }) => rule.name,
    );
    assert.deepEqual(Object.keys(breaches).sort(), [...rules].sort(), 'every rule has a breach planted here');
    for (const tree of Object.values(breaches)) await plant(folder, tree);
    const found = await violations(folder);
    for (const [rule, tree] of Object.entries(breaches)) {
      const blamed = found.filter((violation) => violation.rule === rule).map((violation) => violation.from);
      assert.ok(
        Object.keys(tree).some((file) => blamed.includes(file)),
        `${rule} did not name ${Object.keys(tree).join(' or ')}; it named ${blamed.join(', ') || 'nothing'}`,
      );
    }
  });
});

async function plant(folder: string, tree: Tree): Promise<void> {
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function violations(folder: string): Promise<{ rule: string; from: string }[]> {
  const rooms = 'contracts core tasks adapters activities workflows workers config cli web test'.split(' ');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...rooms],
    { cwd: folder, maxBuffer: 1 << 26 },
  ).catch((failure: unknown) => failure as { stdout: string }); // it exits with the number of violations
  const { summary } = JSON.parse(stdout);
  return summary.violations.map((found: { rule: { name: string }; from: string }) => ({
    rule: found.rule.name,
    from: found.from,
  }));
}
