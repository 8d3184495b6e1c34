/**
 * Features of many samples, kept before they are read. Where the budget holds all of them that is done once; else window by
 * window, each of as many samples as half the budget holds, so that reading one never takes away the next.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import { decodeFeatures } from '../../features/codec.ts';
import type { FeatureKey } from '../../features/key.ts';
import type { FeatureRows } from '../../features/rows.ts';
import type { Project } from '../../store/file/project.ts';
import { FATAL } from '../lease/fatal.ts';
import { type Computing, computeFeatures, placeOf } from './compute.ts';
import { type FeatureSource, ProjectFeatures } from './project-features.ts';

export interface EnsureProgress {
  /** Samples whose features are there, were computed for that, or cannot be had. */
  readonly done: number;
  readonly computed: number;
  readonly failed: number;
  readonly total: number;
}

export interface EnsureHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EnsureProgress) => void) | undefined;
  /** Room for kept features; absent: what was said last, or 20 GB. */
  readonly budgetBytes?: number | undefined;
}

/** Samples that can be read now. */
export interface FeatureWindow {
  /** In the order they were given in, without those that failed. */
  readonly samples: readonly number[];
  readonly failed: readonly { readonly sampleId: number; readonly reason: string }[];
  /** The rows of one of them, computed again where they are gone. Errors as `computeFeatures` */
  read(sampleId: number): Promise<FeatureRows>;
  /** The same as bytes, for the engine. */
  encoded(sampleId: number): Promise<Uint8Array>;
}

/** A sample on its way into a window. */
interface Placed {
  readonly sampleId: number;
  readonly imageId: number;
  readonly key: FeatureKey;
  /** Null: not kept yet. */
  readonly bytes: number | null;
  /** It was computed just now. */
  readonly made?: boolean;
}

/**
 * Computes what is missing and gives the samples window by window, in the order given. A window's features are there before
 * it is given, and stay while it is read (ask for the next one after that).
 * @throws FoveaError what is wrong for every sample (`bad_checkpoint`, `no_space`, …), `cancelled`, `bad_input` where the budget
 *   does not hold one sample; what is wrong for one is in `failed`
 */
export async function* ensureFeatures(
  project: Project,
  engine: Engine,
  source: FeatureSource,
  samples: readonly number[],
  { signal, onProgress, budgetBytes }: EnsureHooks = {},
): AsyncGenerator<FeatureWindow, void, undefined> {
  const features = await ProjectFeatures.open(project, source, budgetBytes);
  const computing: Computing = { project, engine, features, signal, deathsInARow: 0 };
  const counts = { done: 0, computed: 0, failed: 0, total: samples.length };
  const tell = (more: Partial<typeof counts>): void => onProgress?.({ ...Object.assign(counts, more) });
  const known = await features.kept();
  let mean = known.count > 0 ? known.bytes / known.count : null;
  const room = features.store.budgetBytes / 2;

  for (let at = 0; at < samples.length;) {
    const chosen: Placed[] = [];
    const failed: { sampleId: number; reason: string }[] = [];
    const failing = (sampleId: number, thrown: unknown): void => {
      failed.push({ sampleId, reason: reasonOf(thrown, computing) });
      tell({ done: counts.done + 1, failed: counts.failed + 1 });
    };
    for (let bytes = 0; at < samples.length; at++) {
      refuseAborted(signal);
      const sampleId = samples[at]!;
      try {
        const placed = await look(computing, sampleId, mean);
        mean ??= placed.bytes;
        const size = placed.bytes ?? mean ?? 0;
        if (chosen.length > 0 && bytes + size > room) break;
        refuseTooSmall(size, features.store.budgetBytes);
        bytes += size;
        chosen.push(placed);
      } catch (thrown) {
        failing(sampleId, thrown);
      }
    }
    const missing = chosen.filter(({ bytes }) => bytes === null);
    const made = chosen.filter((one) => one.made).length;
    tell({ done: counts.done + chosen.length - missing.length, computed: counts.computed + made });
    // Questions on one picture come one after the other.
    missing.sort((a, b) => a.imageId - b.imageId || a.sampleId - b.sampleId);
    const without = new Set<number>();
    for (const { sampleId } of missing) {
      refuseAborted(signal);
      try {
        await computeFeatures(computing, sampleId);
        tell({ done: counts.done + 1, computed: counts.computed + 1 });
      } catch (thrown) {
        failing(sampleId, thrown);
        without.add(sampleId);
      }
    }
    yield windowOf(
      computing,
      chosen.filter(({ sampleId }) => !without.has(sampleId)),
      failed,
    );
  }
}

function windowOf(
  computing: Computing,
  placed: readonly Placed[],
  failed: FeatureWindow['failed'],
): FeatureWindow {
  const { store } = computing.features;
  const keys = new Map(placed.map(({ sampleId, key }) => [sampleId, key]));
  const keyOf = (sampleId: number): FeatureKey => {
    const key = keys.get(sampleId);
    if (key) return key;
    throw new FoveaError('internal', `sample ${sampleId} is not in this window`);
  };
  return {
    samples: placed.map(({ sampleId }) => sampleId),
    failed,
    read: async (sampleId) =>
      (await store.get(keyOf(sampleId))) ?? decodeFeatures(await computeFeatures(computing, sampleId)),
    encoded: async (sampleId) =>
      (await store.encoded(keyOf(sampleId))) ?? (await computeFeatures(computing, sampleId)),
  };
}

/** Where a sample's features lie and how large they are; the first of all is computed, to know how large they will be. */
async function look(computing: Computing, sampleId: number, mean: number | null): Promise<Placed> {
  const place = await placeOf(computing, sampleId);
  const bytes = await computing.features.store.bytesOf(place.key);
  if (bytes !== null || mean !== null) return { sampleId, ...place, bytes };
  const made = await computeFeatures(computing, sampleId);
  return { sampleId, ...place, bytes: made.length, made: true };
}

/** Why one sample is left out; throws what is no sample's fault: a mistake of ours, an engine that only dies, the disk. */
function reasonOf(thrown: unknown, { features, signal }: Computing): string {
  const error = FoveaError.from(thrown);
  const ofDisk = error.where?.startsWith(features.store.folder) ?? false;
  if (FATAL.has(error.code) || error.code === 'internal' || ofDisk || signal?.aborted) throw error;
  return error.toLine();
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FoveaError('cancelled', 'stopped; the features that were computed are kept');
}

function refuseTooSmall(bytes: number, budgetBytes: number): void {
  if (bytes <= budgetBytes) return;
  const megabytes = (n: number): string => `${(n / 1e6).toFixed(1)} MB`;
  throw new FoveaError(
    'no_space',
    `the features of one sample take ${megabytes(bytes)}, all of them may take ${megabytes(budgetBytes)}`,
    {
      next: 'Give them more room: --keep-features=GB',
    },
  );
}
