// Prompt files on disk: the built-in ones lie in prompts/ at the top of the project.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PromptFile, PromptFiles } from '../../activities/ports/prompts.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

export const promptFiles: PromptFiles = {
  builtIn: (name) => {
    const ending = name === 'personas' ? 'txt' : 'md';
    return readPrompt(fileURLToPath(new URL(`../../prompts/${name}.${ending}`, import.meta.url)));
  },
  file: readPrompt,
};

async function readPrompt(path: string): Promise<PromptFile> {
  try {
    const bytes = await readFile(path);
    return { text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Cannot read the prompt file ${path}: ${reason}. It must lie where it is asked from; correct its path (prompts or personas of a campaign file, or --prompt).`,
      { cause: error },
    );
  }
}
