/** Writes the cache of a checkpoint's weights with a bar: what `fovea model quantise` and `fovea label --precision` do. */
import { openFolders, type AnyCheckpoint } from '../checkpoint/open.ts';
import type { AnyForm } from '../checkpoint/cached.ts';
import { cachedState, formOf, openCached } from '../checkpoint/cached.ts';
import type { RowForm, WriteProgress } from '../checkpoint/quantised/index.ts';
import type { ModelRef } from '../engine/protocol.ts';
import { withEngine } from './engine.ts';
import { Progress, type ProgressStream } from './progress.ts';

const MEGABYTE = 1e6;

const WORDS: Readonly<Record<AnyForm, string>> = {
  int4: 'Quantising (MB)',
  int8: 'Quantising to int8 (MB)',
  'int8-fast': 'Quantising to int8 (MB)',
  fp16: 'Rounding to float16 (MB)',
  merged: 'Merging the adapter (MB)',
  packed: 'Laying out packed weights (MB)',
};

export interface Quantised {
  readonly form: AnyForm;
  readonly file: string;
  readonly bytes: number;
  /** False when it was there already. */
  readonly written: boolean;
  /** Megabytes of the checkpoint that this run read, and tensors that an interrupted one had finished. */
  readonly readMB: number;
  readonly kept: number;
  readonly seconds: number;
}

/**
 * @returns null when the weights come straight from the checkpoint's files
 * @throws FoveaError of the checkpoint, and what `openCached` throws
 */
export async function quantiseWithProgress(
  { precision = 'as-stored', ...folders }: Pick<ModelRef, 'dir' | 'rpnDir' | 'adapterDir' | 'precision'>,
  stderr: ProgressStream,
  signal: AbortSignal,
): Promise<Quantised | null> {
  const start = performance.now();
  const checkpoint = await openFolders(folders);
  const form = formOf(checkpoint, precision);
  if (form === null) return null;
  const progress = new Progress(WORDS[form], stderr);
  let first: number | null = null;
  let last = { done: 0, kept: 0 };
  try {
    const onProgress = ({
      done,
      total,
      kept = 0,
    }: Omit<WriteProgress, 'kept'> & Partial<WriteProgress>): void => {
      first ??= done;
      last = { done, kept };
      const rate = (done - first) / (performance.now() - start) / 1e-3;
      progress.update({
        total: Math.ceil(total / MEGABYTE),
        done: Math.ceil(done / MEGABYTE),
        failed: 0,
        rate: rate > 0 ? rate / MEGABYTE : null,
        etaSeconds: rate > 0 ? (total - done) / rate : null,
      });
    };
    const cache =
      form === 'int8' || form === 'int8-fast'
        ? await inEngine(checkpoint, folders, form, { signal, onProgress })
        : await openCached(checkpoint, precision, { signal, onProgress });
    const { file = null, bytes = 0, written = false } = cache ?? {};
    if (file === null) return null;
    const readMB = (last.done - (first ?? 0)) / MEGABYTE;
    const seconds = (performance.now() - start) / 1000;
    return { form, file, bytes, written, readMB, kept: last.kept, seconds };
  } finally {
    progress.end();
  }
}

/** int8 is measured on the model as it runs, which is the engine's work; it writes the cache at once. */
async function inEngine(
  checkpoint: AnyCheckpoint,
  folders: Omit<ModelRef, 'device' | 'precision'>,
  form: RowForm,
  {
    signal,
    onProgress,
  }: { signal: AbortSignal; onProgress: (progress: { done: number; total: number }) => void },
): Promise<{ file: string; bytes: number; written: boolean } | null> {
  const before = await cachedState(checkpoint, form);
  const ref = { ...folders, device: 'cpu', precision: form } as const;
  await withEngine((engine) => engine.modelInfo(ref, signal, onProgress));
  const after = await cachedState(checkpoint, form);
  return after && { file: after.file, bytes: after.bytes, written: !before?.present };
}
