// What a campaign file says of a training program, beyond single fields: whether there is one to start, whether its template
// reads what it is given, and secrets.

import { placeholderNames, trainerTemplateNames } from '../contracts/trainers.ts';
import type { Setting, TrainerTemplateName } from '../contracts/trainers.ts';
import { clusterProblems } from './cluster-checks.ts';
import type { Problem } from './problems.ts';
import { suggestion } from './problems.ts';
import type { CampaignFile } from './schema.ts';
import type { Path } from './schema-walk.ts';
import { commandOf, knownPrograms } from './trainer-commands.ts';
import type { TrainerFile } from './trainer-schema.ts';

type ProgramFile = Exclude<TrainerFile, { kind: 'embedded' }>;

export function studentProblems({ student }: CampaignFile): readonly Problem[] {
  if (student === undefined || student.kind === 'embedded') return [];
  return [
    ...commandProblems(student),
    ...(student.template === null
      ? settingsWithoutTemplate(student)
      : templateProblems(student, student.template, knownPrograms[student.template])),
    ...placeholderProblems(student.command ?? [], ['student', 'command']),
    ...placeholderProblems(student.settings, ['student', 'settings']),
    ...secretProblems(student),
    ...(student.kind === 'kubernetes' ? clusterProblems(student) : []),
  ];
}

function commandProblems({ template, ...program }: ProgramFile): readonly Problem[] {
  const command = program.command ?? commandOf(template);
  const path = ['student', 'command'];
  const known = trainerTemplateNames.join(', ');
  if (command.length === 0) {
    return [{ path, message: `found none, expected program and arguments, or a template that has them: ${known}` }];
  }
  const readsConfiguration = command.some((argument) => /\{\{\??config_file\}\}/.test(argument));
  if (template === null && readsConfiguration) {
    const message = `{{config_file}} is written by a template; add one of ${known}, or name a file of your own`;
    return [{ path, message }];
  }
  if (template !== null && !readsConfiguration) {
    return [{ path, message: `nothing reads the configuration of the template ${template}; add {{config_file}}` }];
  }
  return [];
}

function settingsWithoutTemplate({ settings }: ProgramFile): readonly Problem[] {
  if (Object.keys(settings).length === 0) return [];
  return [{ path: ['student', 'settings'], message: 'there is no template whose configuration they could change' }];
}

function templateProblems(
  { settings, dataFormat }: ProgramFile,
  template: TrainerTemplateName,
  { dataFormats, decided }: (typeof knownPrograms)[TrainerTemplateName],
): readonly Problem[] {
  const taken = Object.keys(settings).filter((key) => decided.includes(key));
  const problems: Problem[] = taken.map((key) => {
    return { path: ['student', 'settings', key], message: 'follows from the run and is set for you; remove it' };
  });
  if (dataFormat !== undefined && !dataFormats.includes(dataFormat)) {
    const message = `found ${dataFormat}, expected what ${template} reads: ${dataFormats.join(' or ')}`;
    problems.push({ path: ['student', 'dataFormat'], message });
  }
  return problems;
}

function placeholderProblems(setting: Setting | undefined, path: Path): readonly Problem[] {
  if (typeof setting === 'string') {
    const names = [...setting.matchAll(/\{\{\??([^{}]*)\}\}/g)].map(([, name = '']) => name);
    const unknown = names.filter((name) => !placeholderNames.some((known) => known === name));
    return unknown.map((name) => {
      return { path, message: `unknown placeholder {{${name}}}; ${suggestion(name, [...placeholderNames])}` };
    });
  }
  if (setting === null || typeof setting !== 'object') return [];
  const isList = Array.isArray(setting);
  return Object.entries(setting).flatMap(([key, entry]) =>
    placeholderProblems(entry, [...path, isList ? Number(key) : key]),
  );
}

function secretProblems({ environment, settings }: ProgramFile): readonly Problem[] {
  const given = Object.entries(environment).flatMap(([variable, value]) => {
    const secretName = /(key|token|secret|password)$/i.test(variable);
    if (!secretName || /^env:[A-Za-z_]\w*$/.test(value)) return [];
    const message = `looks like a secret; write env:${variable} and set it where the training worker runs`;
    return [{ path: ['student', 'environment', variable], message }];
  });
  // Not every token: `pad_token` and its like are none.
  const secretSetting = /(?:hub|auth|access)_token$|api_key$|secret$|password$/i;
  const written = Object.entries(settings).flatMap(([key, value]) => {
    if (typeof value !== 'string' || !secretSetting.test(key)) return [];
    const message =
      'looks like a secret, which settings would write into a file; give the program its variable in environment';
    return [{ path: ['student', 'settings', key], message }];
  });
  return [...given, ...written];
}
