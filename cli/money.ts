// Costs as people read them.

import { decimal } from '../core/report/format.ts';

const SMALLEST = 0.0001;

/** `12.35 USD`, `0.0126 USD`, `below 0.0001 USD`; what is not nothing never reads as 0. */
export function money(value: number, currency: string | null): string {
  const unit = currency === null ? '' : ` ${currency}`;
  if (value > 0 && value < SMALLEST) return `below ${SMALLEST}${unit}`;
  return `${decimal(value, value >= 10 ? 2 : 4)}${unit}`;
}
