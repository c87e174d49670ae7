// Making a model usable on this machine, however it is named: fetched where it has to be, then prepared and checked.

import { parseModelConfig } from '../../core/models/model-config.ts';
import { requireTensors } from '../../core/models/parameters.ts';
import { catalogModels } from './catalog.ts';
import { openEncoder } from './embedding.ts';
import { isEncoderFolder } from './encoder-folder.ts';
import { openModel } from './model.ts';
import { prepareModel } from './prepare.ts';
import { pullFromHub } from './pull-hub.ts';
import { pullModel } from './pull.ts';
import { hubNameOf } from './references.ts';
import { openStaticVectors } from './static-vectors.ts';

export interface ObtainedModel {
  /** The name that campaigns and commands may use. */
  readonly name: string;
  /** Where its prepared form lies. */
  readonly folder: string;
  /** Of the hub's repository; null for what does not come from the hub. */
  readonly commit: string | null;
}

/**
 * A name of the catalog, `org/name` or `org/name@revision` of the Hugging Face hub, or the path of a Hugging Face folder or
 * of a GGUF file. Safe to repeat: what is there and whole is not fetched again.
 * @throws {PermanentError} `MissingModel`, `CorruptModel` or `UnsupportedModel`; a {@link TransientError} when a server did
 *   not deliver
 */
export async function obtainModel(name: string, onProgress: (message: string) => void): Promise<ObtainedModel> {
  if (catalogModels().some((model) => model.name === name && model.form === 'word-vectors')) {
    return { name, folder: (await openStaticVectors(name, onProgress)).folder, commit: null };
  }
  const commit = await fetchModel(name, onProgress);
  onProgress(`Preparing and checking ${name}`);
  const { folder } = await prepareModel(name);
  if (await isEncoderFolder(folder)) {
    await openEncoder(name);
  } else {
    const { config, tensors } = await openModel(name);
    requireTensors(parseModelConfig(config, `${folder}/config.json`), tensors);
  }
  return { name, folder, commit };
}

/** Fetches what is not a file of this machine already; gives the commit of a repository of the hub. */
async function fetchModel(name: string, onProgress: (message: string) => void): Promise<string | null> {
  const known = catalogModels().find((model) => model.name === name);
  if (known?.source.kind === 'package') {
    await pullModel(name, { onProgress });
    return null;
  }
  const hubName = await hubNameOf(name);
  return hubName === undefined ? null : (await pullFromHub(hubName, onProgress)).commit;
}
