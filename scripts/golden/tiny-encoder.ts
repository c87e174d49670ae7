// Writes the tiny encoder of test/golden/models/encoder.json for encoder.py.
// Run: node --import tsx scripts/golden/tiny-encoder.ts FOLDER
import { writeTinyEncoder } from '../../test/helpers/tiny-encoder.ts';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node --import tsx scripts/golden/tiny-encoder.ts FOLDER');
await writeTinyEncoder(folder);
