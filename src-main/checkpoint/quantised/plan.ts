/**
 * What a cache holds, worked out before a byte of it is written: which tensors in which form, where each
 * lies, and the header that says so. A cache belongs to a checkpoint when its header is, to the byte, the one planned
 * here; the header names the files it was made from by path, size and time of change.
 *
 * The file is safetensors. Linear layers in blocks are `NAME.values` and `NAME.scales`, everything else has its own
 * name, and the last tensor, `fovea.sha256`, has one hash per checkpoint tensor in order. At int4, decoder and RPN
 * layers take 4 bits; the vision tower, the projector and the output head, few beside the decoder and nearer to what is
 * read off, take 8. The embedding table stays in the checkpoint: a run looks up a few of its rows.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { WeightRef, WeightSource } from '../../graph/weights.ts';
import type { DecoderNames } from '../names.ts';
import type { AnyCheckpoint } from '../open.ts';
import { requiredQwenTensors } from '../qwen/required.ts';
import type { RequiredTensor } from '../required.ts';
import { requiredTensors } from '../required.ts';
import type { Bits } from './blocks.ts';
import { BLOCK } from './blocks.ts';
import type { CachedTensor, CachePlan } from './cache-file.ts';
import { layOutCache } from './cache-file.ts';
import type { CacheForm, Encoding, RowForm } from './encodings.ts';
import { bytesOfPart, isRowForm, partsOf } from './encodings.ts';
import type { Measured } from './measured.ts';
import { choiceIn, choicesHash } from './measured.ts';

/** Changes with anything that changes the bytes of a cache. */
const VERSION = 1;
/** Tables of positions are added, not multiplied. */
const TABLE = /position_embedding\.weight$/;

/** A tensor of the checkpoint by its name. */
export type SourceTensor = WeightRef & { readonly name: string };

/** One tensor of the checkpoint and where its form in the cache lies; scales follow the values at once. */
export interface PlannedTensor extends CachedTensor {
  readonly entry: SourceTensor;
  readonly encoding: Encoding;
  /** Bytes of the values, of the scales, and of the factors of its inputs (0 without). */
  readonly valueBytes: number;
  readonly scaleBytes: number;
  readonly smoothingBytes: number;
}

export interface QuantisedPlan extends CachePlan<PlannedTensor> {
  readonly form: CacheForm;
  /** Hash of the files and the places in them that the cache is made from. */
  readonly source: string;
}

/** What planning needs of an opened checkpoint. */
export interface QuantisedSource {
  readonly config: AnyCheckpoint['config'];
  readonly weights: WeightSource;
}

/**
 * @param measured what int8 follows from; without it every linear layer is in plain rows, of two digits at `int8`
 * @throws FoveaError `missing_tensor` when a needed tensor is absent, `bad_checkpoint` when its file is gone.
 */
export async function planQuantised(
  { config, weights }: QuantisedSource,
  form: CacheForm,
  measured: Measured | null = null,
): Promise<QuantisedPlan> {
  const forms = quantisedForms({ config, weights }, form, measured);
  const entries = forms.map(({ name }) => {
    const entry = weights.get(name);
    if (entry) return { ...entry, name };
    throw new FoveaError('missing_tensor', `the checkpoint has no tensor ${name}`);
  });
  const source = await identityOf(entries);
  return layOut(form, entries, (i) => (forms[i] as QuantisedForm).encoding, source, measured);
}

/** A tensor that a cache holds, and how. */
export interface QuantisedForm extends RequiredTensor {
  readonly encoding: Encoding;
}

/** Every tensor that the cache of such a model holds, in the order of the file. */
export function quantisedForms(
  { config, weights }: Pick<QuantisedSource, 'config'> & { readonly weights: Pick<WeightSource, 'get'> },
  form: CacheForm,
  measured: Measured | null = null,
): QuantisedForm[] {
  const { names } = config;
  const required = config.family === 'llava' ? requiredTensors(config) : requiredQwenTensors(config);
  const { tieWordEmbeddings: tied } = config.text;
  const adapted = ({ name }: RequiredTensor): boolean => weights.get(name)?.plus !== undefined;
  if (form === 'merged') return required.filter(adapted).map((tensor) => ({ ...tensor, encoding: 'F32' }));
  return required
    .filter((tensor) => tensor.name !== names.embed || tied || adapted(tensor))
    .map((tensor) => ({ ...tensor, encoding: encodingOf(tensor, names, tied, form, measured) }));
}

function encodingOf(
  { name, shape }: RequiredTensor,
  names: Pick<DecoderNames, 'layers' | 'twigLayers' | 'gateLayers' | 'gateHead' | 'embed'>,
  tied: boolean,
  form: CacheForm,
  measured: Measured | null,
): Encoding {
  // Rows of a table are looked up, which blocks and halves are not made for.
  if (shape.length !== 2 || TABLE.test(name) || (name === names.embed && !tied)) return 'F32';
  // One row, which a decision hangs on.
  if (name.startsWith(`${names.gateHead}.`)) return 'F32';
  // What follows in the file must begin where a float32 may.
  if (isRowForm(form) && (Number(shape[0]) * Number(shape[1])) % 4 !== 0) return 'F32';
  if (isRowForm(form)) {
    return measured
      ? measuredEncoding(name, measured, form)
      : { digits: form === 'int8' ? 2 : 1, smoothing: null };
  }
  return form === 'fp16' ? 'F16' : bitsOf(name, names);
}

/** A layer that nothing ran through is not known to bear it. */
function measuredEncoding(name: string, { layers, factors }: Measured, form: RowForm): Encoding {
  const layer = layers.get(name);
  const choice = layer && choiceIn(layer, form);
  if (!choice || choice === 'small' || choice === 'inexact') return 'F32';
  if (choice === 'digits') return { digits: 2, smoothing: null };
  const { group } = layer;
  const found = choice === 'smoothed' ? factors.get(group) : undefined;
  return { digits: 1, smoothing: found ? { factors: found, group } : null };
}

function bitsOf(name: string, names: Pick<DecoderNames, 'layers' | 'twigLayers' | 'gateLayers'>): Bits {
  return [names.layers, names.twigLayers, names.gateLayers].some((prefix) => name.startsWith(`${prefix}.`))
    ? 4
    : 8;
}

/** Hash of the files and the places in them that the cache is made from. */
async function identityOf(entries: readonly SourceTensor[]): Promise<string> {
  const files = await Promise.all(
    [...new Set(entries.flatMap(filesOf))].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      if (found) return [file, String(found.size), String(found.mtimeNs)];
      throw new FoveaError('bad_checkpoint', 'a file of the checkpoint is gone', { where: file });
    }),
  );
  const places = entries.map(({ name, plus, ...entry }) => [
    name,
    ...placeOf(entry),
    ...(plus ? [plus.scale, plus.transposed, ...placeOf(plus.left), ...placeOf(plus.right)] : []),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([files, places]))
    .digest('hex');
}

const placeOf = ({ dtype, shape, file, offset }: WeightRef): unknown[] => [dtype, shape, file, offset];

/** The files that a tensor's values come from, its own first. */
export function filesOf({ file, plus }: WeightRef): string[] {
  return plus ? [file, plus.left.file, plus.right.file] : [file];
}

const FORMATS = {
  int4: 'fovea-quantised',
  int8: 'fovea-rows',
  'int8-fast': 'fovea-rows',
  fp16: 'fovea-halves',
  merged: 'fovea-merged',
} as const;

function layOut(
  form: CacheForm,
  entries: readonly SourceTensor[],
  encodingFor: (index: number) => Encoding,
  source: string,
  measured: Measured | null,
): QuantisedPlan {
  const version = String(VERSION);
  const format = FORMATS[form];
  const block: Record<string, string> = form === 'int4' ? { block: String(BLOCK) } : {};
  const choices: Record<string, string> =
    measured && isRowForm(form) ? { choices: choicesHash(measured, form) } : {};
  const metadata = { format, version, ...block, source, ...choices };
  const tensors = entries.map((entry, i) => {
    const encoding = encodingFor(i);
    const parts = partsOf(entry.shape, encoding);
    const [valueBytes = 0, scaleBytes = 0, smoothingBytes = 0] = parts.map(bytesOfPart);
    return {
      name: entry.name,
      parts,
      sourceBytes: entry.length,
      entry,
      encoding,
      valueBytes,
      scaleBytes,
      smoothingBytes,
    };
  });
  return { form, source, ...layOutCache(metadata, tensors) };
}
