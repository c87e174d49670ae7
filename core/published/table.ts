// A table that somebody else published: shown beside our scores, never as ours.

export interface PublishedRow {
  /** The model, or what the row is about. */
  readonly system: string;
  /** What it was trained on, or another remark; '' for none. */
  readonly note: string;
  /** Column -> value; a column that is not there was not found. */
  readonly cells: Readonly<Record<string, PublishedCell>>;
}

export interface PublishedCell {
  readonly value: number;
  /** 95 % interval as printed, where one was. */
  readonly interval?: readonly [number, number];
}

export interface PublishedTable {
  /** What an evaluation file calls it. */
  readonly name: string;
  readonly title: string;
  /** Who says so, and in which version. */
  readonly source: string;
  /** What a reader must know before comparing. */
  readonly caution: string;
  /** Columns in their order; those that name a benchmark are called as in our examples. */
  readonly columns: readonly string[];
  readonly rows: readonly PublishedRow[];
}
