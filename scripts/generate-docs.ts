// Writes the pages of docs/ that are made from tables in code. A test compares them, so run it after a change: npm run docs
import { writeFile } from 'node:fs/promises';
import { operatorPage } from './operator-table.ts';

await writeFile(new URL('../docs/operators.md', import.meta.url), operatorPage());
