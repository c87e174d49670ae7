// Out of distribution: order in time from years, and by words for earlier and later that training never shows.

import { buildings } from './ood-lexicon.ts';
import { sentence } from './slice.ts';
import type { Slice } from './slice.ts';

export const oodDates: Slice = {
  covers: 'years of completion compared by earlier, later, newer, older, predates and preceded',
  draw(chance) {
    const [first, second, third] = chance.three(buildings);
    const year = chance.whole(1650, 1960);
    const years = [year, year + chance.whole(1, 30)];
    const firstIsOld = chance.coin();
    const [firstYear, secondYear] = firstIsOld ? years : [...years].reverse();
    const [old, young] = firstIsOld ? [first, second] : [second, first];
    const entailed = chance.coin();
    const [low, high] = entailed ? [old, young] : [young, old];
    const premise = chance.pick([
      `the ${first} was completed in ${firstYear} and the ${second} in ${secondYear}`,
      `completed in ${firstYear}, the ${first} now stands beside the ${second}, which dates from ${secondYear}`,
      `the ${old} was there when construction of the ${third} began, but the ${young} was only built once the ${third} stood`,
    ]);
    const hypothesis = chance.pick([
      `the ${low} was completed earlier than the ${high}`,
      `the ${high} was completed later than the ${low}`,
      `the ${low} predates the ${high}`,
      `the ${high} was built when the ${low} already existed`,
    ]);
    return { premise: sentence(premise), hypothesis: sentence(hypothesis), entailed };
  },
};
