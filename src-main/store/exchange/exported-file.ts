/** Files this project has exported: where, and what they looked like then, so that a file somebody changed is theirs. */
import type { ExportFormat } from '../../../src-shared/contract/export-formats.ts';
import { type ReadableDb, type WritableDb, read, write } from '../db.ts';

export interface ExportedFile {
  /** Absolute, links of its folders resolved. */
  readonly path: string;
  readonly format: ExportFormat;
  readonly samples: number;
  readonly bytes: number;
  /** Whole milliseconds. */
  readonly mtimeMs: number;
  readonly exportedAt: string;
}

/** What was exported to `path` last, or null. */
export function exportedFile(db: ReadableDb, path: string): ExportedFile | null {
  return (
    read<ExportedFile>(
      db,
      `SELECT path, format, samples, bytes, mtime_ms AS mtimeMs, exported_at AS exportedAt
       FROM exported_file WHERE path = ?`,
    ).get(path) ?? null
  );
}

/** Remembers an export in place of an earlier one to the same path. */
export function rememberExport(db: WritableDb, file: ExportedFile): void {
  write(
    db,
    `INSERT INTO exported_file (path, format, samples, bytes, mtime_ms, exported_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET format = excluded.format, samples = excluded.samples,
       bytes = excluded.bytes, mtime_ms = excluded.mtime_ms, exported_at = excluded.exported_at`,
  ).run(file.path, file.format, file.samples, file.bytes, file.mtimeMs, file.exportedAt);
}
