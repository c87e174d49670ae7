// What the terminal says of a round.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { roundText } from '../../cli/campaign-tables.ts';
import { inventedStatus } from '../core/report/invented-campaign.ts';

describe('the text of a round', () => {
  const [first, second] = inventedStatus.history.map((round) => roundText(round, 2));

  it('says what was let through on each side, and that a side is not known', () => {
    const accepted =
      'Accepted of the candidates near sparse clusters 40 of 48 (83.3 %), near dense ones 8 of 61 (13.1 %)';
    assert.ok(
      second?.includes(`${accepted}; let through by verification and judge: sparse 72.0 %, dense 91.0 %`),
      second,
    );
    assert.ok(first?.includes('sparse 72.0 %, dense not known\n'), first);
  });

  it('counts apart what was refused without a solution to sketch', () => {
    assert.ok(second?.includes('; 7 refused had no solution to sketch and are not in the rate\n'), second);
    assert.equal(first?.includes('no solution to sketch'), false);
  });
});
