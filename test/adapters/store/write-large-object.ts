// A process of its own that writes a large object and is killed while it does; started by directory.test.ts.

import { createDirectoryDriver } from '../../../adapters/store/directory.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: write-large-object.ts FOLDER');
await createDirectoryDriver(folder).write('objects/big', new Uint8Array(400_000_000));
