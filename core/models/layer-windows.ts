// How far back each layer's attention looks: sliding windows as config.json states them.
import type { Fields } from './config-fields.ts';
import { positive, refused } from './config-fields.ts';

/** Tokens that a position sees, itself included; null: all before it. */
export type Window = number | null;

/** Mistral's window when config.json does not mention one, as transformers has it. */
const DEFAULT_WINDOW = 4096;
/** Qwen layers below this one have no window when config.json does not say from where on they do. */
const DEFAULT_FIRST_LAYER = 28;

/** Mistral: every layer has the window, unless it is null. */
export function windowOfAll(layerCount: number, fields: Fields, source: string): Window[] {
  const size = fields['sliding_window'] === null ? null : positive(fields, 'sliding_window', source, DEFAULT_WINDOW);
  return new Array<Window>(layerCount).fill(size);
}

/** Qwen: only with `use_sliding_window`, and then in the layers that `layer_types` or `max_window_layers` names. */
export function windowOfSome(layerCount: number, fields: Fields, source: string): Window[] {
  if (fields['use_sliding_window'] !== true || fields['sliding_window'] === null) return noWindow(layerCount);
  const size = positive(fields, 'sliding_window', source, DEFAULT_WINDOW);
  const types = layerTypes(fields, layerCount, source);
  return types.map((type) => (type === 'sliding_attention' ? size : null));
}

export function noWindow(layerCount: number): Window[] {
  return new Array<Window>(layerCount).fill(null);
}

const knownTypes = ['full_attention', 'sliding_attention'];

function layerTypes(fields: Fields, layerCount: number, source: string): string[] {
  const types: unknown = fields['layer_types'];
  if (types === undefined || types === null) {
    const first = (fields['max_window_layers'] as number | undefined) ?? DEFAULT_FIRST_LAYER;
    return Array.from({ length: layerCount }, (_, index) => knownTypes[Number(index >= first)]!);
  }
  const known = Array.isArray(types) && types.every((type) => knownTypes.includes(type as string));
  if (known && types.length === layerCount) return types as string[];
  const expected = `expected ${layerCount} of ${knownTypes.join(', ')}`;
  throw refused(source, `layer_types is ${JSON.stringify(types)}; ${expected}`);
}
