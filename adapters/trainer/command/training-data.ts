// The training set as the JSON lines that external trainers read.

import type { ChatExample } from '../../../activities/ports/models.ts';
import type { CommandTrainerConfig } from '../../../contracts/campaign.ts';

/**
 * `prompt-completion` as TRL takes it, with one chat turn on either side so that the trainer applies the model's own chat
 * template and learns from the completion alone; `messages` holds the whole chat.
 */
export function trainingLines(examples: readonly ChatExample[], format: CommandTrainerConfig['dataFormat']): string {
  return examples.map((example) => `${JSON.stringify(trainingRow(example, format))}\n`).join('');
}

function trainingRow({ prompt, completion }: ChatExample, format: CommandTrainerConfig['dataFormat']): object {
  const question = { role: 'user', content: prompt };
  const answer = { role: 'assistant', content: completion };
  return format === 'messages' ? { messages: [question, answer] } : { prompt: [question], completion: [answer] };
}
