import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { parametersOf } from '../../../core/models/parameters.ts';
import { tinyConfig } from '../../helpers/tiny-model.ts';

const smolLm = {
  ...tinyConfig,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: undefined,
  vocab_size: 49152,
};

describe('config.json', () => {
  it('of SmolLM2-135M gives the parameters that the model is known to have', () => {
    const config = parseModelConfig(smolLm, 'config.json');
    assert.equal(config.headSize, 64);
    const sizes = parametersOf(config).map(({ shape }) => shape.reduce((product, side) => product * side, 1));
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      134_515_008,
    );
  });

  it('says how the other architectures depart from Llama', () => {
    const names = (overrides: object): string[] =>
      parametersOf(parseModelConfig({ ...tinyConfig, ...overrides }, 'config.json')).map(({ name }) => name);
    assert.ok(names({ architectures: ['Qwen2ForCausalLM'] }).includes('model.layers.0.self_attn.k_proj.bias'));
    assert.ok(!names({ architectures: ['Qwen2ForCausalLM'] }).includes('model.layers.0.self_attn.o_proj.bias'));
    assert.ok(names({ architectures: ['Qwen3ForCausalLM'] }).includes('model.layers.1.self_attn.q_norm.weight'));
    assert.ok(names({ tie_word_embeddings: false }).includes('lm_head.weight'));
  });

  it('takes the rotary base from its newer place, and a sliding window in force as the limit', () => {
    const moved = { ...tinyConfig, rope_theta: undefined, rope_parameters: { rope_theta: 5000, rope_type: 'default' } };
    assert.equal(parseModelConfig(moved, 'config.json').ropeTheta, 5000);
    const window = { ...tinyConfig, sliding_window: 32 };
    assert.equal(parseModelConfig(window, 'config.json').maximumLength, 32);
    assert.equal(parseModelConfig({ ...window, use_sliding_window: false }, 'config.json').maximumLength, 128);
  });

  it('refuses what it does not know, by name', () => {
    const refuses = (overrides: object, message: RegExp): void =>
      assert.throws(() => parseModelConfig({ ...tinyConfig, ...overrides }, 'config.json'), {
        type: 'UnsupportedModel',
        message,
      });
    refuses(
      { architectures: ['GPT2LMHeadModel'] },
      /GPT2LMHeadModel is not supported; supported: LlamaForCausalLM, Mistral/,
    );
    refuses({ rope_scaling: { rope_type: 'llama3', factor: 8 } }, /rope scaling "llama3"/);
    refuses({ hidden_act: 'gelu' }, /hidden_act "gelu"/);
    refuses({ mlp_bias: true }, /mlp_bias/);
    refuses({ num_hidden_layers: 0 }, /num_hidden_layers must be a number above 0, found 0/);
    refuses({ num_key_value_heads: 3 }, /4 query heads cannot share 3/);
  });
});
