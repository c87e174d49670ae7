// The store over any driver: parts and manifests, tables, and the small records beside them.

import type { Store } from '../../activities/ports/store.ts';
import type { StoreDriver } from './driver.ts';
import { createPartStore } from './parts.ts';
import { createRecordStore } from './records.ts';
import { createTableStore } from './tables.ts';

export function createStore(driver: StoreDriver): Store {
  const parts = createPartStore(driver);
  return { ...parts, ...createTableStore(parts), ...createRecordStore(driver) };
}
