// How students answer the rows of a benchmark: a model on this machine, one behind an endpoint, and the two that need no model.

import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { ModelReference } from '../contracts/campaign.ts';
import type { EmbeddedStudent, EndpointStudent, Student } from '../contracts/evaluation.ts';
import type { Sample } from '../contracts/samples.ts';
import type { TokenUse } from '../contracts/status.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { itemAt } from '../core/item-at.ts';
import { noTokens } from '../core/plan/budget.ts';
import { attemptMessages } from '../tasks/messages.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { Message, Task } from '../tasks/task.ts';
import { askAll, chunkRowsFor, wholeText, type Answer, type AskingPorts } from './asking.ts';
import type { ChunkWork } from './chunks.ts';
import type { ModelHashes, ModelRuntime, Scorer, StudentFiles } from './ports/models.ts';
import type { PromptFiles } from './ports/prompts.ts';
import type { Store } from './ports/store.ts';
import { loadPrompt } from './prompts.ts';
import { studentFiles } from './ports/student-files.ts';

export interface StudentAnswers {
  /** Row for row; as many a row as the benchmark asks for. '' where none came. */
  readonly responses: readonly (readonly string[])[];
  readonly ledger: TableRef<'ledger'> | null;
  readonly tokens: TokenUse;
}

export interface OpenedStudent {
  /** All that decides its answers, besides the rows and its checkpoint. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Name and version of what it is asked with. */
  readonly prompt: string;
  readonly chunkRows: number;
  answer(rows: readonly Sample[], work: ChunkWork): Promise<StudentAnswers>;
}

/** @throws {PermanentError} `InvalidConfig` for a student that cannot answer as the benchmark asks */
export type OpenStudent = (job: EvaluateJob, store: Store) => Promise<OpenedStudent>;

const localChunkRows = 32;

/** The prompt as samples have it, in the user's turn. */
const plainPrompt = 'plain/1';

/** Students that answer on this machine. */
export function localStudents(models: ModelRuntime): OpenStudent {
  return async (job, store) => {
    const { student, context } = job;
    const task = taskNamed(context.task);
    switch (student.kind) {
      case 'embedded':
        return embeddedStudent(models, task, { job, student, store });
      case 'extract':
        return modelFree({ kind: 'extract' }, ({ prompt }) => extractor(task)(prompt));
      case 'constant':
        return modelFree({ kind: 'constant', answer: student.answer }, () => student.answer);
      case 'endpoint':
        throw misplaced(student);
    }
  };
}

export interface ServedStudentPorts extends AskingPorts {
  readonly promptFiles: PromptFiles;
}

/** Students behind endpoints: what the response log holds is not asked again. */
export function servedStudents(ports: ServedStudentPorts): OpenStudent {
  return (job) => {
    if (job.student.kind !== 'endpoint') throw misplaced(job.student);
    return endpointStudent(ports, job, job.student);
  };
}

async function embeddedStudent(
  models: ModelRuntime,
  task: Task,
  { job, student, store }: { readonly job: EvaluateJob; readonly student: EmbeddedStudent; readonly store: Store },
): Promise<OpenedStudent> {
  const { answering } = job;
  if (answering.samples > 1) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Benchmark ${job.benchmark} asks for ${answering.samples} answers a row, and a student of kind embedded answers ` +
        'greedily, so that all would be the same. Set answering.samples: 1, or serve the student and give its endpoint.',
    );
  }
  const labels = labelsFor(task, answering.by, job.benchmark);
  const { maxTokens } = answering.sampling;
  const files = student.checkpoint === null ? null : await studentFiles(store, student.checkpoint);
  return {
    identity: {
      ...(await baseIdentity(models, student.model, files)),
      answering: labels === null ? { maxTokens } : { labels },
    },
    prompt: plainPrompt,
    chunkRows: localChunkRows,
    async answer(rows, { signal }) {
      const scorer = await models.openScorer(student.model, files);
      const prompts = rows.map(({ prompt }) => prompt);
      const responses =
        labels === null
          ? await scorer.answer(prompts, maxTokens, signal)
          : await likeliest(scorer, prompts, labels, signal);
      return { responses: responses.map((response) => [response]), ledger: null, tokens: noTokens };
    },
  };
}

/** A whole folder says by itself what the student is; its base may be known to its trainer alone. */
async function baseIdentity(
  models: ModelRuntime,
  model: ModelReference,
  files: StudentFiles | null,
): Promise<Partial<ModelHashes>> {
  if (files?.form === 'folder') return {};
  const { model: _, ...hashes } = await models.identify(model);
  return hashes;
}

/** Null where the student writes its answers. */
function labelsFor({ name, evaluation }: Task, by: EvaluateJob['answering']['by'], benchmark: string) {
  if (evaluation.kind === 'labels') return by === 'text' ? null : evaluation.labels;
  if (by !== 'labels') return null;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `Benchmark ${benchmark}: the task ${name} has no labels to choose from; set answering.by: text.`,
  );
}

async function likeliest(
  scorer: Scorer,
  prompts: readonly string[],
  labels: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const scores = await scorer.scoreLabels(prompts, labels, signal);
  return scores.map((row) => itemAt(labels, row.indexOf(Math.max(...row))));
}

function extractor({ name, grading }: Task): (prompt: string) => string {
  if (grading.kind === 'texts') return grading.extract;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The task ${name} has nothing to extract from its prompts: a student of kind extract is for summaries.`,
  );
}

function modelFree(student: Student, respond: (row: Sample) => string): OpenedStudent {
  return {
    identity: { student },
    prompt: 'none',
    chunkRows: localChunkRows,
    answer: (rows) => Promise.resolve({ responses: rows.map((row) => [respond(row)]), ledger: null, tokens: noTokens }),
  };
}

async function endpointStudent(
  ports: ServedStudentPorts,
  { answering, benchmark, context, prices }: EvaluateJob,
  { endpoint, prompt: asked }: EndpointStudent,
): Promise<OpenedStudent> {
  const { samples, sampling, by } = answering;
  if (by === 'labels') {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Benchmark ${benchmark}: a student behind an endpoint writes its answers, and answering.by is labels. Set it to task or text.`,
    );
  }
  const task = taskNamed(context.task);
  const template = task.templates.evaluation;
  const prompt =
    asked === 'plain' ? null : await loadPrompt(template, context.prompts[template.name] ?? null, ports.promptFiles);
  const messagesOf = (row: Sample): readonly Message[] =>
    prompt === null ? [{ role: 'user', content: row.prompt }] : attemptMessages(task, prompt, row);
  const use = { endpoint, sampling };
  const role = { stage: 'evaluate', generator: benchmark, use, prices, key: `${context.seed}/evaluate` };
  const text = task.grading.kind === 'texts' ? writtenText : wholeText;
  return {
    identity: {
      model: endpoint.model,
      sampling,
      samples,
      prompt: prompt === null ? plainPrompt : prompt.sha256,
      seed: context.seed,
    },
    prompt: prompt === null ? plainPrompt : prompt.label,
    chunkRows: chunkRowsFor(use),
    async answer(rows, work) {
      const questions = rows.map((row) => ({ id: row.id, messages: messagesOf(row), choices: samples }));
      const { answers, ledger, tokens } = await askAll(ports, role, questions, work);
      return { responses: rows.map(({ id }) => (answers.get(id) ?? []).map(text)), ledger, tokens };
    },
  };
}

/** A summary that was cut short is a summary all the same, as it is with students on this machine. */
function writtenText(answer: Answer): string {
  return answer.kind === 'choice' ? answer.choice.content : '';
}

function misplaced({ kind }: Student): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `This worker does not evaluate students of kind ${kind}; another queue does. Is a worker of another version running?`,
  );
}
