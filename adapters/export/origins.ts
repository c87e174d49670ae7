// Where the samples of a pool came from, counted while they pass by.

import type { Sample } from '../../contracts/samples.ts';

/** Samples that were made the same way. */
export interface Origin {
  readonly generator: string;
  readonly origin: string;
  /** The model, the data file or the slice. */
  readonly source: string;
  readonly template: string | null;
  readonly samples: number;
}

export interface OriginCounter {
  add(samples: readonly Sample[]): void;
  /** In the order in which each was first seen. */
  origins(): readonly Origin[];
  groups(): Readonly<Record<string, number>>;
}

export function createOriginCounter(): OriginCounter {
  const origins = new Map<string, Origin>();
  const groups = new Map<string, number>();
  return {
    add(samples) {
      for (const { lineage, group } of samples) {
        const { generator, origin, source, template = null } = lineage;
        const key = JSON.stringify([generator, origin, source, template]);
        const { samples: before = 0 } = origins.get(key) ?? {};
        origins.set(key, { generator, origin, source, template, samples: before + 1 });
        groups.set(group, (groups.get(group) ?? 0) + 1);
      }
    },
    origins: () => [...origins.values()],
    groups: () => Object.fromEntries(groups),
  };
}
