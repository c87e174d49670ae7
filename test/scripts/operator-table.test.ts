import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { operatorPage } from '../../scripts/operator-table.ts';

it('docs/operators.md is what the tables in code give', () => {
  const written = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
  assert.equal(written, operatorPage(), 'docs/operators.md is stale: run npm run docs');
});
