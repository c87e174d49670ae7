// The tokenizer.json of a closed vocabulary: a word (with its hyphens), a digit or a sign is one token, all else the unknown one.

export const scratchTokens = { beginning: '<s>', turn: '<|turn|>', end: '</s>', unknown: '<unk>' } as const;

/** Words lose the blank before them; digits and signs keep it, so that numbers can be put together again. */
const blankBeforeWord = ' (?=\\p{L})';
const word = '-?\\p{L}+(?:-\\p{L}+)*';
const piece = `${word}| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]|\\s`;

/** The pieces of a text as the tokenizer cuts it. */
export function piecesOf(text: string): string[] {
  const parts = text.split(new RegExp(blankBeforeWord, 'u'));
  return parts.flatMap((part) => part.match(new RegExp(piece, 'gu')) ?? []);
}

/**
 * @param pieces - the vocabulary; the order does not matter
 * @returns the content of tokenizer.json in the Hugging Face format
 */
export function wordTokenizer(pieces: Iterable<string>): { json: Record<string, unknown>; vocabularySize: number } {
  const special = Object.values(scratchTokens);
  const words = [...new Set(pieces)].sort((a, b) => (a < b ? -1 : 1));
  const vocabulary = Object.fromEntries([...special, ...words].map((token, id) => [token, id]));
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => addedToken(content, id)),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: blankBeforeWord }, behavior: 'Removed', invert: false },
        { type: 'Split', pattern: { Regex: piece }, behavior: 'Isolated', invert: false },
      ],
    },
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { Regex: '^(?=\\p{L})' }, content: ' ' },
        { type: 'Fuse' },
        { type: 'Replace', pattern: { Regex: '(?<=\\n) ' }, content: '' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    // Without any continuation in the vocabulary, this model knows whole pieces alone.
    model: {
      type: 'WordPiece',
      unk_token: scratchTokens.unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: vocabulary,
    },
  };
  return { json, vocabularySize: special.length + words.length };
}

/** Each turn begins with one token and ends with another; who speaks follows from the order. */
export const wordChatTemplate =
  `{{ bos_token }}{% for message in messages %}${scratchTokens.turn}{{ message['content'] }}{{ eos_token }}{% endfor %}` +
  `{% if add_generation_prompt %}${scratchTokens.turn}{% endif %}`;

export const wordTokenizerConfig = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  bos_token: scratchTokens.beginning,
  eos_token: scratchTokens.end,
  unk_token: scratchTokens.unknown,
  clean_up_tokenization_spaces: false,
  model_max_length: 512,
};

function addedToken(content: string, id: number) {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
