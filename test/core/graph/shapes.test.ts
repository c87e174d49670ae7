import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Shape } from '../../../core/graph/graph.ts';
import { broadcastAxes, broadcastShapes, matmulShape, reducedShape, reshapeSizes } from '../../../core/graph/shapes.ts';

const dimension = fc.constantFrom<number | string>(1, 2, 3, 'N');
const shape = fc.array(dimension, { maxLength: 4 });

describe('shape rules', () => {
  it('broadcasting does not depend on the order of its operands', () => {
    fc.assert(fc.property(shape, shape, (a, b) => assert.deepEqual(broadcastShapes(a, b), broadcastShapes(b, a))));
  });

  it('summing over the broadcast axes gives an operand its shape back', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const result = broadcastShapes(a, b);
        fc.pre(result !== null);
        const { leading, inner } = broadcastAxes(result, a);
        assert.deepEqual(reducedShape(reducedShape(result, leading, 'drop'), inner, 'keep'), a);
      }),
    );
  });

  it('a reshape copies symbolic sizes in place and leaves at most one to be worked out', () => {
    const from: Shape = ['N', 6, 'T'];
    assert.deepEqual(reshapeSizes(from, ['N', 2, 3, 'T']), [0, 2, 3, -1]);
    assert.deepEqual(reshapeSizes(from, ['N*6', 'T']), null);
    assert.deepEqual(reshapeSizes(['N', 'T', 8], ['N*T', 8]), [-1, 8]);
  });

  it('a product needs equal inner sizes and batches that broadcast', () => {
    assert.deepEqual(matmulShape(['N', 2, 'T', 8], ['N', 1, 8, 'T'], false, false), ['N', 2, 'T', 'T']);
    assert.equal(matmulShape([3, 8], [7, 4], false, false), null);
    assert.equal(matmulShape([2, 3, 8], [3, 8, 4], false, false), null);
    assert.equal(matmulShape([8], [8, 4], false, false), null);
  });
});
