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

const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 };

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

  it('takes the rotary base from its newer place', () => {
    const moved = { ...tinyConfig, rope_theta: undefined, rope_parameters: { rope_theta: 5000, rope_type: 'default' } };
    assert.equal(parseModelConfig(moved, 'config.json').ropeTheta, 5000);
    assert.equal(parseModelConfig(moved, 'config.json').ropeDivisors, null);
  });

  it('turns rotary scaling into one divisor a frequency', () => {
    const divisors = (rope_scaling: object) =>
      parseModelConfig({ ...tinyConfig, rope_scaling }, 'config.json').ropeDivisors;
    assert.deepEqual(divisors({ type: 'linear', factor: 4 }), [4, 4, 4, 4]);
    const found = divisors({ rope_type: 'llama3', ...llama3 })!;
    // Waves of 6, 63, 628 and 6283 tokens: below 64 / 4 untouched, above 64 / 1 stretched by 8, the second in between.
    assert.deepEqual([found[0], found[2], found[3]], [1, 8, 8]);
    const kept = (64 / (2 * Math.PI * 10) - 1) / 3;
    assert.ok(Math.abs(found[1]! - 1 / ((1 - kept) / 8 + kept)) < 1e-12);
  });

  it('gives each layer the window of its architecture', () => {
    const windows = (overrides: object) =>
      parseModelConfig({ ...tinyConfig, sliding_window: 32, ...overrides }, 'config.json').layerWindows;
    const [mistral, qwen2] = [{ architectures: ['MistralForCausalLM'] }, { architectures: ['Qwen2ForCausalLM'] }];
    assert.deepEqual(windows({}), [null, null]); // Llama has none, whatever its config says
    assert.deepEqual(windows(mistral), [32, 32]);
    assert.deepEqual(windows({ ...mistral, sliding_window: null }), [null, null]);
    assert.deepEqual(windows({ ...mistral, sliding_window: 128 }), [null, null]); // as long as a sequence may be
    const long = { ...mistral, sliding_window: undefined, max_position_embeddings: 8192 };
    assert.deepEqual(windows(long), [4096, 4096]);
    assert.deepEqual(windows(qwen2), [null, null]);
    const used = { ...qwen2, use_sliding_window: true };
    assert.deepEqual(windows(used), [null, null]); // from layer 28 on
    assert.deepEqual(windows({ ...used, max_window_layers: 1 }), [null, 32]);
    assert.deepEqual(windows({ ...used, layer_types: ['sliding_attention', 'full_attention'] }), [32, null]);
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
    refuses(
      { rope_scaling: { rope_type: 'yarn', factor: 4 } },
      /rope scaling "yarn" is not supported; supported: default, linear, llama3, longrope/,
    );
    refuses({ rope_scaling: { rope_type: 'llama3', factor: 8 } }, /low_freq_factor must be a number above 0/);
    refuses(
      { rope_scaling: { rope_type: 'llama3', ...llama3, low_freq_factor: 4 } },
      /high_freq_factor 4 must be above/,
    );
    const longrope = { rope_type: 'longrope', attention_factor: 1, short_factor: [1, 1], long_factor: [1, 1] };
    refuses({ rope_scaling: longrope }, /longrope needs 4 factors above 0, found \[1,1\]/);
    refuses({ rope_scaling: { ...longrope, long_factor: [1, 2] } }, /equal short_factor and long_factor/);
    refuses({ partial_rotary_factor: 0.5 }, /partial_rotary_factor 0.5/);
    const windowed = { architectures: ['Qwen3ForCausalLM'], use_sliding_window: true, sliding_window: 8 };
    refuses({ ...windowed, layer_types: ['full_attention'] }, /layer_types.*expected 2 of full_attention, sliding/);
    refuses({ ...windowed, layer_types: ['full_attention', 'chunked'] }, /layer_types.*"chunked"/);
    refuses({ hidden_act: 'gelu' }, /hidden_act "gelu"/);
    refuses({ mlp_bias: true }, /mlp_bias/);
    refuses({ num_hidden_layers: 0 }, /num_hidden_layers must be a number above 0, found 0/);
    refuses({ num_key_value_heads: 3 }, /4 query heads cannot share 3/);
  });
});
