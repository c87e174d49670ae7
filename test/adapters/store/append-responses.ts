// A process of its own that appends entries to a response log without end, and prints the name of each once it is durable;
// started by response-log.test.ts, which kills it.

import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { sha256 } from '../../../adapters/store/sha256.ts';

const [folder, process_] = process.argv.slice(2);
if (folder === undefined || process_ === undefined) throw new Error('usage: append-responses.ts FOLDER NAME');
const log = createStore(createDirectoryDriver(folder)).responseLog('model');

async function appendForEver(lane: number): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `${process_}-${lane}-${index}`;
    await log.append([{ hash: sha256(name), id: 'a', content: { name } }]);
    process.stdout.write(`${name}\n`);
    if (index % 7 === 0) await log.refresh();
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => appendForEver(lane)));
