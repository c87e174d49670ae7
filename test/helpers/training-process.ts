// A process that trains with the embedded trainer and prints each step that it sees, to be killed in the middle.
//   node --import tsx test/helpers/training-process.ts SPECIFICATION.json STORE

import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { TrainingSpecification } from '../../activities/ports/trainer.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { createEmbeddedTrainer } from '../../adapters/trainer/embedded/embedded-trainer.ts';

const [specificationPath, storePath] = process.argv.slice(2) as [string, string];
const specification = JSON.parse(await readFile(specificationPath, 'utf8')) as Omit<TrainingSpecification, 'store'>;
const store = createStore(createDirectoryDriver(storePath));
const run = await createEmbeddedTrainer().start({ ...specification, store });
for (;;) {
  const { state, step } = await run.poll();
  console.log(step);
  if (state !== 'running') break;
  await wait(1);
}
