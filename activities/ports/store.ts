// The store as activities see it: content-addressed parts, manifests, stage records, scratch and named refs.

import type {
  ArtifactRef,
  Manifest,
  ManifestPart,
  StageResult,
  TableKind,
  TableRef,
  TableRows,
} from '../../contracts/artifacts.ts';
import type { StoreLocation } from '../../contracts/campaign.ts';

export interface Store {
  /** The record of a finished stage; null when the stage has not finished. */
  readStage(key: string): Promise<StageResult<unknown> | null>;
  /** Last write of a stage: after it the stage counts as finished. */
  writeStage(result: StageResult<unknown>): Promise<void>;

  /** Writes one part under its sha256; the same bytes are stored once. */
  writePart(bytes: Uint8Array, part: { path: string; mediaType: string; rows: number }): Promise<ManifestPart>;
  /** @throws {PermanentError} `CorruptArtifact` when the bytes do not have the sha256 that the manifest names */
  readPart(part: ManifestPart): Promise<Uint8Array>;
  writeManifest(manifest: Manifest): Promise<ArtifactRef>;
  readManifest(ref: ArtifactRef): Promise<Manifest>;

  /** Encodes rows as one Parquet part. Rows must not be empty. */
  writeTablePart<Kind extends TableKind>(
    kind: Kind,
    path: string,
    rows: readonly TableRows[Kind][],
    metadata?: Readonly<Record<string, string>>,
  ): Promise<ManifestPart>;
  /** A table from whole parts, in the order given; parts may be shared with other tables. */
  writeTable<Kind extends TableKind>(
    kind: Kind,
    parts: readonly ManifestPart[],
    metadata?: Readonly<Record<string, string>>,
  ): Promise<TableRef<Kind>>;
  /** The rows of a table part by part, in order. */
  readTable<Kind extends TableKind>(ref: TableRef<Kind>): AsyncIterable<readonly TableRows[Kind][]>;
  readTablePart<Kind extends TableKind>(kind: Kind, part: ManifestPart): Promise<readonly TableRows[Kind][]>;

  /** Work in progress, not content-addressed: `name` groups the pieces of one piece of work. */
  writeScratch(name: string, piece: string, bytes: Uint8Array): Promise<void>;
  /** Pieces of `name` in the order of their names. */
  readScratch(name: string): Promise<readonly { readonly piece: string; readonly bytes: Uint8Array }[]>;
  removeScratch(name: string): Promise<void>;

  /** What language models answered; the same name gives the same log within a process. */
  responseLog(model: string): ResponseLog;

  /** The only mutable names; each has one writer, its workflow. */
  writeRef(campaign: string, name: string, ref: ArtifactRef): Promise<void>;
  readRef(campaign: string, name: string): Promise<ArtifactRef | null>;
}

/** One thing that happened to a request: an answer, a try that failed. Entries are added and never changed. */
export interface LogEntry {
  /** Hex sha256 of the request. */
  readonly hash: string;
  /** Tells the entries of one request apart, the same id is the same entry. */
  readonly id: string;
  /** JSON. */
  readonly content: unknown;
}

/**
 * Entries by request hash, shared by all processes that use the store: where they lie depends on neither chunks, batches,
 * workers nor hosts.
 */
export interface ResponseLog {
  /** Learns what other processes have added. */
  refresh(): Promise<void>;
  /**
   * The entries of a request in the order of their ids, each once.
   * @throws {TransientError} while entries that are known of cannot be read
   */
  find(hash: string): Promise<readonly LogEntry[]>;
  /** Whether any entry's content matches; reads on from the newest until one does. Throws as `find` does. */
  some(matches: (content: unknown) => boolean): Promise<boolean>;
  /** Resolves once the entries are durable; they are written together with all that comes within a fraction of a second. */
  append(entries: readonly LogEntry[]): Promise<void>;
}

/** Opens the store a campaign names; the same location gives the same instance within a process. */
export type OpenStore = (location: StoreLocation) => Promise<Store>;
