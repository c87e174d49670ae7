// Computes the answer of each symbolic problem from its English alone, by formulas of our own.

type Formula = (...numbers: number[]) => number;

/** The numbers of a template in the order in which the question states them. */
const formulas: readonly (readonly [slice: string, marker: RegExp, formula: Formula])[] = [
  ['shopping', /At the shop/, (purse, n, price, m, other) => purse - n * price - m * other],
  ['shopping', /pocket money/, (price, saved, weekly, spent) => (price - saved) / (weekly - spent)],
  ['shopping', /profit/, (boxes, cost, each, price) => boxes * (each * price - cost)],
  ['rates', /to a town/, (far, h, v, k, w) => far - (h * v + k * w)],
  ['rates', /side by side/, (a, b, minutes, faulty) => a * minutes + b * minutes - faulty],
  ['rates', /litres is empty/, (size, fill, leak) => size / (fill - leak)],
  ['rates', /litres holds/, (size, start, fill, leak) => (size - start) / (fill - leak)],
  ['fractions', /gives away/, (n, a, b, c, d) => n * (1 - a / b) * (1 - c / d)],
  ['fractions', /adults/, (a, b, part, extra) => (part * b) / a + extra],
  ['fractions', /weighs/, (n, a, b, c, d) => n * (1 - a / b - c / d)],
  ['percentages', /coupon/, (price, percent, coupon) => price * (1 - percent / 100) - coupon],
  ['percentages', /In the first year/, (n, up, down) => n * (1 + up / 100) * (1 - down / 100)],
  ['percentages', /^Of \d+/, (n, a, b) => n * (a / 100) * (1 - b / 100)],
  ['sharing', /ratio/, (sum, a, b) => (sum * Math.abs(a - b)) / (a + b)],
  ['sharing', /loose/, (boxes, each, loose, aside, friends) => (boxes * each + loose - aside) / friends],
  ['sharing', /boxes with/, (boxes, each, aside, friends) => (boxes * each - aside) / friends],
  ['sharing', /picked/, (sum, more, other) => (sum - other + 2 * more) / 3],
  ['ages', /sum of their ages/, (age, times, years) => age * (1 + times) + 2 * years],
  ['ages', /Together/, (difference, sum) => (sum + difference) / 2],
  ['ages', /years ago/, (age, ago, times) => (age - ago) * times + ago],
  ['comparison', /altogether/, (n, times, fewer) => n + 2 * (n * times) - fewer],
  ['comparison', /half as many/, (n, more) => n + more - n / 2],
  ['units', /metres are damaged|metre is damaged/, (long, bad, piece, rolls) => (rolls * (long - bad) * 100) / piece],
  ['units', /portion/, (n, portion, count) => n * 1000 - portion * count],
  ['units', /practises/, (hours, minutes, days) => (hours * 60 + minutes) * days],
  ['averages', /fourth test/, (a, b, c, mean) => 4 * mean - a - b - c],
  ['averages', /on average/, (n, a, m, b) => (n * a + m * b) / (n + m)],
  ['counting', /served with \d+ of the desserts/, (soups, mains, desserts, bad) => soups * (mains * desserts - bad)],
  ['counting', /one of the desserts/, (soups, mains, desserts) => soups * (mains * desserts - 1)],
  ['counting', /handshakes/, (all, close) => choose(all, 2) - choose(close, 2)],
  ['counting', /codes/, (letters, digits, banned) => 2 * choose(letters, 2) * (digits ** 2 - banned)],
  ['counting', /teams/, (many, few) => choose(many, 2) * choose(few, 3)],
  ['numbers', /waste/, (a, b) => leastMultiple(a, b) / a + leastMultiple(a, b) / b],
  ['numbers', /left over/, (count, large, small) => (count % large) % small],
  ['numbers', /digits/, (a, b) => Array.from(String(a * b), Number).reduce((sum, digit) => sum + digit, 0)],
  ['numbers', /whole numbers/, (count, sum) => sum / count + (count - 1) / 2],
  ['numbers', /even numbers/, (count, sum) => sum / count + (count - 1)],
  ['numbers', /multiples/, (count, step, sum) => sum / count + (step * (count - 1)) / 2],
  ['equations', /^If/, (a, b, c, d) => (d - b) / (a - c)],
  ['equations', /satisfy/, (sum, difference) => (sum ** 2 - difference ** 2) / 4],
  ['equations', /function/, (a, power, b, c, x) => a * x ** power + b * x + c],
  ['equations', /proportional/, (value, at, other) => (value / at) * other],
  ['probability', /balls/, (a, b, c) => lowestSum(b + c, a + b + c)],
  ['probability', /counters/, (a, b) => lowestSum(a * (a - 1), (a + b) * (a + b - 1))],
  ['probability', /wheel/, (n, k, prize, less, turns) => (turns / n) * (k * prize + (n - k) * less)],
  ['ood-geometry', /uncovered/, (a, b, c, d) => a * b - c * d],
  ['ood-geometry', /fence/, (area, width, gate) => 2 * width + (2 * area) / width - gate],
  ['ood-geometry', /cubes/, (a, b, c, edge, taken) => (a * b * c) / edge ** 3 - taken],
  ['ood-schedules', /It takes/, (slow, fast, jobs, pause) => jobs / (1 / slow + 1 / fast) + pause],
  ['ood-schedules', /but the last one is full/, (size, total) => Math.ceil(total / size) * size - total],
  ['ood-schedules', /same moment/, (x, y, times) => leastMultiple(x, y) * times],
  ['ood-sequences', /front row/, (first, step, count) => seats(first, step, count)],
  ['ood-sequences', /begins/, (first, second, _, place) => first + (second - first) * (place - 1)],
  ['ood-sequences', /doubles/, (start, period, time, out) => start * 2 ** (time / period) - out],
  ['ood-unknowns', /heads/, (heads, feet) => feet / 2 - heads],
  ['ood-unknowns', /coins/, (count, low, high, value) => (value - count * low) / (high - low)],
  ['ood-unknowns', /think of a number/, (times, divisor, plus, result) => ((result - plus) * divisor) / times],
];

/** The answer of a question as the formula of its template gives it; rounding errors of floats remain. */
export function answerOf(slice: string, question: string): number {
  const found = formulas.filter(([name, marker]) => name === slice && marker.test(question));
  const [first] = found;
  if (!first) throw new Error(`no formula for "${question}"`);
  const numbers = question
    .replace(/\btwice\b/g, '2')
    .match(/\d+(?:\.\d+)?/g)
    ?.map(Number);
  return first[2](...(numbers ?? []));
}

function leastMultiple(a: number, b: number): number {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}

function seats(first: number, step: number, count: number): number {
  let sum = 0;
  for (let row = 0; row < count; row++) sum += first + step * row;
  return sum;
}

function choose(count: number, size: number): number {
  if (size === 0) return 1;
  return count < size ? 0 : choose(count - 1, size - 1) + choose(count - 1, size);
}

/** Numerator and denominator together, once both are divided by every number that divides them. */
function lowestSum(numerator: number, denominator: number): number {
  for (let divisor = numerator; divisor > 1; divisor--) {
    if (numerator % divisor === 0 && denominator % divisor === 0) return (numerator + denominator) / divisor;
  }
  return numerator + denominator;
}
