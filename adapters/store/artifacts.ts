// The store over any driver: parts and manifests, tables, the small records beside them, and the response log.

import type { Store } from '../../activities/ports/store.ts';
import type { StoreDriver } from './driver.ts';
import { createPartStore } from './parts.ts';
import { createRecordStore } from './records.ts';
import { createResponseLogs } from './response-log.ts';
import { createTableStore } from './tables.ts';

export function createStore(driver: StoreDriver): Store {
  const parts = createPartStore(driver);
  return { ...parts, ...createTableStore(parts), ...createRecordStore(driver), ...createResponseLogs(driver) };
}
