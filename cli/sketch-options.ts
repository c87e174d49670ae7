// The options of every command that sketches a data file, and the plan they stand for.

import type { Command } from 'commander';
import { Option } from 'commander';
import type { SketchPlan } from '../activities/ports/models.ts';
import { integer, pairs, wholeNumber } from './options.ts';

export interface SketchOptions {
  readonly map?: Readonly<Record<string, string>>;
  readonly split?: string;
  readonly config?: string;
  readonly limit?: number;
  readonly proxy: string;
  readonly mode: NonNullable<SketchPlan['mode']>;
  readonly p: number;
  readonly sketchSeed: number;
  readonly maximumTokens?: number;
  readonly longPrompts: NonNullable<SketchPlan['longPrompts']>;
  readonly tokenBudget: number;
  readonly sessions: number;
}

export function withSketchOptions(command: Command): Command {
  return command
    .option('--map <pairs>', 'columns of the file, as in prompt=question,completion=answer,id=key,label=level', pairs)
    .option('--split <name>', 'split of a data set folder; train, or the only one, without this')
    .option('--config <name>', 'configuration of a data set folder; its default one, without this')
    .option('--limit <n>', 'only the first n rows', wholeNumber)
    .option('--proxy <model>', 'model whose gradients are taken', 'smollm2-135m-instruct')
    .addOption(
      new Option('--mode <mode>', 'kind of sketch (docs/sketch.md)')
        .choices(['kron-sum', 'concat', 'count-sketch'])
        .default('kron-sum'),
    )
    .option('--p <n>', 'the sketch has p * p dimensions (concat: for each parameter)', wholeNumber, 32)
    .option('--sketch-seed <n>', 'seed of the projection', integer, 0)
    .option('--maximum-tokens <n>', 'tokens read of a row; what the model can read, without this', wholeNumber)
    .addOption(
      new Option('--long-prompts <policy>', 'rows with more tokens: leave them out, or cut the prompt on the left')
        .choices(['skip', 'truncate-prompt-left'])
        .default('skip'),
    )
    .option('--token-budget <n>', 'padded tokens a batch; speed and memory only', wholeNumber, 512)
    .option('--sessions <n>', 'model sessions side by side; speed and memory only', wholeNumber, 2);
}

export function planOf(options: SketchOptions): SketchPlan {
  const { mode, p, sketchSeed, maximumTokens, longPrompts, tokenBudget } = options;
  return {
    mode,
    p,
    seed: sketchSeed,
    tokenBudget,
    longPrompts,
    ...(maximumTokens === undefined ? {} : { maximumTokens }),
  };
}
