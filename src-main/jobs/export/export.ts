/** Exports the samples of a project: one snapshot, one file or folder, a report that accounts for every sample. */
import {
  EXPORT_FORMATS,
  exportChoicesSchema,
  type ExportChoices,
  type ExportFormat,
} from '../../../src-shared/contract/export-formats.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ExportReport } from '../../../src-shared/contract/procedures.ts';
import { openPicture } from '../../checkpoint/image/picture-file.ts';
import type { Exporter, ExportOptions, ExportSample } from '../../exporters/types.ts';
import { rememberExport } from '../../store/exchange/exported-file.ts';
import { type Project, withSnapshot } from '../../store/file/project.ts';
import { countMarked } from '../../store/pictures/change.ts';
import type { ReadableDb } from '../../store/db.ts';
import { splitsOf } from './plan.ts';
import { exportSource } from './source.ts';
import { allowedTarget, factsOf, type Replace } from './target.ts';
import { checkInThread } from '../pictures/in-thread.ts';

/** What is not said of the choices is as their schema has it. */
export interface ExportRequest
  extends Partial<Omit<ExportChoices, 'includeUnreviewed'>>, Pick<ExportOptions, 'signal' | 'onProgress'> {
  readonly includeUnreviewed: boolean;
  /** What goes out in place of what is there now: samples as they were, all of which go out. */
  readonly frozen?: (db: ReadableDb) => Iterable<ExportSample>;
  readonly format: ExportFormat;
  readonly path: string;
  readonly replace: Replace;
}

/**
 * Accepted and corrected samples (unreviewed ones with the flag, rejected ones only in an account of the audit) in the given
 * format. Throws `bad_input` for a format no exporter of the list writes and for what it cannot do, what {@link allowedTarget}
 * says of the path, and what the exporter throws; nothing is left behind then.
 */
export async function exportSamples(
  project: Project,
  { format, path, replace, signal, onProgress, frozen, ...asked }: ExportRequest,
  exporters: readonly Exporter[],
): Promise<ExportReport> {
  const started = performance.now();
  const exporter = exporters.find((candidate) => candidate.format === format);
  if (!exporter) {
    const next = `Take one of: ${exporters.map((candidate) => candidate.format).join(', ')}`;
    throw new FoveaError('bad_input', `there is no export format "${format}"`, { next });
  }
  const choices = exportChoicesSchema.parse(asked);
  const options = optionsOf(format, frozen ? { ...choices, includeUnreviewed: true } : choices);
  if (frozen && options.audit) {
    throw new FoveaError('bad_input', 'an account of the audit is of what is there now, not of a version', {
      next: 'Leave the version out, or take another format',
    });
  }
  const allowed = () => allowedTarget(project, path, format, replace);
  const place = await allowed();
  const picturesUnchecked = await whyUnchecked(project, choices.splits !== null, signal);
  // Somebody else may have put something there while this was written.
  const counts = await withSnapshot(project, (db) =>
    exporter.export(frozen ? frozen(db) : samplesOf(db, project.path, choices, options), place, {
      ...options,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      beforePlacing: allowed,
    }),
  );
  const remembered = await remember(project, place, format, counts.done);
  return {
    format,
    path: place,
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

function samplesOf(
  db: ReadableDb,
  projectPath: string,
  choices: ExportChoices,
  { audit = false }: ExportOptions,
): Iterable<ExportSample> {
  const splits = splitsOf(db, { ...choices, audit });
  return exportSource(db, projectPath, { trail: audit, scope: choices.scope, sort: choices.sort, splits });
}

/** Throws `bad_input` for what the format cannot do. */
function optionsOf(format: ExportFormat, choices: ExportChoices): ExportOptions {
  const facts = EXPORT_FORMATS[format];
  const { includeUnreviewed, licence, shardMegabytes } = choices;
  if (choices.audit && facts.audit === 'never') {
    throw cannot(format, 'say what was rejected or decided before', ({ audit }) => audit !== 'never');
  }
  const pictures = choices.pictures ?? facts.pictures[0];
  if (!facts.pictures.includes(pictures)) {
    const what = {
      with: 'take pictures along',
      linked: 'link to pictures',
      named: 'do without its pictures',
    }[pictures];
    throw cannot(format, what, (other) => other.pictures.includes(pictures));
  }
  const shape = choices.shape ?? facts.shapes[0];
  if (shape !== undefined && !facts.shapes.includes(shape)) {
    throw cannot(format, `say a region as ${shape}`, (other) => other.shapes.includes(shape));
  }
  const { maskValues, maskIgnore } = choices;
  const audit = facts.audit === 'always' || choices.audit;
  return {
    includeUnreviewed,
    audit,
    pictures,
    licence,
    ...(shape && { shape }),
    maskValues,
    maskIgnore,
    orientationOf: async (path) => (await openPicture(path)).orientation,
    shardBytes: shardMegabytes * 1e6,
  };
}

function cannot(
  format: ExportFormat,
  what: string,
  can: (facts: (typeof EXPORT_FORMATS)[ExportFormat]) => boolean,
): FoveaError {
  const others = Object.entries(EXPORT_FORMATS).filter(([, facts]) => can(facts));
  const next = `Leave that out, or take one of: ${others.map(([name]) => name).join(', ')}`;
  return new FoveaError('bad_input', `${format} cannot ${what}`, { next });
}

/**
 * Looks at the pictures' files, so that no label goes out with a picture that it was not made on. What cannot be looked at
 * goes out as it was last known, and the report says why.
 * @param fingerprint also take the hashes that are not known yet: pictures with the same bytes share their split
 */
async function whyUnchecked(
  project: Project,
  fingerprint: boolean,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  try {
    await checkInThread(project, fingerprint && !project.readOnly, { signal });
    return null;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    if (error.code === 'cancelled') throw error;
    return error.message;
  }
}

/** Whether the project could note that the file or folder is its own; the export itself stands either way. */
async function remember(
  project: Project,
  path: string,
  format: ExportFormat,
  samples: number,
): Promise<boolean> {
  try {
    const facts = await factsOf(path);
    if (!facts) return false;
    rememberExport(project.db, { path, format, samples, ...facts, exportedAt: new Date().toISOString() });
    return true;
  } catch {
    return false;
  }
}
