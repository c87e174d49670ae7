// One reject as the page of rejects shows it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleText } from '../../../adapters/export/rejects.ts';
import { rejects } from './made-campaign.ts';

describe('a reject on its page', () => {
  it('does not say in the detail again what the item says', () => {
    const item = JSON.stringify({ content: 'I say "no"\nand that is\tall of it' });
    const reject = { ...rejects[0]!, id: 'x', item };
    for (const detail of ['I say "no" and that...', 'I say "no"\nand that is\tall of it', ''])
      assert.equal(exampleText({ ...reject, detail }), `- \`x\`: \`${item}\``);
    assert.match(exampleText({ ...reject, detail: 'no digit' }), /^- `x`: `no digit`\n\n {2}`\{/);
  });
});
