// What the campaign file is checked with: the names that a task knows, and what is wrong with a prompt of the user's.

import type { TaskName } from '../contracts/samples.ts';
import { hasPersonas } from './messages.ts';
import { templatesOf } from './registry.ts';
import type { Task } from './task.ts';
import type { TemplateProblem } from './template.ts';
import { readTemplate } from './template.ts';

/** What is found in the text of a prompt file. */
export interface TemplateFindings {
  readonly problems: readonly TemplateProblem[];
  /** Whether requests made with it can have personas. */
  readonly personas: boolean;
}

export interface Knowledge {
  readonly fields: readonly string[];
  /** Those of them that a `map` may not leave out. */
  readonly required: readonly string[];
  readonly slices: readonly string[];
  /** Name of a template -> what is found in a text that is to replace it. */
  readonly templates: Readonly<Record<string, (text: string) => TemplateFindings>>;
  /** Of those, the one that asks for new samples. */
  readonly generation: string;
}

export function knowledgeOf(task: Task): Knowledge {
  const { fields, slices, name, templates } = task;
  return {
    fields: Object.keys(fields),
    required: Object.keys(fields).filter((field) => fields[field]?.startsWith('optional') !== true),
    slices: Object.keys(slices),
    templates: findingsOf(name),
    generation: templates.generation.name,
  };
}

function findingsOf(name: TaskName): Knowledge['templates'] {
  const entries = templatesOf(name).map((specification) => {
    const find = (text: string): TemplateFindings => {
      const reading = readTemplate(text, specification);
      if (!reading.ok) return { problems: reading.problems, personas: true };
      return { problems: [], personas: hasPersonas(reading.template) };
    };
    return [specification.name, find] as const;
  });
  return Object.fromEntries(entries);
}
