// Students that are small decoders: every trial trains one from its start weights on some rows of the pool and lets it choose,
// labels by which is likeliest after the prompt, worked solutions by which operation comes next at each of their steps.

import { dirname } from 'node:path';
import type { Training, TrialStudent, TrialStudentSetup } from '../../activities/ports/trial-students.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Sample } from '../../contracts/samples.ts';
import type { DecoderStudentConfig } from '../../contracts/study.ts';
import { encodeModel } from '../../core/graph/onnx-encoding.ts';
import { floatOutput, type Feeds, type GraphSession } from '../../core/graph/runner.ts';
import { itemAt } from '../../core/item-at.ts';
import { buildChoiceGraph, encodeChoices, planChoices, type ChoiceRow } from '../../core/models/choice-graph.ts';
import type { ModelConfig } from '../../core/models/model-config.ts';
import { parametersOf } from '../../core/models/parameters.ts';
import type { Tensors } from '../../core/training/adamw.ts';
import { trainSteps } from '../../core/training/loop.ts';
import type { Task } from '../../tasks/task.ts';
import type { EncodedChat } from '../models/chat-encoding.ts';
import { openModel, type LanguageModelFiles } from '../models/model.ts';
import { configOf } from '../models/runtime.ts';
import { createOnnxRuntime } from '../onnx/runtime.ts';
import { openDecoderTraining } from '../trainer/embedded/decoder-training.ts';

/** Raised when the same samples would give another student or the same student other answers. */
const version = 1;

/** Padded tokens of one run when a student answers. */
const answerTokens = 2048;

/**
 * @throws {PermanentError} `InvalidConfig` for a method other than `full`, for a maxLength, and for answers that are no choices
 *   of one token
 */
export async function openDecoderStudent(
  { name, learns, trainer }: DecoderStudentConfig,
  { pool, benchmarks, task }: TrialStudentSetup,
): Promise<TrialStudent> {
  if (trainer.method.kind !== 'full') throw refused(name, `method ${trainer.method.kind}`, 'method full');
  if (trainer.maxLength !== undefined) throw refused(name, 'a maxLength', 'none, as samples are learned from whole');
  const files = await openModel(trainer.model);
  const config = configOf(files);
  const read = (sample: Sample): EncodedChat =>
    files.chat.encodeChat(task.gradientExample(sample, learns === 'texts' ? 'text' : 'completion'));
  const exams = examsOf({ benchmarks, rules: rulesOf({ name, learns }, task, files), read, student: name });
  const samples = pool.map(read);
  const weights = { config, folder: dirname(files.weightsPath), tensors: files.tensors };
  const training = await openDecoderTraining(weights, trainer);
  const choices = { bytes: encodeModel(buildChoiceGraph(config)), weightsFolder: null };
  const answering = await createOnnxRuntime()
    .open(choices, 1)
    .catch((error: unknown) => training.session.close().then(() => Promise.reject(error as Error)));
  const { model: _, kind: __, checkpointEverySteps: ___, ...settings } = trainer;
  const train = async ({ rows, key, signal }: Training): Promise<Tensors> => {
    await training.session.load(await training.start(key));
    const chosen = Array.from(rows, (row) => itemAt(samples, row));
    const work = { config, samples: chosen, plan: { ...trainer, key }, stepsTaken: 0 };
    for await (const _step of trainSteps(training.session, work)) signal.throwIfAborted();
    return (await training.session.save()).parameters;
  };
  // One student at a time has the sessions.
  let last: Promise<unknown> = Promise.resolve();
  return {
    name,
    identity: { ...settings, learns, hashes: files.hashes, config: files.config, version },
    ...(judgedByAnswers(learns, task)
      ? {}
      : { chance: new Map(exams.map((exam) => [exam.name, commonestShare(exam)])) }),
    run(trial) {
      const result = last.then(async () => {
        const parameters = await train(trial);
        const answers = new Map<string, Float32Array>();
        for (const exam of exams) answers.set(exam.name, await sit(answering, config, parameters, exam));
        return answers;
      });
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await training.session.close();
      await answering.close();
    },
  };
}

/** Then the study knows what guessing is worth, by its own rule of scoring. */
function judgedByAnswers(learns: DecoderStudentConfig['learns'], task: Task): boolean {
  return learns === 'answers' && task.evaluation.kind === 'labels';
}

/** A benchmark as choices; `right[row][place]` is a position among the candidates. */
interface Exam {
  readonly name: string;
  readonly candidates: readonly number[];
  readonly rows: readonly (ChoiceRow & { readonly right: readonly number[] })[];
}

/** What there is to choose from, and at which places of a sample which of it is right. */
interface Rules {
  readonly candidates: readonly number[];
  readonly choicesOf: (sample: Sample, encoded: EncodedChat) => Exam['rows'][number];
}

interface ExamSetup extends Pick<TrialStudentSetup, 'benchmarks'> {
  readonly rules: Rules;
  readonly read: (sample: Sample) => EncodedChat;
  /** For messages. */
  readonly student: string;
}

function examsOf({ benchmarks, rules: { candidates, choicesOf }, read, student }: ExamSetup): Exam[] {
  return [...benchmarks].map(([name, samples]) => {
    const rows = samples.map((sample) => choicesOf(sample, read(sample)));
    const empty = rows.findIndex(({ places }) => places.length === 0);
    if (empty < 0) return { name, candidates, rows };
    throw refused(student, `row ${empty} of ${name} without a step of + - * /`, 'worked solutions with their steps');
  });
}

/** As worked solutions write them between two numbers. */
const operations = [' +', ' -', ' *', ' /'];

function rulesOf(
  { name, learns }: Pick<DecoderStudentConfig, 'name' | 'learns'>,
  task: Task,
  { tokenizer, name: model }: LanguageModelFiles,
): Rules {
  if (learns === 'texts') {
    const candidates = Array.from({ length: tokenizer.largestToken + 1 }, (_, token) => token);
    // The end of the turn is no word.
    return {
      candidates,
      choicesOf: (_, encoded) => placesAmong(encoded, candidates, encoded.completionTokens.length - 1),
    };
  }
  const labels = task.evaluation.kind === 'labels' ? task.evaluation.labels : null;
  const candidates = (labels ?? operations).map((text) => {
    const [token, ...more] = tokenizer.encode(text);
    if (token !== undefined && more.length === 0) return token;
    throw refused(name, `"${text}", ${1 + more.length} tokens for ${model}`, 'a model with one token for each choice');
  });
  if (labels === null) {
    return { candidates, choicesOf: (_, encoded) => placesAmong(encoded, candidates, encoded.completionTokens.length) };
  }
  return {
    candidates,
    choicesOf: ({ answer }, { promptTokens }) => {
      return { tokens: promptTokens, places: [promptTokens.length - 1], right: [labels.indexOf(answer)] };
    },
  };
}

/** The places before those of the first `count` completion tokens that are among the candidates. */
function placesAmong(
  { promptTokens, completionTokens }: EncodedChat,
  candidates: readonly number[],
  count: number,
): Exam['rows'][number] {
  const steps = completionTokens.slice(0, count).flatMap((token, index) => {
    const right = candidates.indexOf(token);
    return right < 0 ? [] : [{ place: promptTokens.length + index - 1, right }];
  });
  return {
    tokens: [...promptTokens, ...completionTokens],
    places: steps.map(({ place }) => place),
    right: steps.map(({ right }) => right),
  };
}

/** What always the same choice gets right. */
function commonestShare({ candidates, rows }: Exam): number {
  const shares = new Float64Array(candidates.length);
  for (const { right } of rows) for (const choice of right) shares[choice] = (shares[choice] ?? 0) + 1 / right.length;
  return Math.max(...shares) / rows.length;
}

/** One number a row: the share of its places at which the right candidate is the likeliest. */
async function sit(
  session: GraphSession,
  config: ModelConfig,
  parameters: Tensors,
  { candidates, rows }: Exam,
): Promise<Float32Array> {
  const weights: Feeds = Object.fromEntries(
    parametersOf(config).map(({ name, shape }) => {
      return [name, { type: 'float32', dims: shape, data: tensorOf(parameters, name) }];
    }),
  );
  const shares = new Float32Array(rows.length);
  for (const members of planChoices(rows, answerTokens)) {
    const batch = members.map((member) => itemAt(rows, member));
    const scores = floatOutput(await session.run({ ...encodeChoices(config, batch, candidates), ...weights }), 'score');
    const width = scores.length / batch.length;
    members.forEach((member, row) => {
      const { right } = itemAt(rows, member);
      const hits = right.filter((choice, place) => {
        const start = row * width + place * candidates.length;
        return isLikeliest(scores.subarray(start, start + candidates.length), choice);
      });
      shares[member] = hits.length / right.length;
    });
  }
  return shares;
}

/** A tie is no choice. */
function isLikeliest(scores: Float32Array, choice: number): boolean {
  return scores.every((score, other) => other === choice || score < (scores[choice] ?? 0));
}

function tensorOf(parameters: Tensors, name: string): Float32Array {
  const tensor = parameters.get(name);
  if (tensor !== undefined) return tensor;
  throw new Error(`A student trained in full came back without ${name}; this is a defect.`);
}

function refused(student: string, found: string, expected: string): PermanentError {
  return new PermanentError(FailureType.InvalidConfig, `Student ${student}: found ${found}; expected ${expected}.`);
}
