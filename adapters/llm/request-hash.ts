// The name under which an answer is stored for ever: what was asked, of which model, with which sampling and seed.

import { createHash } from 'node:crypto';
import type { RequestHash } from '../../activities/ports/language-model.ts';
import { canonicalJson } from '../../core/canonical-json.ts';

/** Hex sha256. Where the model is served does not enter: the same question to the same model is the same draw. */
export const requestHash: RequestHash = ({ model, messages, sampling, seed }) =>
  createHash('sha256')
    .update(
      canonicalJson({
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        sampling: { temperature: sampling.temperature, topP: sampling.topP, maxTokens: sampling.maxTokens },
        seed,
      }),
    )
    .digest('hex');
