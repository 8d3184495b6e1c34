/** Exports the reviewed samples of a project: one snapshot, one file, a report that accounts for every sample. */
import { resolve } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ExportFormat, ExportReport } from '../../src-shared/contract/procedures.ts';
import type { Exporter, ExportOptions } from '../exporters/types.ts';
import { type Project, withSnapshot } from '../store/project.ts';
import { exportSource } from './export-source.ts';

export interface ExportRequest extends ExportOptions {
  readonly format: ExportFormat;
  readonly path: string;
}

/**
 * Accepted and corrected samples (unreviewed ones with the flag, rejected ones never) in the given format. Throws
 * `bad_input` for a format no exporter of the list writes, and what the exporter throws; nothing is left behind then.
 */
export async function exportSamples(
  project: Project,
  { format, path, ...options }: ExportRequest,
  exporters: readonly Exporter[],
): Promise<ExportReport> {
  const started = performance.now();
  const exporter = exporters.find((candidate) => candidate.format === format);
  if (!exporter) {
    const next = `Take one of: ${exporters.map((candidate) => candidate.format).join(', ')}`;
    throw new FoveaError('bad_input', `there is no export format "${format}"`, { next });
  }
  const file = resolve(path);
  const counts = await withSnapshot(project, (db) => exporter.export(exportSource(db), file, options));
  return {
    format,
    path: file,
    done: counts.done,
    failed: 0,
    skipped: { ...counts.skipped },
    notes: { ...counts.notes },
    seconds: (performance.now() - started) / 1000,
  };
}
