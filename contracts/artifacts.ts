// Content-addressed results: parts, the manifest that lists them, and the small ref that travels through Temporal.

import type { Attempt, Draft, LedgerEntry, Pair, Prediction, Reject, Sample, SketchRow } from './samples.ts';
import type { Draw, EmbeddingRow, Trial } from './trials.ts';

/** Row types of the tables; a table is an artifact whose parts are Parquet files. */
export interface TableRows {
  readonly samples: Sample;
  readonly drafts: Draft;
  readonly attempts: Attempt;
  readonly pairs: Pair;
  readonly ledger: LedgerEntry;
  readonly rejects: Reject;
  readonly sketches: SketchRow;
  readonly predictions: Prediction;
  readonly embeddings: EmbeddingRow;
  readonly draws: Draw;
  readonly trials: Trial;
}

export type TableKind = keyof TableRows;

/** `clusters`, `measure`, `steering`, `record` and `report` are JSON or HTML documents; `checkpoint` holds a student's weights. */
export type ArtifactKind = TableKind | 'clusters' | 'measure' | 'steering' | 'checkpoint' | 'record' | 'report';

/** Names an artifact by the sha256 of its manifest; the only form in which data appears in a workflow's history. */
export interface ArtifactRef {
  readonly kind: ArtifactKind;
  /** Hex sha256 of the manifest's canonical JSON. */
  readonly manifest: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface TableRef<Kind extends TableKind> extends ArtifactRef {
  readonly kind: Kind;
}

export interface ManifestPart {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: string;
  readonly rows: number;
}

export interface Manifest {
  readonly kind: ArtifactKind;
  /** In the artifact's own order, which is part of its identity. */
  readonly parts: readonly ManifestPart[];
  /** What a reader must know to use it: sketch specification, model hash, ... */
  readonly metadata: Readonly<Record<string, string>>;
}

/** in = kept + the sum of rejected; checked by every stage. */
export interface StageCounts {
  readonly in: number;
  readonly kept: number;
  readonly rejected: Readonly<Record<string, number>>;
}

/** What a stage leaves behind under its stage key, and what its activity returns. */
export interface StageResult<Summary = null> {
  readonly stage: string;
  /** Hex sha256 of stage name and version, input manifests, and the config slice it reads. */
  readonly key: string;
  readonly output: ArtifactRef;
  readonly rejects: ArtifactRef | null;
  /** Per generator (`seeds` for imported data); empty for stages that pass no rows on. */
  readonly counts: Readonly<Record<string, StageCounts>>;
  readonly summary: Summary;
}

/** A stage result as an activity returns it: `reused` when the store already had it. */
export type StageOutcome<Summary = null> = StageResult<Summary> & {
  readonly reused: boolean;
  readonly seconds: number;
};
