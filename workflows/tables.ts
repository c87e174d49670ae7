// Stage outcomes as the tables that they are.

import type { StageOutcome, TableKind, TableRef } from '../contracts/artifacts.ts';

export function table<Kind extends TableKind>(kind: Kind, { output }: StageOutcome<unknown>): TableRef<Kind> {
  return { ...output, kind };
}
