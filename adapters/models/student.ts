// A student as the engines read it: the files of a model, with what training changed laid over them.

import type { StudentFiles } from '../../activities/ports/models.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { decodeAdapter } from '../../core/training/adapter-file.ts';
import type { LoraAdapter } from '../../core/training/adapter-file.ts';
import { openPrepared } from './model.ts';
import type { LanguageModelFiles } from './model.ts';
import { overlaid } from './overlaid-tensors.ts';
import { layOutFolder, layOutTensors } from './student-folders.ts';

export interface StudentModel {
  readonly files: LanguageModelFiles;
  readonly adapter?: LoraAdapter;
}

/**
 * @param openBase - of the model that was trained; not called for a student that is a whole folder
 * @throws {PermanentError} `UnsupportedModel` for a student of an architecture that is not computed here
 */
export async function openStudent(
  openBase: () => Promise<LanguageModelFiles>,
  student: StudentFiles | null,
): Promise<StudentModel> {
  switch (student?.form) {
    case undefined:
      return { files: await openBase() };
    case 'adapter':
      return { files: await openBase(), adapter: await readAdapter(student) };
    case 'tensors': {
      const files = await openBase();
      return { files: { ...files, tensors: overlaid(files, await layOutTensors(files.folder, student)) } };
    }
    case 'folder':
      return { files: await openPrepared(await layOutFolder(student)) };
    case 'classifier':
      throw new PermanentError(
        FailureType.UnsupportedModel,
        `The student ${student.key.slice(0, 12)} is an encoder with a classification head; it ranks labels and writes no text.`,
      );
  }
}

async function readAdapter(student: StudentFiles): Promise<LoraAdapter> {
  const config = new TextDecoder().decode(await student.read('adapter_config.json'));
  return decodeAdapter(await student.read('adapter_model.safetensors'), config);
}
