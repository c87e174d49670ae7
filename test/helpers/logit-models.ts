// The models whose logits lie in test/golden/models/logits.json: each architecture, and each way rotation and attention vary.

const llama3Scaling = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 64,
};

export const logitModels = {
  llama: {},
  'llama untied': { tie_word_embeddings: false, attention_bias: true },
  'llama scaled': { rope_scaling: llama3Scaling, tie_word_embeddings: false },
  'llama linear': { rope_scaling: { rope_type: 'linear', factor: 4 } },
  'llama with divisors': {
    rope_scaling: {
      rope_type: 'longrope',
      factor: 1,
      attention_factor: 1,
      original_max_position_embeddings: 128,
      short_factor: [1, 1.5, 4, 8],
      long_factor: [1, 1.5, 4, 8],
    },
  },
  mistral: {
    architectures: ['MistralForCausalLM'],
    model_type: 'mistral',
    sliding_window: 6,
    tie_word_embeddings: false,
  },
  'mistral without window': { architectures: ['MistralForCausalLM'], model_type: 'mistral', sliding_window: null },
  qwen2: { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', rope_theta: 1000000, sliding_window: 6 },
  'qwen2 with windows': {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    use_sliding_window: true,
    sliding_window: 6,
    max_window_layers: 1,
  },
  qwen3: { architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 16, tie_word_embeddings: false },
  'qwen3 with windows': {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    use_sliding_window: true,
    sliding_window: 6,
    layer_types: ['sliding_attention', 'full_attention'],
  },
} as const;
