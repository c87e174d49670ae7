// The card of an exported data set: README.md, whose YAML head the hub and `datasets` read and whose body people do.

import { stringify } from 'yaml';
import type { CampaignArtifacts } from './campaign-artifacts.ts';
import { cardBody } from './card-body.ts';
import { configNameOf, declaredFormats, fileNameOf } from './card-content.ts';
import type { CardContent, DeclaredFormat } from './card-content.ts';
import type { ColumnKind } from './parquet-shards.ts';
import { sampleColumns } from './sample-formats.ts';

export function renderCard(content: CardContent): string {
  const head = stringify(headOf(content), { lineWidth: 0 });
  return `---\n${head}---\n\n${cardBody(content)}`;
}

function headOf(content: CardContent): object {
  const { made, license, language, samples, table } = content;
  return {
    pretty_name: made.campaign,
    license,
    ...(language === null ? {} : { language: [language] }),
    ...categories[content.task],
    size_categories: [sizeCategory(samples)],
    tags: ['synthetic', 'diffract'],
    source_datasets: sourceDatasets(made),
    configs: configsOf(content),
    ...(table === null ? {} : { dataset_info: datasetInfo(table) }),
  };
}

const categories: Readonly<Partial<Record<string, object>>> = {
  math: { task_categories: ['text-generation'] },
  nli: { task_categories: ['text-classification'], task_ids: ['natural-language-inference'] },
  summarization: { task_categories: ['summarization'] },
};

function configsOf(content: CardContent): object[] {
  return declaredFormats(content).map((format, place) => ({
    config_name: configNameOf(format),
    ...(place === 0 ? { default: true } : {}),
    data_files: [{ split: 'train', path: filesOf(format) }],
  }));
}

function filesOf(format: DeclaredFormat): string {
  if (format === 'rejects') return 'rejects/rejects-*';
  return format === 'hf' ? 'data/train-*' : `${format}/train.jsonl`;
}

function datasetInfo({ rows, bytes, packedBytes }: NonNullable<CardContent['table']>): object {
  return {
    config_name: configNameOf('hf'),
    features: Object.entries(sampleColumns).map(([name, kind]) => ({ name, ...featureOf(kind) })),
    splits: [{ name: 'train', num_bytes: bytes, num_examples: rows }],
    download_size: packedBytes,
    dataset_size: bytes,
  };
}

function featureOf(kind: ColumnKind): object {
  const text = { dtype: 'string' };
  switch (kind) {
    case 'text':
      return text;
    case 'whole':
      return { dtype: 'int32' };
    case 'texts':
      return { list: 'string' };
    case 'turns':
      return {
        list: [
          { name: 'role', ...text },
          { name: 'content', ...text },
        ],
      };
  }
}

function sizeCategory(rows: number): string {
  const bounds = ['1K', '10K', '100K', '1M', '10M', '100M', '1B'];
  const place = bounds.findIndex((_, at) => rows < 10 ** (at + 3));
  if (place === 0) return 'n<1K';
  return place < 0 ? 'n>1B' : `${bounds[place - 1]}<n<${bounds[place]}`;
}

function sourceDatasets({ config }: CampaignArtifacts): string[] {
  const files = (config?.seeds ?? []).flatMap((source) => fileNameOf(source) ?? []);
  const names = files.map((name) => name.replace(/[^A-Za-z0-9_-]+/g, '-'));
  return names.length === 0 ? ['original'] : [...new Set(names)].map((name) => `extended|other-${name}`);
}
