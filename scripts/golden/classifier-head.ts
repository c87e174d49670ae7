// Writes the start values of a head of three classes on the tiny encoder, for classifier.py.
// Run: node --import tsx scripts/golden/classifier-head.ts FILE
import { writeFile } from 'node:fs/promises';
import { parseEncoderConfig } from '../../core/models/bert-config.ts';
import { initialHead } from '../../core/training/classifier-graph.ts';
import { tinyEncoderConfig } from '../../test/helpers/tiny-encoder.ts';

const file = process.argv[2];
if (!file) throw new Error('usage: node --import tsx scripts/golden/classifier-head.ts FILE');
const head = initialHead(parseEncoderConfig(tinyEncoderConfig, 'tiny'), 3, 'golden');
await writeFile(file, JSON.stringify(Object.fromEntries([...head].map(([name, values]) => [name, [...values]]))));
