// What a task brings: how its records read, how it asks for new samples, how answers are checked and graded.

import type { Sample, TaskName } from '../contracts/samples.ts';
import type { TemplateSpecification } from './template.ts';

/** The fields of a sample that a task decides; id, lineage and task name are added outside. */
export type SampleBody = Pick<Sample, 'prompt' | 'completion' | 'answer' | 'group'>;

export type Verdict =
  { readonly kept: true } | { readonly kept: false; readonly reason: string; readonly detail: string };

export type ReadResult =
  | { readonly ok: true; readonly body: SampleBody }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A form that a server can hold an answer to. */
export interface AnswerSchema {
  readonly name: string;
  /** JSON Schema, in the part of it that servers of structured output understand. */
  readonly schema: object;
}

/** How a student answers a benchmark row: by the likeliest label, or by a short text. */
export type Evaluation =
  { readonly kind: 'labels'; readonly labels: readonly string[] } | { readonly kind: 'short-answer' };

/** How answers are graded: right or wrong, or by how near a text comes to the expected one. */
export type Grading = AnswerGrading | TextGrading;

export interface AnswerGrading {
  readonly kind: 'answers';
  /** Name and version: verdicts of different ones are not compared. */
  readonly grader: string;
  /** What the share of right answers is called. */
  readonly metric: 'accuracy' | 'pass@1';
  /** The answer that a response states, in one spelling; null where there is none. */
  stated(response: string): string | null;
  grade(response: string, expected: string): boolean;
  /** Stated answers that mean a label in a finer division, such as `neutral` for `no`. */
  readonly merged: readonly string[];
}

export interface TextGrading {
  readonly kind: 'texts';
  readonly grader: string;
  /** The floor: what can be had by copying from the prompt; it stands beside every score. */
  extract(prompt: string): string;
}

export interface Task {
  readonly name: TaskName;
  /** Fields that a file source must map, with a word on each, for messages and `--help`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Slices of the symbolic generator: name -> what it covers. Empty for a task that makes no samples by rule. */
  readonly slices: Readonly<Record<string, string>>;

  /** Reads one record whose keys are the task's own field names. */
  readRecord(record: Readonly<Record<string, string>>): ReadResult;
  /**
   * Makes record `index` of a slice; the same key and index give the same record.
   * @throws {PermanentError} `InvalidConfig` for a slice that is not there
   */
  makeRecord(slice: string, key: string, index: number): Readonly<Record<string, string>>;

  /** What language models are asked with; messages.ts fills them in. */
  readonly templates: {
    readonly generation: TemplateSpecification;
    readonly attempt: TemplateSpecification;
    /** Asks a student that was not trained on the task's prompts for an answer in a form that can be read. */
    readonly evaluation: TemplateSpecification;
  };
  /** A sample's parts under the names that templates call them by. */
  shownFields(sample: SampleBody): Readonly<Record<string, string>>;
  /** The form of an answer with `count` new samples, for servers that can hold a model to one. */
  responseSchema(count: number): AnswerSchema;
  /** Reads a language model's answer: every sample found, and a reject for every piece that was none. */
  parseGeneration(text: string): readonly ReadResult[];
  /** The result stated in an independent attempt; null when there is none. */
  attemptResult(text: string): string | null;
  /** Whether two results mean the same. */
  sameResult(a: string, b: string): boolean;
  /** What attempts must state for the candidate to stand; '' where it makes no claim and takes what they agree on. */
  claimOf(candidate: SampleBody): string;

  /** The sample agrees with itself: its completion states its answer, its label is a label, ... */
  checkConsistency(sample: SampleBody): Verdict;
  /** The text that makes two samples duplicates of each other. */
  duplicateText(sample: SampleBody): string;
  /** The text that may leak from a benchmark. */
  decontaminationText(sample: SampleBody): string;
  /** Targets whose examples differ; any other one stands for the first. */
  readonly gradientTargets: readonly ['completion', ...'text'[]];
  /** What the proxy's loss is taken over. */
  gradientExample(
    sample: SampleBody,
    target: 'completion' | 'text',
  ): { readonly prompt: string; readonly completion: string };

  readonly evaluation: Evaluation;
  readonly grading: Grading;
}
