// The built-in prompt templates, read as the program reads them.

import { readFileSync } from 'node:fs';
import { readTemplate } from '../../tasks/template.ts';
import type { Template, TemplateSpecification } from '../../tasks/template.ts';

export function builtInTemplate(specification: TemplateSpecification): Template {
  const path = new URL(`../../prompts/${specification.name}.md`, import.meta.url);
  const reading = readTemplate(readFileSync(path, 'utf8'), specification);
  if (reading.ok) return reading.template;
  throw new Error(reading.problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n'));
}
