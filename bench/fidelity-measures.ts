// How close one matrix of cosines is to another: the pairs, the diversity of subsets, the nearest neighbours.
import { symmetricEigenvalues } from '../core/diversity/eigenvalues.ts';
import { vendiScore } from '../core/diversity/vendi.ts';
import { itemAt } from '../core/item-at.ts';

/** Cosines of unit vectors, [n][n]. */
export type Gram = readonly (readonly number[])[];

/** Off-diagonal entries, each pair once, among the members. */
export function pairsOf(gram: Gram, members: readonly number[]): number[] {
  return members.flatMap((row, place) => members.slice(place + 1).map((column) => entryOf(gram, row, column)));
}

/** G-Vendi of the members, from their Gram matrix. */
export function gVendiOf(gram: Gram, members: readonly number[]): number {
  const n = members.length;
  const matrix = members.flatMap((row) => members.map((column) => entryOf(gram, row, column) / n));
  return vendiScore(symmetricEigenvalues(Float64Array.from(matrix), n));
}

/** The share of each member's `count` nearest others that both matrices name, averaged. */
export function neighbourOverlap(a: Gram, b: Gram, count: number): number {
  const shared = a.map((_, row) => {
    const named = new Set(nearest(a, row, count));
    return nearest(b, row, count).filter((other) => named.has(other)).length / count;
  });
  return mean(shared);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

export function rootMeanSquareError(found: readonly number[], expected: readonly number[]): number {
  return Math.sqrt(mean(found.map((value, index) => (value - itemAt(expected, index)) ** 2)));
}

export function correlation(a: readonly number[], b: readonly number[]): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  const products = a.map((value, index) => (value - centreA) * (itemAt(b, index) - centreB));
  return mean(products) / (standardDeviation(a) * standardDeviation(b));
}

/** Spearman's rank correlation; equal values share their mean rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  return correlation(ranksOf(a), ranksOf(b));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function nearest(gram: Gram, row: number, count: number): number[] {
  const others = gram.map((_, index) => index).filter((index) => index !== row);
  return others.sort((a, b) => entryOf(gram, row, b) - entryOf(gram, row, a)).slice(0, count);
}

function entryOf(gram: Gram, row: number, column: number): number {
  return itemAt(itemAt(gram, row), column);
}
