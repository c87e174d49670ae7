// Between GGUF and Hugging Face: tensor names, and the row order of query and key projections, which llama.cpp stores
// with the two halves of each rotary pair side by side.

import { FailureType, PermanentError } from '../../contracts/failures.ts';

const outerNames: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

const layerNames: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/**
 * The Hugging Face name of the GGUF tensor `name` of a Llama, Mistral, Qwen2 or Qwen3 decoder.
 * @throws {PermanentError} `UnsupportedModel` for a tensor that such a decoder does not have
 */
export function huggingFaceName(name: string): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name) ?? [];
  const renamed = part === undefined ? undefined : layer === undefined ? outerNames[part] : layerNames[part];
  if (renamed === undefined) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `GGUF tensor "${name}" has no counterpart in a Llama, Mistral, Qwen2 or Qwen3 decoder; expected ` +
        `${Object.keys(outerNames).join(', ')} or blk.N. with ${Object.keys(layerNames).join(', ')}.`,
    );
  }
  return layer === undefined ? `${renamed}.${kind}` : `model.layers.${layer}.${renamed}.${kind}`;
}

/**
 * The GGUF name of the Hugging Face tensor `name`; undoes `huggingFaceName`.
 * @throws {PermanentError} `UnsupportedModel` for a tensor that such a decoder does not have
 */
export function ggufName(name: string): string {
  const [, layer, part, kind] = /^(?:model\.layers\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name) ?? [];
  const names = Object.entries(layer === undefined ? outerNames : layerNames);
  const renamed = names.find(([, own]) => own === part)?.[0];
  if (renamed !== undefined) return `${layer === undefined ? '' : `blk.${layer}.`}${renamed}.${kind}`;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Tensor "${name}" has no counterpart in a GGUF file of a Llama, Mistral, Qwen2 or Qwen3 decoder.`,
  );
}

/** How many rotary heads the rows of `huggingFaceTensor` are divided into, or undefined when its rows are in order. */
export function rotaryHeadCount(
  architecture: string,
  huggingFaceTensor: string,
  heads: { readonly query: number; readonly key: number },
): number | undefined {
  if (architecture !== 'llama') return undefined; // llama.cpp turns to the unpermuted form for every other decoder
  if (/\.q_proj\.(weight|bias)$/.test(huggingFaceTensor)) return heads.query;
  if (/\.k_proj\.(weight|bias)$/.test(huggingFaceTensor)) return heads.key;
  return undefined;
}

/**
 * Rows back in Hugging Face order: within each head, llama.cpp's row 2i + j is row j · (headSize / 2) + i.
 * @param values - `[rowCount, columnCount]`, row-major
 * @returns a new array of the same shape
 */
export function unpermuteRotaryRows(values: Float32Array, rowCount: number, headCount: number): Float32Array {
  return reorderedRows(values, rowCount, headCount, ({ stored, ordered }) => [stored, ordered]);
}

/** Rows as llama.cpp stores them: undoes `unpermuteRotaryRows`. */
export function permuteRotaryRows(values: Float32Array, rowCount: number, headCount: number): Float32Array {
  return reorderedRows(values, rowCount, headCount, ({ stored, ordered }) => [ordered, stored]);
}

/** @param move - from which row to which, given a row in llama.cpp's order and the same row in Hugging Face order */
function reorderedRows(
  values: Float32Array,
  rowCount: number,
  headCount: number,
  move: (row: { readonly stored: number; readonly ordered: number }) => readonly [from: number, to: number],
): Float32Array {
  const headSize = rowCount / headCount;
  const columnCount = values.length / rowCount;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `A rotary projection of ${rowCount} rows cannot be split into ${headCount} heads of an even size; ` +
        'the head count in the file does not fit its tensors.',
    );
  }
  const moved = new Float32Array(values.length);
  for (let row = 0; row < rowCount; row++) {
    const inHead = row % headSize;
    const ordered = row - inHead + (inHead % 2) * (headSize / 2) + (inHead >> 1);
    const [from, to] = move({ stored: row, ordered });
    moved.set(values.subarray(from * columnCount, (from + 1) * columnCount), to * columnCount);
  }
  return moved;
}
