// How far the words of a pair without their order, and its lengths, give the label away: logistic regression on counts.

export interface LabelledPair {
  readonly premise: string;
  readonly hypothesis: string;
  readonly label: string;
}

/** Accuracy on `held` of a model fitted on `fitted`, with its strongest features for messages. */
export function wordAccuracy(
  fitted: readonly LabelledPair[],
  held: readonly LabelledPair[],
  seen: 'both' | 'hypothesis',
): { accuracy: number; strongest: string } {
  const places = new Map<string, number>();
  const train = fitted.map((pair) =>
    featuresOf(pair, seen).map(([name, value]) => [placeOf(places, name), value] as const),
  );
  const weights = new Float64Array(places.size);
  const targets = fitted.map(({ label }) => (label === 'yes' ? 1 : 0));
  for (let epoch = 0; epoch < 25; epoch++) {
    const rate = 0.3 / (1 + epoch / 4);
    train.forEach((row, index) => {
      const error = targets[index]! - chanceOf(row, weights);
      for (const [place, value] of row) weights[place]! += rate * (error * value - 1e-3 * weights[place]!);
    });
  }
  const right = held.filter((pair) => {
    const row = featuresOf(pair, seen).flatMap(([name, value]) => {
      const place = places.get(name);
      return place === undefined ? [] : [[place, value] as const];
    });
    return chanceOf(row, weights) >= 0.5 === (pair.label === 'yes');
  });
  const strongest = [...places]
    .sort(([, a], [, b]) => Math.abs(weights[b]!) - Math.abs(weights[a]!))
    .slice(0, 8)
    .map(([name, place]) => `${name} ${weights[place]!.toFixed(1)}`);
  return { accuracy: right.length / held.length, strongest: strongest.join(', ') };
}

function featuresOf({ premise, hypothesis }: LabelledPair, seen: 'both' | 'hypothesis'): [string, number][] {
  const first = seen === 'both' ? wordsOf(premise) : [];
  const second = wordsOf(hypothesis);
  const overlap = second.filter((word) => !first.includes(word)).length;
  const named: [string, number][] = [
    ...new Set([...first.map((word) => `p:${word}`), ...second.map((word) => `h:${word}`)]),
  ].map((name) => [name, 1]);
  const shape: [string, number][] = [
    ['length', second.length / 10],
    ['difference', (first.length - second.length) / 10],
    ['new words', overlap / 3],
    ['constant', 1],
  ];
  return [...named, ...shape];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\d-]+/gu) ?? [];
}

function placeOf(places: Map<string, number>, name: string): number {
  const place = places.get(name) ?? places.size;
  places.set(name, place);
  return place;
}

function chanceOf(row: readonly (readonly [number, number])[], weights: Float64Array): number {
  const sum = row.reduce((total, [place, value]) => total + weights[place]! * value, 0);
  return 1 / (1 + Math.exp(-sum));
}
