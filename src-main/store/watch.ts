/** Notices what other processes wrote: a number that changes when another connection commits to `project.db`. */
import { type ReadableDb, read } from './db.ts';

export function dataVersion(db: ReadableDb): number {
  return read<{ data_version: number }>(db, 'PRAGMA main.data_version').get()!.data_version;
}
