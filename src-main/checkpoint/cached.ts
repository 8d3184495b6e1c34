/**
 * The caches of a checkpoint, of whatever kind: quantised, rounded and merged ones (`quantised/`), and the layers of a packed
 * checkpoint laid out anew (`packed/`).
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Precision } from '../../src-shared/contract/models.ts';
import type { QuantisedRef, WeightSource } from '../graph/weights.ts';
import { hasInt8Products } from './packed/bytes.ts';
import { openPacked, packedCacheState, removePacked } from './packed/index.ts';
import type { PackedCheckpoint, Packing } from './packed/index.ts';
import type { CacheForm, CacheState, QuantiseOptions } from './quantised/index.ts';
import { cacheFormOf, cacheState, openQuantised, removeQuantised } from './quantised/index.ts';
import type { QuantisedSource } from './quantised/plan.ts';

/** What caches are made from: an opened checkpoint, or parts of one. */
export interface CachedSource extends QuantisedSource {
  readonly weights: WeightSource & { readonly packing?: Packing | null };
}

/** Weights that come from a cache, or partly. */
export interface CachedWeights extends WeightSource {
  quantised(name: string): QuantisedRef | undefined;
  /** Null: no file was needed. */
  readonly file: string | null;
  readonly bytes: number;
  readonly written: boolean;
}

/** Every kind of cache. */
export type AnyForm = CacheForm | 'packed';

/**
 * The cache that a run at this precision reads; null: the files themselves serve. `packed` may turn out to need no file.
 * At int4, layers of AWQ and GPTQ keep their 4 bits and are multiplied as int8.
 * @throws FoveaError `unsupported_model` for what cannot be had of packed weights
 */
export function formOf(source: CachedSource, precision: Precision): AnyForm | null {
  const { packing } = source.weights;
  if (!packing) return cacheFormOf(source, precision);
  if (precision === 'as-stored' || (precision === 'int4' && hasInt8Products(packing))) return 'packed';
  throw new FoveaError(
    'unsupported_model',
    `weights packed as ${packing.label} cannot be run at ${precision}`,
    { next: 'Run them as stored (--precision as-stored), or take the 16-bit checkpoint they were made from' },
  );
}

/**
 * The weights that a run at this precision reads; null: the checkpoint's own.
 * @throws FoveaError as {@link formOf}, `openQuantised` and `openPacked`
 */
export async function openCached(
  source: CachedSource,
  precision: Precision,
  options: Omit<QuantiseOptions, 'form'> = {},
): Promise<CachedWeights | null> {
  const form = formOf(source, precision);
  if (form === null) return null;
  if (form !== 'packed') return openQuantised(source, { ...options, form });
  return openPacked(packedOf(source), { ...options, products: precision === 'int4' ? 'int8' : 'float32' });
}

/** Where a cache lies and whether it is there; null: none is needed. */
export async function cachedState(
  source: CachedSource,
  form: AnyForm,
  folder?: string,
): Promise<CacheState | null> {
  return form === 'packed' ? packedCacheState(packedOf(source), folder) : cacheState(source, form, folder);
}

/**
 * Deletes a checkpoint's caches, finished or not.
 * @param forms which of them; default: all
 * @returns whether there was one
 */
export async function removeCached(
  source: CachedSource,
  folder?: string,
  forms?: readonly CacheForm[],
): Promise<boolean> {
  if (source.weights.packing) return removePacked(packedOf(source), folder);
  return removeQuantised(source, folder, forms);
}

function packedOf({ config, weights }: CachedSource): PackedCheckpoint {
  const { packing } = weights;
  if (!packing) throw new FoveaError('internal', 'the checkpoint is not packed');
  return { config, weights, packing };
}
