// Shopping: several prices, change, and what is left over.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

const goods: readonly { readonly one: string; readonly many: string }[] =
  'notebook pencil apple sandwich mug candle ticket postcard balloon muffin'
    .split(' ')
    .map((one) => ({ one, many: one.endsWith('ch') ? `${one}es` : `${one}s` }));

export const shopping = sliceOf('costs of several items, change from a sum, and saving up over weeks', [
  change,
  saving,
  resale,
]);

function change(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const [first, second] = chance.two(goods);
  const [firstCount, secondCount] = [chance.whole(2, 9), chance.whole(2, 9)];
  const [firstPrice, secondPrice] = [chance.whole(2, 12), chance.whole(2, 12)];
  const [firstCost, secondCost] = [firstCount * firstPrice, secondCount * secondPrice];
  const total = firstCost + secondCost;
  const purse = total + chance.whole(1, 60);
  return problem(
    `${name} has $${purse}. At the shop ${he} buys ${firstCount} ${first.many} at $${firstPrice} each and ` +
      `${secondCount} ${second.many} at $${secondPrice} each. How many dollars does ${name} have left?`,
    [
      `The ${first.many} cost ${firstCount} * ${firstPrice} = ${firstCost} dollars.`,
      `The ${second.many} cost ${secondCount} * ${secondPrice} = ${secondCost} dollars.`,
      `Together that is ${firstCost} + ${secondCost} = ${total} dollars.`,
      `${name} has ${purse} - ${total} = ${purse - total} dollars left.`,
    ],
    purse - total,
  );
}

function saving(chance: Chance): Problem {
  const { name, his } = chance.pick(persons);
  const { one } = chance.pick([{ one: 'bicycle' }, { one: 'guitar' }, { one: 'tent' }, { one: 'camera' }]);
  const weekly = chance.whole(4, 15);
  const spent = chance.whole(1, weekly - 2);
  const kept = weekly - spent;
  const weeks = chance.whole(5, 30);
  const start = chance.whole(5, 50);
  const price = start + kept * weeks;
  return problem(
    `${name} wants to buy a ${one} that costs $${price} and has already saved $${start}. Every week ${name} gets $${weekly} ` +
      `of pocket money, spends $${spent} of it on snacks and saves the rest. In how many weeks will ${his} savings reach the price?`,
    [
      `${name} still needs ${price} - ${start} = ${price - start} dollars.`,
      `Each week ${weekly} - ${spent} = ${kept} dollars are saved.`,
      `That takes ${price - start} / ${kept} = ${weeks} weeks.`,
    ],
    weeks,
  );
}

function resale(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const { many } = chance.pick(goods);
  const boxes = chance.whole(2, 8);
  const perBox = chance.whole(6, 24);
  const count = boxes * perBox;
  const price = chance.whole(2, 5);
  const earned = count * price;
  const boxCost = chance.whole(perBox, perBox * price - 1);
  const paid = boxes * boxCost;
  return problem(
    `${name} buys ${boxes} boxes of ${many} for $${boxCost} a box. Each box holds ${perBox} ${many}. ` +
      `If ${he} sells all of them for $${price} apiece, how many dollars of profit does ${he} make?`,
    [
      `The boxes cost ${boxes} * ${boxCost} = ${paid} dollars.`,
      `There are ${boxes} * ${perBox} = ${count} ${many} in all.`,
      `Selling them brings in ${count} * ${price} = ${earned} dollars.`,
      `The profit is ${earned} - ${paid} = ${earned - paid} dollars.`,
    ],
    earned - paid,
  );
}
