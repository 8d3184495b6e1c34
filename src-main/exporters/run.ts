/**
 * The walk all exporters share: choose, write or leave out, count, stop when asked to. Every sample is either done or
 * counted under one reason.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import type { Sink } from '../files/atomic-file.ts';
import { writeFolderAtomically } from '../files/atomic-folder.ts';
import type { Folder } from '../files/atomic-folder.ts';
import { isLeft } from './select.ts';
import type { Left } from './select.ts';
import type { ExportCounts, ExportOptions, ExportSample } from './types.ts';

/** What became of one sample: written, or left out for a reason. Notes count changes the format forced. */
export type Written =
  { readonly skip: string } | { readonly skip: null; readonly notes?: Readonly<Record<string, number>> };

/** One format's part: which samples go out, and what is written before, for each of them, and after. */
export interface Writer<Chosen extends object, To = Sink> {
  readonly choose: (sample: ExportSample, options: ExportOptions) => Chosen | Left;
  begin(to: To): Promise<void>;
  sample(to: To, chosen: Chosen): Promise<Written>;
  end(to: To): Promise<void>;
}

export type Samples = AsyncIterable<ExportSample> | Iterable<ExportSample>;

/** Writes `path` whole or not at all. Throws as {@link writeAtomically}, and `cancelled` when the signal says so. */
export async function runExport<Chosen extends object>(
  samples: Samples,
  path: string,
  options: ExportOptions,
  writer: Writer<Chosen>,
): Promise<ExportCounts> {
  return writeAtomically(path, (sink) => walk(samples, path, options, writer, sink), options.beforePlacing);
}

/** Writes the folder `path` whole or not at all. Throws as {@link runExport}. */
export async function runFolderExport<Chosen extends object>(
  samples: Samples,
  path: string,
  options: ExportOptions,
  writer: Writer<Chosen, Folder>,
): Promise<ExportCounts> {
  return writeFolderAtomically(
    path,
    (folder) => walk(samples, path, options, writer, folder),
    options.beforePlacing,
  );
}

async function walk<Chosen extends object, To>(
  samples: Samples,
  path: string,
  options: ExportOptions,
  writer: Writer<Chosen, To>,
  to: To,
): Promise<ExportCounts> {
  let done = 0;
  let seen = 0;
  const skipped: Record<string, number> = {};
  const notes: Record<string, number> = {};
  const runs: Record<string, number> = {};
  await writer.begin(to);
  for await (const sample of samples) {
    if (options.signal?.aborted) {
      throw new FoveaError('cancelled', 'the export was cancelled', {
        where: path,
        next: 'Start it again',
      });
    }
    const chosen = writer.choose(sample, options);
    const result: Written = isLeft(chosen) ? { skip: chosen.reason } : await writer.sample(to, chosen);
    if (result.skip !== null) {
      skipped[result.skip] = (skipped[result.skip] ?? 0) + 1;
    } else {
      done++;
      if (sample.run) runs[sample.run.id] = (runs[sample.run.id] ?? 0) + 1;
      for (const [kind, n] of Object.entries(result.notes ?? {}))
        if (n > 0) notes[kind] = (notes[kind] ?? 0) + n;
    }
    options.onProgress?.(++seen);
  }
  await writer.end(to);
  return { done, skipped, notes, runs };
}
