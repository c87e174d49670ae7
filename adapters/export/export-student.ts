// The student of a campaign as a folder to hand on: a Hugging Face folder that transformers loads, with a GGUF file on request.

import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StudentFiles, StudentForm } from '../../activities/ports/models.ts';
import type { Store } from '../../activities/ports/store.ts';
import { studentFiles } from '../../activities/ports/student-files.ts';
import type { ArtifactRef } from '../../contracts/artifacts.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';
import { openClassifier } from '../models/classifier.ts';
import { openModel } from '../models/model.ts';
import { openStudent } from '../models/student.ts';
import { openWholeModel } from '../models/whole-model.ts';
import { writeClassifierFolder } from '../models/write-classifier.ts';
import { writeGguf } from '../models/write-gguf.ts';
import { writeHuggingFaceFolder } from '../models/write-hugging-face.ts';
import { describeFiles, PROVENANCE, requireExportFolder } from './export-folder.ts';
import { studentProvenance } from './provenance.ts';

/** A GGUF file beside the folder's own. */
export type StudentExtra = 'gguf';

export interface StudentExportRequest {
  readonly campaign: string;
  readonly folder: string;
  readonly extras: readonly StudentExtra[];
  /** Of this program. */
  readonly version: string;
}

export interface ExportedStudent {
  readonly form: StudentForm;
  /** The model that was trained. */
  readonly base: string;
  /** Hex sha256 of the checkpoint's manifest. */
  readonly checkpoint: string;
  /** Names below the folder. */
  readonly files: readonly string[];
}

/**
 * Holds one tensor in memory at a time.
 * @throws {PermanentError} `MissingArtifact` when no student was trained, `MissingModel` when its base is not on this machine,
 *   `InvalidConfig` when the folder may not be replaced, `UnsupportedModel` for a student that has no GGUF form
 */
export async function exportStudent(store: Store, request: StudentExportRequest): Promise<ExportedStudent> {
  await requireExportFolder(request.folder);
  const checkpoint = await checkpointOf(store, request.campaign);
  const { metadata } = await store.readManifest(checkpoint);
  const base = metadata['base'] ?? '(unknown)';
  const student = await studentFiles(store, checkpoint);
  const made = { form: student.form, base, checkpoint: checkpoint.manifest };
  let files: string[] = [];
  await writeWholeFolder(request.folder, async (work) => {
    await writeStudent(work, { student, base, name: request.campaign, extras: request.extras });
    const described = await describeFiles(work);
    const { campaign, version } = request;
    await writeFile(join(work, PROVENANCE), studentProvenance({ campaign, version, ...made, files: described }));
    files = [...Object.keys(described), PROVENANCE];
  });
  return { ...made, files };
}

async function checkpointOf(store: Store, campaign: string): Promise<ArtifactRef> {
  const checkpoint = await store.readRef(campaign, 'checkpoint');
  if (checkpoint !== null) return checkpoint;
  throw new PermanentError(
    FailureType.MissingArtifact,
    `This store holds no student of a campaign named ${campaign}: either there is no such campaign, or its file has no ` +
      'student:, or its training has not ended, or it failed.',
  );
}

interface StudentWork {
  readonly student: StudentFiles;
  readonly base: string;
  readonly name: string;
  readonly extras: readonly StudentExtra[];
}

async function writeStudent(folder: string, { student, base, name, extras }: StudentWork): Promise<void> {
  // What another program left is handed on as it is, whether or not it can be computed here.
  if (student.form === 'folder') await copyFiles(folder, student);
  if (student.form === 'folder' && extras.length === 0) return;
  if (student.form === 'classifier') return writeClassifier(folder, { student, base, extras });
  const model = await openWholeModel(await openStudent(() => openModel(base), student));
  try {
    if (student.form !== 'folder') await writeHuggingFaceFolder(folder, model);
    if (extras.includes('gguf')) await writeGguf(join(folder, `${name}.gguf`), name, model);
  } finally {
    await model.close();
  }
}

async function writeClassifier(folder: string, { student, base, extras }: Omit<StudentWork, 'name'>): Promise<void> {
  if (extras.includes('gguf')) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `The student is an encoder (${base}) with a classification head, for which there is no GGUF file. Leave --gguf out.`,
    );
  }
  await writeClassifierFolder(folder, await openClassifier(base, student));
}

async function copyFiles(folder: string, student: StudentFiles): Promise<void> {
  for (const { path } of student.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await pipeline(student.pieces(path), createWriteStream(join(folder, path)));
  }
}
