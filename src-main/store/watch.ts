/** Notices what other processes wrote: a number that changes when another connection commits to `project.db`. */
import type { ReadableDb } from './db.ts';

export function dataVersion(db: ReadableDb): number {
  return db.pragma('main.data_version', { simple: true }) as number;
}
