// Where the command line writes to: results on stdout, everything else on stderr, one rewritten line where a person looks on.

export interface Terminal {
  /** A result; with --json the one document. */
  print(text: string): void;
  /** A message, on stderr. */
  note(text: string): void;
  /** Replaces the line of progress; only where `interactive`. */
  progress(text: string): void;
  /** Somebody looks on: lines may be rewritten. */
  readonly interactive: boolean;
}

export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export function createTerminal(output: Writable, messages: Writable): Terminal {
  const interactive = messages.isTTY === true;
  let shown = '';
  const clear = (): void => {
    if (shown !== '') messages.write('\r\u001b[K');
    shown = '';
  };
  return {
    interactive,
    print(text) {
      clear();
      output.write(`${text}\n`);
    },
    note(text) {
      clear();
      messages.write(`${text}\n`);
    },
    progress(text) {
      if (!interactive) return;
      clear();
      // A line that wraps could not be rewritten.
      shown = text.slice(0, Math.max(20, (messages.columns ?? 80) - 1));
      messages.write(shown);
    },
  };
}
