// How a model is named, and what the name means on this machine.

import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { ModelReference } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { modelFolder } from './cache.ts';
import { catalogModel, catalogModels } from './catalog.ts';
import type { CatalogModel } from './catalog.ts';
import { hashText } from './file-hash.ts';
import { findPulled, parseHubName } from './hub-cache.ts';
import type { HubName } from './hub-cache.ts';
import { parseScratchName, scratchFolders } from './scratch.ts';

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
 * A text is a catalog name, or else `scratch-<task>-<layers>x<hidden>`, which is made where it is not there yet, or else the path
 * of a Hugging Face folder or of a GGUF file, or else the name of a repository of the Hugging Face hub that was pulled.
 * @throws {PermanentError} `MissingModel` when it is none of these, or was not pulled
 */
export async function locateModel(model: ModelName): Promise<ModelLocation> {
  if (typeof model !== 'string') {
    return 'folder' in model ? locatePath('folder', model.folder) : locatePath('gguf', model.gguf);
  }
  const scratch = parseScratchName(model);
  if (scratch !== undefined) {
    const { source, prepared } = await scratchFolders(scratch);
    return { kind: 'folder', name: model, path: source, preparedFolder: prepared };
  }
  const hubName = await hubNameOf(model);
  if (hubName !== undefined) return locatePulled(model, hubName);
  const known = catalogModels().find(({ name }) => name === model);
  if (known === undefined && looksLikePath(model)) return locatePath(await kindOfPath(model), model);
  return { kind: 'catalog', name: model, preparedFolder: modelFolder(model), model: known ?? catalogModel(model) };
}

/** The repository of the hub that `model` names; undefined for other models of the catalog, and where a path of the name lies. */
export async function hubNameOf(model: string): Promise<HubName | undefined> {
  const known = catalogModels().find(({ name }) => name === model);
  if (known !== undefined) return known.source.kind === 'hub' ? parseHubName(known.source.repository) : undefined;
  const here = await stat(model).catch(() => undefined);
  return here === undefined ? parseHubName(model) : undefined;
}

function looksLikePath(model: string): boolean {
  return /[/\\]|\.gguf$/i.test(model);
}

async function locatePulled(model: string, { repository, revision }: HubName): Promise<ModelLocation> {
  const pulled = await findPulled({ repository, revision });
  if (pulled === undefined) {
    throw new PermanentError(
      FailureType.MissingModel,
      `Model "${model}" is not on this machine: expected a folder or file at ${resolve(model)}, or the repository ` +
        `${repository} of the Hugging Face hub, pulled at ${revision}. Pull it: diffract models pull ${model}`,
    );
  }
  const preparedFolder = modelFolder(`${repository.replace('/', '--')}-${pulled.commit.slice(0, 12)}`);
  return { kind: 'folder', name: model, path: pulled.folder, preparedFolder };
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
        .join(', ')}, or a repository of the Hugging Face hub as org/name.`,
  );
}
