// How a model is named, and what the name means on this machine.

import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { ModelReference } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { modelFolder } from './cache.ts';
import { catalogModel, catalogModels } from './catalog.ts';
import type { CatalogModel } from './catalog.ts';
import { hashText } from './file-hash.ts';

/** A reference as campaigns write it, or a path whose kind is said. */
export type ModelName = ModelReference | { readonly folder: string } | { readonly gguf: string };

/** Where a model's source is and where its prepared form belongs. */
export type ModelLocation = {
  readonly name: string;
  readonly preparedFolder: string;
} & (
  | { readonly kind: 'catalog'; readonly model: CatalogModel }
  | { readonly kind: 'folder' | 'gguf'; readonly path: string }
);

/**
 * A text is a catalog name, or else the path of a Hugging Face folder or of a GGUF file.
 * @throws {PermanentError} `MissingModel` when it is neither
 */
export async function locateModel(model: ModelName): Promise<ModelLocation> {
  if (typeof model !== 'string') {
    return 'folder' in model ? locatePath('folder', model.folder) : locatePath('gguf', model.gguf);
  }
  const isKnown = catalogModels().some(({ name }) => name === model);
  if (!isKnown && /[/\\]|\.gguf$/i.test(model)) return locatePath(await kindOfPath(model), model);
  return { kind: 'catalog', name: model, preparedFolder: modelFolder(model), model: catalogModel(model) };
}

async function locatePath(kind: 'folder' | 'gguf', given: string): Promise<ModelLocation> {
  const path = await realpath(given).catch(() => resolve(given));
  const name = basename(path).replace(/\.gguf$/i, '');
  // Two folders may share a last name; the hash of the whole path keeps their prepared forms apart.
  return { kind, name, path, preparedFolder: modelFolder(`${name}-${hashText(path).slice(0, 12)}`) };
}

async function kindOfPath(path: string): Promise<'folder' | 'gguf'> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return found.isDirectory() ? 'folder' : 'gguf';
  throw new PermanentError(
    FailureType.MissingModel,
    `No model "${path}": nothing lies at ${resolve(path)}; expected a Hugging Face folder, a GGUF file, or one of ` +
      `${catalogModels()
        .map(({ name }) => name)
        .join(', ')}. A repository of the Hugging Face hub has to be downloaded first.`,
  );
}
