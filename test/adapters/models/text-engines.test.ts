import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { lazily } from '../../../adapters/models/lazily.ts';
import type { LanguageModelFiles } from '../../../adapters/models/model.ts';
import { scoreWith, sketchWith } from '../../../adapters/models/text-engines.ts';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import type { Decoder } from '../../../core/models/decoder.ts';
import type { Scorer } from '../../../core/models/scorer.ts';
import { createScorer } from '../../../core/models/scorer.ts';
import type { Sketcher as TokenSketcher } from '../../../core/sketch/sketcher.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

const prompts = ['does it follow', 'is it so', 'a'];
const signal = new AbortController().signal;

describe('scoring labels', () => {
  it('gives one-token labels the scores of the general way, bit for bit, from one pass a prompt', async (test) => {
    const { scorer, calls } = await countedScorer(test);
    const found = await scoreWith(
      lazily(() => Promise.resolve(scorer)),
      noDecoder,
      characters,
    ).scoreLabels(prompts, ['y', 'n'], signal);
    assert.deepEqual(calls, { nextTokenLogProbabilities: 1, logProbabilities: 0 });
    const general = await scorer.logProbabilities(
      prompts.flatMap((prompt) =>
        ['y', 'n'].map((label) => ({ promptTokens: encode(prompt), completionTokens: encode(label) })),
      ),
    );
    assert.deepEqual(
      found.flat(),
      general.map(([value]) => value),
    );
  });

  it('sums over the tokens of longer labels, also where only one label is longer', async (test) => {
    const { scorer, calls } = await countedScorer(test);
    const found = await scoreWith(
      lazily(() => Promise.resolve(scorer)),
      noDecoder,
      characters,
    ).scoreLabels(prompts, ['yes', 'n'], signal);
    assert.deepEqual(calls, { nextTokenLogProbabilities: 0, logProbabilities: 1 });
    const [first] = await scorer.logProbabilities([
      { promptTokens: encode('does it follow'), completionTokens: encode('yes') },
    ]);
    assert.equal(
      found[0]?.[0],
      first?.reduce((sum, value) => sum + value, 0),
    );
  });
});

describe('sketching examples', () => {
  it('counts those that cannot be read by their reason, and sketches the others', async () => {
    const seen: number[] = [];
    const engine: TokenSketcher = {
      sketch(samples) {
        seen.push(samples.length);
        const sketch = Float32Array.of(1);
        return Promise.resolve(
          samples.map(({ completionTokens }) => {
            return { excluded: null, sketch, norm: 1, loss: 2, tokenCount: completionTokens.length, truncated: 0 };
          }),
        );
      },
      close: () => Promise.resolve(),
    };
    const chat: LanguageModelFiles['chat'] = {
      ...characters.chat,
      encodeChat: (example) => {
        if (example.completion.includes('<think>')) throw new PermanentError('InvalidData', 'changed');
        return characters.chat.encodeChat(example);
      },
    };
    const sketcher = sketchWith(
      lazily(() => Promise.resolve(engine)),
      chat,
      { tokenBudget: 64, sessions: 2 },
    );
    const completions = ['yes', '', ' \n', '<think>no</think>', 'no'];
    const reasons: (string | null)[] = [];
    const examples = completions.map((completion) => ({ prompt: 'p', completion }));
    for await (const group of sketcher.sketch(examples, signal)) {
      for (const { position, result } of group) reasons[position] = result.excluded;
    }
    assert.deepEqual(reasons, [null, 'empty-completion', 'empty-completion', 'changed-by-template', null]);
    assert.deepEqual(seen, [2]);
  });
});

async function countedScorer(test: TestContext) {
  const { config, tensors, folder } = await makeTinyModel(test);
  const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder: folder }, 1);
  const engine = await createScorer({ config, tensors, open });
  test.after(() => engine.close());
  const calls = { nextTokenLogProbabilities: 0, logProbabilities: 0 };
  const scorer: Scorer = {
    ...engine,
    nextTokenLogProbabilities(...given) {
      calls.nextTokenLogProbabilities++;
      return engine.nextTokenLogProbabilities(...given);
    },
    logProbabilities(...given) {
      calls.logProbabilities++;
      return engine.logProbabilities(...given);
    },
  };
  return { scorer, calls };
}

const noDecoder: Decoder = {
  greedy: () => Promise.reject(new Error('labels need no decoding')),
  close: () => Promise.resolve(),
};

/** A token is a character's code modulo the tiny model's vocabulary. */
function encode(text: string): number[] {
  return Array.from(text, (character) => (character.codePointAt(0) ?? 0) % 64);
}

const characters: Pick<LanguageModelFiles, 'chat' | 'tokenizer'> = {
  tokenizer: {
    vocabularySize: 64,
    largestToken: 63,
    encode,
    decode: (tokens) => tokens.join(' '),
    specialTokens: new Map(),
  },
  chat: {
    endOfTurn: '.',
    encodePrompt: encode,
    encodeChat: ({ prompt, completion }) => ({ promptTokens: encode(prompt), completionTokens: encode(completion) }),
  },
};
