// A tiny random BERT as a Hugging Face folder: config, safetensors, a WordPiece tokenizer and what sentence-transformers
// adds. Seeded, so always the same; scripts/golden/encoder.py embeds texts with it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEncoderConfig } from '../../core/models/bert-config.ts';
import { encoderParameters } from '../../core/models/bert.ts';
import { uniforms } from '../../core/random/philox.ts';
import { writeSafetensors } from './safetensors.ts';

const vocabulary = tinyVocabulary();

/** config.json of the tiny encoder. */
export const tinyEncoderConfig = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: 24,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  max_position_embeddings: 40,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
  vocab_size: vocabulary.length,
};

/** The longest text in tokens, by sentence_bert_config.json. */
export const tinyEncoderLength = 20;

export interface TinyEncoderChange {
  readonly config?: Record<string, unknown>;
  /** Weights in two files and an index. */
  readonly sharded?: boolean;
  /** Stands before every tensor's name, as in checkpoints of a model with a head. */
  readonly prefix?: string;
  /** Content of 1_Pooling/config.json. */
  readonly pooling?: Record<string, unknown>;
}

const meanPooling = { word_embedding_dimension: 24, pooling_mode_mean_tokens: true };

/** Writes the model to `folder`. */
export async function writeTinyEncoder(folder: string, change: TinyEncoderChange = {}): Promise<void> {
  const { config = {}, prefix = '', sharded = false, pooling = meanPooling } = change;
  const write = (name: string, content: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(content, null, 1));
  await mkdir(join(folder, '1_Pooling'), { recursive: true });
  await write('config.json', { ...tinyEncoderConfig, ...config });
  await write('sentence_bert_config.json', { max_seq_length: tinyEncoderLength, do_lower_case: false });
  await write('tokenizer_config.json', { tokenizer_class: 'BertTokenizer', model_max_length: 40 });
  await write('tokenizer.json', tinyTokenizer());
  await write('1_Pooling/config.json', pooling);
  await write(
    'modules.json',
    [
      ['', 'Transformer'],
      ['1_Pooling', 'Pooling'],
      ['2_Normalize', 'Normalize'],
    ].map(([path, type], idx) => ({ idx, name: `${idx}`, path, type: `sentence_transformers.models.${type}` })),
  );
  const tensors = [
    // Older checkpoints store the positions 0, 1, ... as a tensor of integers, which nothing needs.
    { name: `${prefix}embeddings.position_ids`, dtype: 'I64', shape: [1, 2], bytes: new Uint8Array(16) },
    ...encoderParameters(parseEncoderConfig(tinyEncoderConfig, 'tiny config.json')).map(({ name, shape }) => {
      const values = randomValues(name, shape);
      return { name: `${prefix}${name}`, dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) };
    }),
  ];
  const shards = sharded ? [tensors.slice(0, 9), tensors.slice(9)] : [tensors];
  const names = sharded ? ['model-1.safetensors', 'model-2.safetensors'] : ['model.safetensors'];
  const map = shards.flatMap((shard, index) => shard.map(({ name }) => [name, names[index]] as const));
  if (sharded) await write('model.safetensors.index.json', { weight_map: Object.fromEntries(map) });
  for (const [index, shard] of shards.entries()) await writeSafetensors(join(folder, names[index]!), shard);
}

/** Numbers in [-0.5, 0.5), around 1 for the factors of norms. */
function randomValues(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const random = uniforms(`tiny-encoder/${name}`);
  const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
  const size = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: size }, () => centre + random.next() - 0.5);
}

/** Special tokens, some words, and single characters of several scripts, alone and as continuations. */
function tinyVocabulary(): string[] {
  const points = (text: string): string[] => Array.from(text);
  const letters = points('abcdefghijklmnopqrstuvwxyz0123456789приветσς日本語中文한ᄒßøłı');
  const marks = points('.,!?\'"()-+=<>[]{}$%&*/\\:;@#^_`~|“”…—–。，「」€😀👍½²№');
  const words = [
    'the',
    'cat',
    'sat',
    'cafe',
    'naive',
    '##ing',
    '##ed',
    '##s',
    'play',
    'un',
    '##able',
    'hello',
    'world',
  ];
  const continued = letters.map((letter) => `##${letter}`);
  return ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...new Set([...words, ...letters, ...continued, ...marks])];
}

function tinyTokenizer(): Record<string, unknown> {
  const special = (id: number): Record<string, unknown> => ({
    ...{ id, content: vocabulary[id], special: true, normalized: false },
    ...{ single_word: false, lstrip: false, rstrip: false },
  });
  const framed = (content: string): Record<string, unknown> => ({ SpecialToken: { id: content, type_id: 0 } });
  const named = (content: string, id: number) => [content, { id: content, ids: [id], tokens: [content] }] as const;
  return {
    version: '1.0',
    // As published folders have it: for other uses, and in the way of this one if it were obeyed.
    truncation: { max_length: 16, strategy: 'LongestFirst', stride: 0, direction: 'Right' },
    padding: null,
    added_tokens: [0, 1, 2, 3, 4].map(special),
    normalizer: {
      ...{ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true },
      ...{ strip_accents: null, lowercase: true },
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [framed('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, framed('[SEP]')],
      pair: [framed('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: Object.fromEntries([named('[CLS]', 2), named('[SEP]', 3)]),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  };
}
