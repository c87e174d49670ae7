// The name under which an answer is stored for ever: what was asked, of which model, with which sampling and seed, and
// in which shape it was wanted.

import { createHash } from 'node:crypto';
import type { RequestHash } from '../../activities/ports/language-model.ts';
import { canonicalJson } from '../../core/canonical-json.ts';

/**
 * Hex sha256. Where the model is served does not enter: the same question to the same model is the same draw. A request
 * for free text has no schema in it, so that its hash is what it was before there were schemas.
 */
export const requestHash: RequestHash = ({ model, messages, sampling, seed, responseSchema }) =>
  createHash('sha256')
    .update(
      canonicalJson({
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        sampling: { temperature: sampling.temperature, topP: sampling.topP, maxTokens: sampling.maxTokens },
        seed,
        responseSchema: responseSchema && { name: responseSchema.name, schema: responseSchema.schema },
      }),
    )
    .digest('hex');
