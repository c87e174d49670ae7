// The models whose exact gradients lie in test/golden/llama-gradients.json: one for each way an architecture departs from Llama.

const small = {
  hidden_size: 16,
  intermediate_size: 24,
  vocab_size: 32,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
};

export const goldenModels = {
  llama: small,
  qwen2: { ...small, architectures: ['Qwen2ForCausalLM'], rope_theta: 1000000 },
  windows: {
    ...small,
    architectures: ['Qwen2ForCausalLM'],
    use_sliding_window: true,
    sliding_window: 5,
    layer_types: ['sliding_attention', 'full_attention'],
  },
  qwen3: { ...small, architectures: ['Qwen3ForCausalLM'], tie_word_embeddings: false, head_dim: 8 },
} as const;
