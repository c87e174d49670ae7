// Prompt templates: text files with a head and sections, whose {{variables}} are filled in when a model is asked. Here is
// what a file must look like and how one is read; the built-in files lie in prompts/.

/** What a section of a template may hold. */
export interface SectionSpecification {
  /** Variable -> what it stands for. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of them without which the section makes no sense. */
  readonly required: readonly string[];
  /** The variable that this section stands for; only a file that names it needs the section. Absent: every file needs it. */
  readonly fills?: string;
}

export interface TemplateSpecification {
  readonly name: string;
  /** What is asked with it, in a line. */
  readonly purpose: string;
  readonly sections: Readonly<Record<string, SectionSpecification>>;
}

export interface Template {
  readonly name: string;
  readonly version: number;
  readonly sections: Readonly<Record<string, string>>;
}

export interface TemplateProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export type TemplateReading =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/** Reads a template file; every problem is found at once, with its line. */
export function readTemplate(text: string, specification: TemplateSpecification): TemplateReading {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const head = readHead(lines, specification);
  const sections = readSections(lines, head.end);
  const problems = [
    ...head.problems,
    ...sections.flatMap((section) => sectionProblems(section, specification, head.variables)),
    ...absentSections(sections, specification, lines.length),
  ].sort((a, b) => a.line - b.line);
  if (problems.length > 0) return { ok: false, problems };
  const texts = sections.map(
    ({ name, lines: own }) =>
      [
        name,
        own
          .map((line) => line.text)
          .join('\n')
          .trim(),
      ] as const,
  );
  return {
    ok: true,
    template: { name: specification.name, version: head.version, sections: Object.fromEntries(texts) },
  };
}

/** Whether the text of a section names the variable. */
export function namesVariable(text: string, variable: string): boolean {
  return variablesIn(text).includes(variable);
}

/**
 * The text with the values in the places of its variables; values are not read for variables again. A line that is
 * nothing but variables without a value goes away, with the blank line after it.
 */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  const valueOf = (name: string) => values[name.trim()] ?? '';
  const filled: string[] = [];
  let skipBlank = false;
  for (const line of text.split('\n')) {
    if (skipBlank && line.trim() === '') continue;
    skipBlank = false;
    const whole = line.replace(placeholder, (_, name: string) => valueOf(name));
    const isBare = line.trim() !== '' && line.replace(placeholder, '').trim() === '';
    if (isBare && whole.trim() === '') skipBlank = true;
    else filled.push(whole);
  }
  return filled.join('\n').trim();
}

/** `math-generation/2` for the built-in file, `math-generation/2+1a2b3c4d` for any other text. */
export function templateLabel({ name, version }: Template, sha256: string, builtInSha256: string): string {
  return `${name}/${version}${sha256 === builtInSha256 ? '' : `+${sha256.slice(0, 8)}`}`;
}

const placeholder = /\{\{([^{}]*)\}\}/g;

function variablesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map((match) => (match[1] ?? '').trim());
}

interface Head {
  readonly version: number;
  /** Variables that the head says the file may use. */
  readonly variables: ReadonlySet<string>;
  /** Index of the first line after the head. */
  readonly end: number;
  readonly problems: readonly TemplateProblem[];
}

function readHead(lines: readonly string[], { name, sections }: TemplateSpecification): Head {
  const close = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
  if (lines[0]?.trim() !== '---' || close < 0) {
    const message = `no head; a template starts with the lines "---", "name: ${name}", "version: 1", "variables: ...", "---"`;
    return { version: 1, variables: new Set(), end: 0, problems: [{ line: 1, message }] };
  }
  const problems: TemplateProblem[] = [];
  const known = new Set(Object.values(sections).flatMap(({ variables }) => Object.keys(variables)));
  const values: Record<string, string> = {};
  lines.slice(1, close).forEach((line, index) => {
    const [, key = '', value = ''] = /^\s*(\w+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (['name', 'version', 'variables'].includes(key)) values[key] = value;
    else if (line.trim() !== '') {
      problems.push({ line: index + 2, message: `found "${line.trim()}"; the head has name, version and variables` });
    }
    const say = (message: string) => problems.push({ line: index + 2, message });
    if (key === 'name' && value !== name) say(`found the name "${value}", expected ${name}`);
    if (key === 'version' && !/^[1-9]\d*$/.test(value)) say(`found the version "${value}", expected a whole number`);
    if (key === 'variables') {
      for (const variable of listed(value).filter((one) => !known.has(one)))
        say(`there is no variable {{${variable}}} in ${name}; it has ${[...known].join(', ')}`);
    }
  });
  for (const key of ['name', 'version', 'variables'].filter((one) => values[one] === undefined))
    problems.push({ line: 1, message: `the head lacks "${key}:"` });
  const variables = new Set(listed(values['variables'] ?? ''));
  return { version: Number(values['version'] ?? 1), variables, end: close + 1, problems };
}

function listed(text: string): string[] {
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

interface Section {
  readonly name: string;
  /** The line of its mark, from 1. */
  readonly line: number;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

/** Sections start at lines `=== name ===`, which no prompt is likely to hold. */
function readSections(lines: readonly string[], start: number): readonly Section[] {
  const sections: { name: string; line: number; lines: { number: number; text: string }[] }[] = [];
  lines.slice(start).forEach((text, index) => {
    const number = start + index + 1;
    const mark = /^===\s*(.*?)\s*===\s*$/.exec(text);
    if (mark) sections.push({ name: mark[1] ?? '', line: number, lines: [] });
    else if (sections.length > 0) sections.at(-1)?.lines.push({ number, text });
    else if (text.trim() !== '') sections.push({ name: '', line: number, lines: [] });
  });
  return sections;
}

function sectionProblems(
  { name, line, lines }: Section,
  specification: TemplateSpecification,
  declared: ReadonlySet<string>,
): readonly TemplateProblem[] {
  const names = Object.keys(specification.sections);
  if (name === '') return [{ line, message: `text before the first section; start with "=== ${names[0]} ==="` }];
  const own = specification.sections[name];
  if (!own) return [{ line, message: `there is no section "${name}"; it has ${names.join(', ')}` }];
  if (lines.every(({ text }) => text.trim() === '')) return [{ line, message: `the section "${name}" is empty` }];
  const used = lines.flatMap(({ number, text }) => variablesIn(text).map((variable) => ({ number, variable })));
  const known = Object.keys(own.variables);
  const offer = known.length === 0 ? 'none may stand here' : `here may stand ${known.join(', ')}`;
  return [
    ...used.flatMap(({ number, variable }): TemplateProblem[] => {
      if (!known.includes(variable)) return [{ line: number, message: `unknown variable {{${variable}}}; ${offer}` }];
      if (declared.has(variable)) return [];
      return [{ line: number, message: `{{${variable}}} is not listed under "variables:" in the head` }];
    }),
    ...own.required
      .filter((variable) => !used.some((one) => one.variable === variable))
      .map((variable) => ({
        line,
        message: `the section "${name}" lacks {{${variable}}}: ${own.variables[variable] ?? ''}`,
      })),
  ];
}

function absentSections(
  sections: readonly Section[],
  specification: TemplateSpecification,
  lastLine: number,
): readonly TemplateProblem[] {
  const twice = sections.filter(({ name }, index) => sections.findIndex((other) => other.name === name) < index);
  const used = new Set(sections.flatMap(({ lines }) => lines.flatMap(({ text }) => variablesIn(text))));
  const absent = Object.entries(specification.sections).filter(([name, { fills }]) => {
    return !sections.some((section) => section.name === name) && (fills === undefined || used.has(fills));
  });
  return [
    ...twice.map(({ name, line }) => ({ line, message: `a second section "${name}"` })),
    ...absent.map(([name, { fills }]) => {
      const why = fills === undefined ? '' : `, which {{${fills}}} stands for`;
      return { line: lastLine, message: `the section "=== ${name} ===" is missing${why}` };
    }),
  ];
}
