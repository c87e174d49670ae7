// Prompt files as activities see them: those that come with the program, and those that users write.

export interface PromptFile {
  readonly text: string;
  /** Hex, of the file's bytes: what a stage key knows of it. */
  readonly sha256: string;
}

export interface PromptFiles {
  /** A file that comes with the program: a template by its name, such as `math-generation`, or `personas`. */
  builtIn(name: string): Promise<PromptFile>;
  /** @throws {PermanentError} `InvalidConfig` when it cannot be read */
  file(path: string): Promise<PromptFile>;
}
