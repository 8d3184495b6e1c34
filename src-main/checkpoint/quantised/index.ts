/**
 * Weights of a checkpoint in another form (encodings.ts) from a cache that is written once: found and reused
 * when it is whole and belongs to these files, written (or written on) when it does not.
 */
import { mkdir, realpath, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Precision } from '../../../src-shared/contract/models.ts';
import type { QuantisedRef, WeightRef, WeightSource } from '../../graph/weights.ts';
import { BLOCK } from './blocks.ts';
import { cacheFile, ensureCache, isBegun, isPresent, orFileError, removeCache } from './cache.ts';
import { cacheDir } from './cache-dir.ts';
import type { CacheForm } from './encodings.ts';
import type { Measured } from './measured.ts';
import { measuredFile, readMeasured, writeMeasured } from './measured.ts';
import { ALL_FORMS, isRowForm, ROW_FORMS } from './encodings.ts';
import type { QuantisedPlan, QuantisedSource } from './plan.ts';
import { filesOf, planQuantised, quantisedForms } from './plan.ts';
import type { WriteOptions } from './write.ts';
import { writeEncoded } from './write.ts';

export { choiceIn } from './measured.ts';
export { cacheDir } from './cache-dir.ts';
export { ALL_FORMS, CACHE_FORMS } from './encodings.ts';
export type { CacheForm, RowForm } from './encodings.ts';
export type { LayerChoice, Measured, MeasuredLayer } from './measured.ts';
export type { WriteProgress } from './write.ts';

export interface QuantiseOptions extends WriteOptions {
  /** Default: {@link cacheDir}. */
  readonly folder?: string;
  /** Default: int4. */
  readonly form?: CacheForm;
  /** How the layers bear int8, where nobody has found out yet; without it none is looked at closer. */
  readonly measure?: () => Promise<Measured>;
}

/** A checkpoint's weights with linear layers from the cache: quantised ones, or others that `get` gives. */
export interface QuantisedWeights extends WeightSource {
  quantised(name: string): QuantisedRef | undefined;
  readonly file: string;
  readonly bytes: number;
  /** False when the cache was there already. */
  readonly written: boolean;
}

/**
 * The checkpoint's weights, linear layers in the cache's form; writes the cache when it is not there, belongs to other files, or
 * is damaged.
 * @throws FoveaError `no_space`, `read_only`, `io`, `bad_checkpoint`, `missing_tensor`, `unsupported_model` (a weight too
 *   large for float16, by the tensor's name), `conflict` (another process is writing it) or `cancelled`.
 */
export async function openQuantised(
  source: QuantisedSource,
  options: QuantiseOptions = {},
): Promise<QuantisedWeights> {
  const folder = options.folder ?? cacheDir();
  const plan = await planOf(source, options.form ?? 'int4', folder, options.measure);
  const target = quantisedFile(plan, folder);
  const written = await ensureCache(plan, target, writeEncoded, options);
  return weightsOf(source.weights, plan, await realpath(target), written);
}

/**
 * The plan of a cache; int8's follows from what was measured, which is done where it is lacking and somebody can.
 * @throws FoveaError as `planQuantised` and `measure`
 */
async function planOf(
  source: QuantisedSource,
  form: CacheForm,
  folder: string,
  measure?: () => Promise<Measured>,
): Promise<QuantisedPlan> {
  const plan = await planQuantised(source, form);
  if (!isRowForm(form)) return plan;
  const file = measuredFile(quantisedFile({ ...plan, form: 'int8' }, folder));
  const found = measure
    ? await measuredAt(file, plan.source, measure)
    : await readMeasured(file, plan.source);
  return planQuantised(source, form, found);
}

/** What was measured, or is now, which is kept. */
async function measuredAt(file: string, source: string, measure: () => Promise<Measured>): Promise<Measured> {
  const found = await readMeasured(file, source);
  if (found) return found;
  const measured = await measure();
  const folder = dirname(file);
  await orFileError(folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeMeasured(file, source, measured);
  });
  return measured;
}

/**
 * How a checkpoint's layers bear int8: measured where nobody has, and kept, without writing their cache.
 * @throws FoveaError as {@link openQuantised} and `measure`
 */
export async function measuredLayers(
  source: QuantisedSource,
  measure: () => Promise<Measured>,
  folder = cacheDir(),
): Promise<Measured> {
  const plan = await planQuantised(source, 'int8');
  return measuredAt(measuredFile(quantisedFile(plan, folder)), plan.source, measure);
}

/** What was measured of a checkpoint's layers for its int8 cache; null: nothing yet. */
export async function measuredOf(source: QuantisedSource, folder = cacheDir()): Promise<Measured | null> {
  const plan = await planQuantised(source, 'int8');
  return readMeasured(measuredFile(quantisedFile(plan, folder)), plan.source);
}

/**
 * Deletes a checkpoint's caches, finished or not; what was measured goes with the last one that follows from it.
 * @param forms which of them
 * @returns whether there was one
 */
export async function removeQuantised(
  source: QuantisedSource,
  folder = cacheDir(),
  forms: readonly CacheForm[] = ALL_FORMS,
): Promise<boolean> {
  let found = false;
  for (const form of forms) {
    const target = quantisedFile(await planQuantised(source, form), folder);
    found = (await removeCache(target)) || found;
  }
  if (forms.some(isRowForm)) await forgetMeasured(source, folder);
  return found;
}

/** Deletes what was measured, unless a cache follows from it: without it that one would count as another's. */
async function forgetMeasured(source: QuantisedSource, folder: string): Promise<void> {
  const targets = await Promise.all(
    ROW_FORMS.map(async (form) => quantisedFile(await planQuantised(source, form), folder)),
  );
  const begun = await Promise.all(targets.map(isBegun));
  const [first] = targets;
  if (first && !begun.includes(true)) await rm(measuredFile(first), { force: true });
}

/** Where a cache lies, its size, and whether a file of that size is there; its hashes are not checked for this. */
export interface CacheState {
  readonly file: string;
  readonly bytes: number;
  readonly present: boolean;
}

/** @throws FoveaError `missing_tensor` or `bad_checkpoint` */
export async function cacheState(
  source: QuantisedSource,
  form: CacheForm,
  folder = cacheDir(),
): Promise<CacheState> {
  const plan = await planOf(source, form, folder);
  const file = quantisedFile(plan, folder);
  return { file, bytes: plan.size, present: await isPresent(plan, file) };
}

/** Whether every linear layer is stored as float16 already, so that no cache is needed for it. */
export function storedAsHalves(source: QuantisedSource): boolean {
  const { weights } = source;
  return (
    !isAdapted(source) &&
    quantisedForms(source, 'fp16').every(
      ({ name, encoding }) => encoding !== 'F16' || weights.get(name)?.dtype === 'F16',
    )
  );
}

/** Whether an adapter adds to a tensor that runs. */
export function isAdapted(source: QuantisedSource): boolean {
  return quantisedForms(source, 'merged').length > 0;
}

/** The cache that a run at this precision reads; null: the files themselves serve. */
export function cacheFormOf(source: QuantisedSource, precision: Precision): CacheForm | null {
  if (precision === 'as-stored') return isAdapted(source) ? 'merged' : null;
  return precision === 'fp16' && storedAsHalves(source) ? null : precision;
}

/** One cache of a form per place of the weights, so that a new version of a checkpoint takes the place of the old one's. */
function quantisedFile(plan: QuantisedPlan, folder: string): string {
  const files = plan.tensors.flatMap(({ entry }) => filesOf(entry));
  return cacheFile(plan.form, files, folder, firstFile(plan));
}

/** The file that gives a cache its name: an adapter's where there is one, else the checkpoint's first. */
function firstFile({ tensors }: QuantisedPlan): string {
  const added = tensors.find(({ entry }) => entry.plus)?.entry.plus?.left.file;
  return added ?? tensors.map(({ entry }) => entry.file).sort()[0] ?? '';
}

function weightsOf(
  stored: WeightSource,
  plan: QuantisedPlan,
  file: string,
  written: boolean,
): QuantisedWeights {
  const quantised = new Map<string, QuantisedRef>();
  const plain = new Map<string, WeightRef>();
  for (const { entry, encoding, offset, valueBytes, scaleBytes, smoothingBytes } of plan.tensors) {
    const values = { file, offset, length: valueBytes };
    const scales = { file, offset: offset + valueBytes, length: scaleBytes };
    const shape = entry.shape as [number, number];
    if (typeof encoding === 'string') {
      plain.set(entry.name, { ...values, dtype: encoding, shape: entry.shape });
    } else if (typeof encoding === 'object') {
      const factors = { file, offset: scales.offset + scaleBytes, length: smoothingBytes };
      const { smoothing } = encoding;
      quantised.set(entry.name, {
        shape,
        per: 'row',
        digits: encoding.digits,
        values,
        scales,
        ...(smoothing ? { smoothing: { factors, group: smoothing.group } } : {}),
      });
    } else {
      quantised.set(entry.name, { shape, bits: encoding, block: BLOCK, values, scales, products: 'int8' });
    }
  }
  return {
    get: (name) => plain.get(name) ?? stored.get(name),
    quantised: (name) => quantised.get(name),
    names: () => stored.names(),
    file,
    bytes: plan.size,
    written,
  };
}
