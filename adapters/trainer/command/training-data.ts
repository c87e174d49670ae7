// The training set as the JSON lines that external trainers read.

import type { ChatExample } from '../../../activities/ports/models.ts';
import type { TrainerProgram } from '../../../contracts/trainers.ts';

/** All of them in one text could be longer than a text may be. */
const ROWS_AT_ONCE = 1000;

/**
 * `prompt-completion` as TRL takes it, with one chat turn on either side so that the trainer applies the model's own chat
 * template and learns from the completion alone; `messages` holds the whole chat. Texts of some
 * hundred lines, in order.
 */
export function* trainingLines(
  examples: readonly ChatExample[],
  format: TrainerProgram['dataFormat'],
): Generator<string> {
  for (let start = 0; start < examples.length; start += ROWS_AT_ONCE) {
    const rows = examples.slice(start, start + ROWS_AT_ONCE);
    yield rows.map((example) => `${JSON.stringify(trainingRow(example, format))}\n`).join('');
  }
}

function trainingRow({ prompt, completion }: ChatExample, format: TrainerProgram['dataFormat']): object {
  const question = { role: 'user', content: prompt };
  const answer = { role: 'assistant', content: completion };
  return format === 'messages' ? { messages: [question, answer] } : { prompt: [question], completion: [answer] };
}
