// Paths of data that begin in the environment: `${NAME}/rest`, for files that several machines share.

import type { Environment } from './resolve.ts';

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/;

/** Fills `${NAME}` in every `path` of a file; one that is not set stays as it is written, which the cross-checks say. */
export function fillPaths<Part>(part: Part, environment: Environment): Part {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((entry: unknown) => fillPaths(entry, environment)) as Part;
  const entries = Object.entries(part).map(([key, value]: [string, unknown]) => {
    const isPath = key === 'path' && typeof value === 'string';
    return [key, isPath ? filledPath(value, environment) : fillPaths(value, environment)] as const;
  });
  return Object.fromEntries(entries) as Part;
}

/** What to do where a variable of the path is not set; null where nothing is left to fill. */
export function unsetVariable(path: string): string | null {
  const [variable, name = ''] = VARIABLE.exec(path) ?? [];
  if (variable === undefined) return null;
  const rest = path.slice(path.indexOf(variable) + variable.length).replace(/^\//, '');
  return `the environment variable ${name} is not set; set it to the folder that holds ${rest}`;
}

function filledPath(path: string, environment: Environment): string {
  return path.replaceAll(new RegExp(VARIABLE, 'g'), (written, name: string) => environment[name] || written);
}
