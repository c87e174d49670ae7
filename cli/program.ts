// The command line as a whole: every command, its help, and one way from an error to an exit code.

import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addEstimate } from './commands/estimate.ts';
import { addCompare } from './commands/compare.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addExport } from './commands/export.ts';
import { addExportStudent } from './commands/export-student.ts';
import { addLineage } from './commands/lineage.ts';
import { addGrade } from './commands/grade.ts';
import { addJudge } from './commands/judge.ts';
import { addMetrics } from './commands/metrics.ts';
import { addDoctor, addModels, addUp } from './commands/machine.ts';
import { addPrompts } from './commands/prompts.ts';
import { addRatings } from './commands/ratings.ts';
import { addRun } from './commands/run.ts';
import { addScore } from './commands/score.ts';
import { addSelect } from './commands/select.ts';
import { addStudy } from './commands/study.ts';
import { addVendi } from './commands/vendi.ts';
import { addPause, addReport, addResume, addSet, addStatus, addStop, addWatch } from './commands/steer.ts';
import type { CommandContext } from './context.ts';
import { ExitCode, exitCodeHelp, exitCodeOf, messageOf } from './exit.ts';
import type { Services } from './services.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs one command line, without program names in front. Never throws. */
export async function runCommandLine(
  commandLine: readonly string[],
  { services, terminal, signal }: { services: Services; terminal: Terminal; signal: AbortSignal },
): Promise<ExitCode> {
  let code: ExitCode = ExitCode.Ok;
  const context: CommandContext = { services, terminal, signal, answer: (given) => void (code = given) };
  try {
    await createProgram(context).parseAsync([...commandLine], { from: 'user' });
    return code;
  } catch (error) {
    const message = messageOf(error, services.environment);
    if (message !== null && !signal.aborted) terminal.note(message);
    return signal.aborted ? ExitCode.Interrupted : await exitCodeOf(error);
  }
}

function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('diffract')
    .description('Durable campaigns that grow training data in the directions a model has not learned from yet.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .showSuggestionAfterError()
    .addHelpText('after', `\nExample:\n  diffract run examples/embedded.yaml --quick\n${exitCodeHelp}`);
  const verbs = [addRun, addWatch, addStatus, addPause, addResume, addSet, addStop, addReport];
  for (const add of [
    ...verbs,
    addExport,
    addExportStudent,
    addLineage,
    addCheck,
    addStudy,
    addEvaluate,
    addEstimate,
    addScore,
    addSelect,
    addCompare,
    addVendi,
    addGrade,
    addMetrics,
    addJudge,
    addRatings,
    addPrompts,
    addModels,
    addDoctor,
    addUp,
  ])
    add(program, context);
  return program;
}
