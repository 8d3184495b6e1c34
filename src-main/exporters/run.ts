/**
 * The walk all exporters share: choose, write or leave out, count, stop when asked to. Every sample is either done or
 * counted under one reason.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import type { Sink } from '../files/atomic-file.ts';
import { isLeft } from './select.ts';
import type { Left } from './select.ts';
import type { ExportCounts, ExportOptions, ExportSample } from './types.ts';

/** What became of one sample: written, or left out for a reason. Notes count changes the format forced. */
export type Written =
  { readonly skip: string } | { readonly skip: null; readonly notes?: Readonly<Record<string, number>> };

/** One format's part: which samples go out, and what is written before, for each of them, and after. */
export interface Writer<Chosen extends object> {
  readonly choose: (sample: ExportSample, options: ExportOptions) => Chosen | Left;
  begin(sink: Sink): Promise<void>;
  sample(sink: Sink, chosen: Chosen): Promise<Written>;
  end(sink: Sink): Promise<void>;
}

/** Writes `path` whole or not at all. Throws as {@link writeAtomically}, and `cancelled` when the signal says so. */
export async function runExport<Chosen extends object>(
  samples: AsyncIterable<ExportSample> | Iterable<ExportSample>,
  path: string,
  options: ExportOptions,
  writer: Writer<Chosen>,
): Promise<ExportCounts> {
  const fill = async (sink: Sink): Promise<ExportCounts> => {
    let done = 0;
    let seen = 0;
    const skipped: Record<string, number> = {};
    const notes: Record<string, number> = {};
    const runs: Record<string, number> = {};
    await writer.begin(sink);
    for await (const sample of samples) {
      if (options.signal?.aborted) {
        throw new FoveaError('cancelled', 'the export was cancelled', {
          where: path,
          next: 'Start it again',
        });
      }
      const chosen = writer.choose(sample, options);
      const result: Written = isLeft(chosen) ? { skip: chosen.reason } : await writer.sample(sink, chosen);
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
    await writer.end(sink);
    return { done, skipped, notes, runs };
  };
  return writeAtomically(path, fill, options.beforePlacing);
}
