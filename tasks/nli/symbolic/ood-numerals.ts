// Out of distribution: bounds in figures, and in words that training never shows.

import { containers, wares } from './ood-lexicon.ts';
import { countsAround } from './numerals.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

export const oodNumerals: Slice = {
  covers: 'no fewer than, no more than, over, under, or more, or fewer, with two-digit figures, over things',
  draw(chance) {
    const ware = `${chance.pick(wares)}s`;
    const where = chance.pick(containers);
    const centre = chance.whole(14, 96);
    const bounds = [-2, -1, 0, 1, 2].map((step) => centre + step).flatMap((bound) => boundsAt(bound, ware));
    const statements = bounds.map(({ text, holds }) => ({ text: `there are ${text} ${where}`, holds }));
    return chooseDraw(chance, { premises: statements, hypotheses: statements }, countsAround(centre));
  },
};

function boundsAt(bound: number, ware: string): readonly Statement<number>[] {
  return [
    { text: `no fewer than ${bound} ${ware}`, holds: (count) => count >= bound },
    { text: `${bound} or more ${ware}`, holds: (count) => count >= bound },
    { text: `over ${bound} ${ware}`, holds: (count) => count > bound },
    { text: `no more than ${bound} ${ware}`, holds: (count) => count <= bound },
    { text: `${bound} or fewer ${ware}`, holds: (count) => count <= bound },
    { text: `under ${bound} ${ware}`, holds: (count) => count < bound },
  ];
}
