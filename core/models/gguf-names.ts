// From GGUF to Hugging Face: tensor names, and the row order of query and key projections, which llama.cpp stores
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
  const headSize = rowCount / headCount;
  const columnCount = values.length / rowCount;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `A rotary projection of ${rowCount} rows cannot be split into ${headCount} heads of an even size; ` +
        'the head count in the file does not fit its tensors.',
    );
  }
  const restored = new Float32Array(values.length);
  for (let row = 0; row < rowCount; row++) {
    const inHead = row % headSize;
    const target = row - inHead + (inHead % 2) * (headSize / 2) + (inHead >> 1);
    restored.set(values.subarray(row * columnCount, (row + 1) * columnCount), target * columnCount);
  }
  return restored;
}
