// From a template to the messages of a request: the same way for every task. Beside it, what the templates of all tasks have
// in common.

import type { SectionSpecification, Template, TemplateSpecification } from './template.ts';
import { fillTemplate, namesVariable } from './template.ts';
import type { AnswerSchema, Message, SampleBody, Task } from './task.ts';

/** What one request for new samples shows and asks. */
export interface GenerationRequest {
  readonly fewShots: readonly SampleBody[];
  /** New samples wanted. */
  readonly count: number;
  /** Who writes; absent: nobody in particular. */
  readonly persona?: string | undefined;
  /** `json` where the answer is held to the task's `responseSchema`. */
  readonly form: 'text' | 'json';
}

/** Asks for new samples like the few-shots. */
export function generationMessages(
  task: Task,
  template: Template,
  { fewShots, count, persona, form }: GenerationRequest,
): readonly Message[] {
  const section = (name: string) => template.sections[name] ?? '';
  const common = { count: String(count) };
  const values = {
    ...common,
    examples: fewShots.map((sample) => fillTemplate(section('example'), task.shownFields(sample))).join('\n'),
    persona: persona === undefined ? '' : fillTemplate(section('persona'), { persona }),
    form: fillTemplate(section(form === 'json' ? 'form-json' : 'form'), common),
  };
  return filledMessages(template, values);
}

/** Asks for an independent solution, label or judgement of a candidate. */
export function attemptMessages(task: Task, template: Template, candidate: SampleBody): readonly Message[] {
  return filledMessages(template, task.shownFields(candidate));
}

/** The turns of a template, a value in the place of each of its variables. */
export function filledMessages({ sections }: Template, values: Readonly<Record<string, string>>): readonly Message[] {
  return [
    { role: 'system', content: fillTemplate(sections['system'] ?? '', values) },
    { role: 'user', content: fillTemplate(sections['user'] ?? '', values) },
  ];
}

/** The sections of a template that asks for new samples, and what stands for what in them. */
export function generationSpecification(
  name: string,
  purpose: string,
  example: Pick<SectionSpecification, 'variables' | 'required'>,
): TemplateSpecification {
  const count = { count: 'how many new samples are wanted' };
  const asked = {
    examples: 'the few-shots, each by the section "example"',
    ...count,
    persona: 'the section "persona", where the few-shot policy has personas',
    form: 'the section "form", or "form-json" where the answer is to be JSON',
  };
  return {
    name,
    purpose,
    sections: {
      system: { variables: { ...count, persona: asked.persona }, required: [] },
      user: { variables: asked, required: ['examples', 'count'] },
      example: { ...example, fills: 'examples' },
      persona: { variables: { persona: 'a person, in one line' }, required: ['persona'], fills: 'persona' },
      form: { variables: count, required: [], fills: 'form' },
      'form-json': { variables: count, required: [], fills: 'form' },
    },
  };
}

/** The sections of a template that asks about a candidate. What `variables` leaves out, no file can show. */
export function attemptSpecification(
  name: string,
  purpose: string,
  variables: Readonly<Record<string, string>>,
  optional: readonly string[] = [],
): TemplateSpecification {
  const required = Object.keys(variables).filter((variable) => !optional.includes(variable));
  return { name, purpose, sections: { system: { variables: {}, required: [] }, user: { variables, required } } };
}

/** Whether requests made with the template show a persona: the section "persona" alone is in none. */
export function hasPersonas(template: Template): boolean {
  return [template.sections['system'], template.sections['user']].some((text) => namesVariable(text ?? '', 'persona'));
}

/** An object with one list of `count` items, each of the named texts: a part of JSON Schema that every server knows. */
export function itemsSchema(
  list: string,
  fields: readonly string[],
  count: number,
  choices: Readonly<Record<string, readonly string[]>> = {},
): AnswerSchema {
  const typeOf = (field: string) => (choices[field] ? { type: 'string', enum: choices[field] } : { type: 'string' });
  const item = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, typeOf(field)])),
    required: fields,
    additionalProperties: false,
  };
  return {
    name: list,
    schema: {
      type: 'object',
      properties: { [list]: { type: 'array', items: item, minItems: count, maxItems: count } },
      required: [list],
      additionalProperties: false,
    },
  };
}
