// A stand-in for a capable solver where none can run: an OpenAI-compatible server that answers GSM8K's problems with the true
// answer with a known probability, else with a number near it. It shows what an agreement vote does at a known accuracy and
// nothing about any model: its errors are independent, a model repeats its own.
//
//     node --import tsx scripts/experiments/solver-of-known-accuracy.ts TRUTH.jsonl PORT [ACCURACY]

import { readFileSync } from 'node:fs';
import { uniformAt } from '../../core/random/philox.ts';
import { startSeededChatServer } from '../../test/helpers/seeded-chat-server.ts';
import type { AnswerInput } from '../../test/helpers/seeded-chat-server.ts';
import { nearNumber } from './near-number.ts';

const [truthFile = '', port = '0', accuracy = '0.9'] = process.argv.slice(2);
const answers = new Map(
  readFileSync(truthFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { question: string; answer: string })
    .map(({ question, answer }) => [question.replace(/\r\n?/g, '\n').trim(), answer]),
);
const server = await startSeededChatServer({ seed: 'solver', answer: solve, models: ['known-accuracy'] }, Number(port));
process.stdout.write(`${server.url}: ${answers.size} problems, right with probability ${accuracy}\n`);

function solve({ messages, seed, choice }: AnswerInput): string {
  const problem = (messages.at(-1)?.content ?? '').split('\n\nSolve the problem.')[0]?.trim() ?? '';
  const truth = answers.get(problem);
  if (truth === undefined) return 'I do not know this problem.';
  const draw = `${problem}/${seed}`;
  const stated = uniformAt(draw, choice) < Number(accuracy) ? truth : nearNumber(truth, `${draw}/${choice}`);
  return `I have worked it out.\n\\boxed{${stated}}`;
}
