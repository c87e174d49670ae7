// Rows streamed into Parquet files of a bounded size, with nested columns as pyarrow and `datasets` read them.

import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** `turns` is a list of {role, content}, `texts` a list of texts; every column may be null. */
export type ColumnKind = 'text' | 'whole' | 'texts' | 'turns';

export type Columns = Readonly<Record<string, ColumnKind>>;

export type ColumnRow = Readonly<Record<string, unknown>>;

export interface WrittenTable {
  /** Names below the folder, in order. */
  readonly files: readonly string[];
  readonly rows: number;
  /** Bytes of the values before they are packed. */
  readonly bytes: number;
}

export interface ShardWriter {
  write(rows: readonly ColumnRow[]): Promise<void>;
  /** Gives the files their names, which say how many there are; no file where no row was written. */
  finish(): Promise<WrittenTable>;
  /** Lets go of a file that is open; for writers that do not finish. */
  close(): Promise<void>;
}

/** Packed bytes of one file; the hub asks for shards of this size. */
const SHARD_BYTES = 500e6;
/** Unpacked bytes that are held in memory. */
const GROUP_BYTES = 32e6;

/**
 * @param name - of the files: `name-00000-of-00002.parquet`
 * @param shardBytes - a file gets no more rows once it could pass this
 */
export function openShards(folder: string, name: string, columns: Columns, shardBytes = SHARD_BYTES): ShardWriter {
  const paths: string[] = [];
  let shard: Shard | null = null;
  let group: ColumnRow[] = [];
  let [groupBytes, rows, bytes] = [0, 0, 0];

  const flush = async (): Promise<void> => {
    if (group.length === 0) return;
    if (shard !== null && shard.size() + groupBytes > shardBytes) {
      await shard.finish();
      shard = null;
    }
    if (shard === null) {
      const path = join(folder, `${name}-${paths.length}.part`);
      paths.push(path);
      shard = await openShard(path, columns);
    }
    await shard.write(group);
    [group, groupBytes] = [[], 0];
  };

  return {
    async write(more) {
      for (const row of more) {
        const size = sizeOf(row);
        group.push(row);
        groupBytes += size;
        bytes += size;
        rows += 1;
        if (groupBytes >= Math.min(GROUP_BYTES, shardBytes)) await flush();
      }
    },
    async finish() {
      await flush();
      await shard?.finish();
      shard = null;
      const files = paths.map((_, at) => `${name}-${number(at)}-of-${number(paths.length)}.parquet`);
      for (const [at, path] of paths.entries()) await rename(path, join(folder, files[at] ?? ''));
      return { files, rows, bytes };
    },
    close: async () => shard?.close(),
  };
}

interface Shard {
  /** Bytes written so far. */
  size(): number;
  write(rows: readonly ColumnRow[]): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** One row group for each call of `write`, which goes to the file at once. */
async function openShard(path: string, columns: Columns): Promise<Shard> {
  const file = await open(path, 'w');
  const bytes = new ByteWriter();
  const names = Object.keys(columns);
  const schema = [{ name: 'root', num_children: names.length }, ...Object.entries(columns).flatMap(schemaOf)];
  const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'diffract' });
  return {
    size: () => bytes.offset,
    async write(rows) {
      const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name] ?? null) }));
      await writer.write({ columnData, rowGroupSize: rows.length });
      await drain(bytes, file);
    },
    async finish() {
      await writer.finish();
      await drain(bytes, file);
      await file.close();
    },
    close: () => file.close(),
  };
}

async function drain(bytes: ByteWriter, file: FileHandle): Promise<void> {
  await file.writeFile(bytes.getBytes());
  bytes.index = 0;
}

function schemaOf([name, kind]: [string, ColumnKind]): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
  const list = { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 } as const;
  const repeated = { name: 'list', repetition_type: 'REPEATED', num_children: 1 } as const;
  switch (kind) {
    case 'text':
      return [{ name, ...text }];
    case 'whole':
      return [{ name, type: 'INT32', repetition_type: 'OPTIONAL' }];
    case 'texts':
      return [list, repeated, { name: 'element', ...text }];
    case 'turns': {
      const turn = { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 } as const;
      return [list, repeated, turn, { name: 'role', ...text }, { name: 'content', ...text }];
    }
  }
}

/** Texts in UTF-8, numbers as four bytes. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 4;
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 0);
}

function number(value: number): string {
  return String(value).padStart(5, '0');
}
