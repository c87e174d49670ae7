// Out of distribution: quantities of things in a place, with determiners and sentence forms that training never shows.

import { conditions, containers, wares } from './ood-lexicon.ts';
import { chooseDraw, withArticle } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

interface Heap {
  readonly size: number;
  readonly such: number;
}

const heaps: readonly Heap[] = [2, 3, 4, 5, 6].flatMap((size) =>
  Array.from({ length: size + 1 }, (_, such) => ({ size, such })),
);

export const oodQuantifiers: Slice = {
  covers: 'each, a majority, not a single, existential sentences and their negations, over things',
  draw(chance) {
    const ware = chance.pick(wares);
    const where = chance.pick(containers);
    const such = chance.pick(conditions);
    const these = `${ware}s ${where}`;
    const statements: Statement<Heap>[] = [
      { text: `each of the ${these} is ${such}`, holds: (heap) => heap.such === heap.size },
      { text: `the ${these} are ${such} without exception`, holds: (heap) => heap.such === heap.size },
      { text: `a majority of the ${these} are ${such}`, holds: (heap) => 2 * heap.such > heap.size },
      { text: `a majority of the ${these} are not ${such}`, holds: (heap) => 2 * heap.such < heap.size },
      { text: `there is a ${such} ${ware} ${where}`, holds: (heap) => heap.such > 0 },
      { text: `there is not a single ${such} ${ware} ${where}`, holds: (heap) => heap.such === 0 },
      { text: `there is ${withArticle(ware)} ${where} that is not ${such}`, holds: (heap) => heap.such < heap.size },
      { text: `not each of the ${these} is ${such}`, holds: (heap) => heap.such < heap.size },
      { text: `one or more of the ${these} are ${such}`, holds: (heap) => heap.such > 0 },
    ];
    return chooseDraw(chance, { premises: statements, hypotheses: statements }, heaps);
  },
};
