/** Exports the reviewed samples of a project: one snapshot, one file, a report that accounts for every sample. */
import { stat } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ExportFormat, ExportReport } from '../../../src-shared/contract/procedures.ts';
import type { Exporter, ExportOptions } from '../../exporters/types.ts';
import { rememberExport } from '../../store/exchange/exported-file.ts';
import { type Project, withSnapshot } from '../../store/file/project.ts';
import { countMarked } from '../../store/pictures/change.ts';
import { exportSource } from './source.ts';
import { allowedTarget, type Replace } from './target.ts';
import { checkInThread } from '../pictures/in-thread.ts';

export interface ExportRequest extends ExportOptions {
  readonly format: ExportFormat;
  readonly path: string;
  readonly replace: Replace;
}

/**
 * Accepted and corrected samples (unreviewed ones with the flag, rejected ones never) in the given format. Throws
 * `bad_input` for a format no exporter of the list writes, what {@link allowedTarget} says of the path, and what the
 * exporter throws; nothing is left behind then.
 */
export async function exportSamples(
  project: Project,
  { format, path, replace, ...options }: ExportRequest,
  exporters: readonly Exporter[],
): Promise<ExportReport> {
  const started = performance.now();
  const exporter = exporters.find((candidate) => candidate.format === format);
  if (!exporter) {
    const next = `Take one of: ${exporters.map((candidate) => candidate.format).join(', ')}`;
    throw new FoveaError('bad_input', `there is no export format "${format}"`, { next });
  }
  if (options.audit && !exporter.audit) {
    const next = `Leave that out, or take one of: ${auditing(exporters).join(', ')}`;
    throw new FoveaError('bad_input', `${format} cannot say what was rejected or decided before`, { next });
  }
  const audit = exporter.audit === 'always' || options.audit === true;
  const allowed = () => allowedTarget(project, path, replace);
  const file = await allowed();
  const picturesUnchecked = await whyUnchecked(project, options.signal);
  // Somebody else may have put a file there while this one was written.
  const counts = await withSnapshot(project, (db) =>
    exporter.export(exportSource(db, project.path, audit), file, { ...options, beforePlacing: allowed }),
  );
  const remembered = await remember(project, file, format, counts.done);
  return {
    format,
    path: file,
    done: counts.done,
    failed: 0,
    skipped: { ...counts.skipped },
    notes: { ...counts.notes },
    runs: { ...counts.runs },
    seconds: (performance.now() - started) / 1000,
    remembered,
    pictures: { ...countMarked(project.db), unchecked: picturesUnchecked },
  };
}

function auditing(exporters: readonly Exporter[]): string[] {
  return exporters.filter(({ audit }) => audit).map(({ format }) => format);
}

/**
 * Looks at the pictures' files, so that no label goes out with a picture that it was not made on. What cannot be looked at
 * goes out as it was last known, and the report says why.
 */
async function whyUnchecked(project: Project, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    await checkInThread(project, false, { signal });
    return null;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (error.code === 'cancelled') throw error;
    return error.message;
  }
}

/** Whether the project could note that the file is its own; the export itself stands either way. */
async function remember(
  project: Project,
  path: string,
  format: ExportFormat,
  samples: number,
): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(path);
    const exportedAt = new Date().toISOString();
    const facts = { path, format, samples, bytes: size, mtimeMs: Math.trunc(mtimeMs), exportedAt };
    rememberExport(project.db, facts);
    return true;
  } catch {
    return false;
  }
}
