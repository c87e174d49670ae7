// The formats of data sets, and which of them the name of a file says it has.

export const fileFormats = ['jsonl', 'csv', 'tsv', 'json', 'parquet'] as const;

/** What one file may be. */
export type FileFormat = (typeof fileFormats)[number];

/** `hf-dataset` is a folder of such files as the Hugging Face hub lays them out, with splits. */
export const dataFormats = [...fileFormats, 'hf-dataset'] as const;

export type DataFormat = (typeof dataFormats)[number];

/** The format that a file's ending names, or null; text may be packed with gzip, as in `.jsonl.gz`. */
export function formatOf(path: string): FileFormat | null {
  const [, ending = '', packed] = /\.([^./\\]+?)(\.gz)?$/.exec(path.toLowerCase()) ?? [];
  const format = ending === 'ndjson' ? 'jsonl' : fileFormats.find((name) => name === ending);
  return format === undefined || (format === 'parquet' && packed !== undefined) ? null : format;
}
