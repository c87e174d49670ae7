// What every command has in hand.

import type { ExitCode } from './exit.ts';
import type { Services } from './services.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly services: Services;
  readonly terminal: Terminal;
  /** Fires at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The exit code, where it is not 0. */
  answer(code: ExitCode): void;
}

export interface JsonOption {
  readonly json?: true;
}

/** The command's result: one JSON document, or text for people. */
export function printResult({ terminal }: CommandContext, { json }: JsonOption, document: object, text: string): void {
  if (json === true) terminal.print(JSON.stringify({ schemaVersion: 1, ...document }, null, 2));
  else if (text !== '') terminal.print(text);
}
