/**
 * What a quantised cache holds, worked out before a byte of it is written: which tensors in which form, where each
 * lies, and the header that says so. A cache belongs to a checkpoint when its header is, to the byte, the one planned
 * here; the header names the files it was made from by path, size and time of change.
 *
 * The file is safetensors. Linear layers are `NAME.values` and `NAME.scales`, everything else is float32 under its own
 * name, and the last tensor, `fovea.sha256`, has one hash per checkpoint tensor in order. Decoder and RPN layers take
 * 4 bits; the vision tower, the projector and the output head, few beside the decoder and nearer to what is read off,
 * take 8. The embedding table stays in the checkpoint: a run looks up a few of its rows.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { WeightRef, WeightSource } from '../../graph/weights.ts';
import type { AnyCheckpoint } from '../open.ts';
import { qwenNames, requiredQwenTensors } from '../qwen/required.ts';
import type { RequiredTensor, TensorNames } from '../required.ts';
import { requiredTensors, tensorNames } from '../required.ts';
import type { Bits } from './blocks.ts';
import { BLOCK, blocksOf } from './blocks.ts';

/** Changes with anything that changes the bytes of a cache. */
const VERSION = 1;
const ALIGNMENT = 64;
const HASH_BYTES = 32;
/** Tables of positions are added, not multiplied. */
const TABLE = /position_embedding\.weight$/;

/** A tensor of the checkpoint by its name. */
export type SourceTensor = WeightRef & { readonly name: string };

/** One tensor of the checkpoint and where its form in the cache lies; `bits` null: as float32. */
export interface PlannedTensor {
  readonly entry: SourceTensor;
  readonly bits: Bits | null;
  /** From the start of the cache file; scales follow the values at once. */
  readonly offset: number;
  /** Bytes of the values, and of the scales (0 without). */
  readonly valueBytes: number;
  readonly scaleBytes: number;
}

export interface QuantisedPlan {
  readonly tensors: readonly PlannedTensor[];
  /** Length field and JSON, as they open the file. */
  readonly header: Buffer;
  /** Where the hashes start; they end the file. */
  readonly hashOffset: number;
  readonly size: number;
  /** Bytes that are read of the checkpoint. */
  readonly sourceBytes: number;
}

/** What planning needs of an opened checkpoint. */
export interface QuantisedSource {
  readonly config: AnyCheckpoint['config'];
  readonly weights: WeightSource;
}

/** @throws FoveaError `missing_tensor` when a needed tensor is absent, `bad_checkpoint` when its file is gone. */
export async function planQuantised({ config, weights }: QuantisedSource): Promise<QuantisedPlan> {
  const forms = quantisedForms(config);
  const entries = forms.map(({ name }) => {
    const entry = weights.get(name);
    if (entry) return { ...entry, name };
    throw new FoveaError('missing_tensor', `the checkpoint has no tensor ${name}`);
  });
  return layOut(entries, (i) => (forms[i] as QuantisedForm).bits, await identityOf(entries));
}

/** A tensor that a cache holds, and in how many bits; null: as float32. */
export interface QuantisedForm extends RequiredTensor {
  readonly bits: Bits | null;
}

/** Every tensor that the cache of such a model holds, in the order of the file. */
export function quantisedForms(config: QuantisedSource['config']): QuantisedForm[] {
  const [required, names] =
    config.family === 'llava'
      ? [requiredTensors(config), tensorNames(config.layout)]
      : [requiredQwenTensors(config), qwenNames(config.layout)];
  const { tieWordEmbeddings: tied } = config.text;
  return required
    .filter(({ name }) => name !== names.embed || tied)
    .map((tensor) => ({ ...tensor, bits: bitsOf(tensor, names) }));
}

/** In how many bits a tensor is kept; null: as float32. */
function bitsOf(
  { name, shape }: RequiredTensor,
  names: Pick<TensorNames, 'layers' | 'twigLayers'>,
): Bits | null {
  if (shape.length !== 2 || TABLE.test(name)) return null;
  return [names.layers, names.twigLayers].some((prefix) => name.startsWith(`${prefix}.`)) ? 4 : 8;
}

/** Hash of the files and the places in them that the cache is made from. */
async function identityOf(entries: readonly SourceTensor[]): Promise<string> {
  const files = await Promise.all(
    [...new Set(entries.map(({ file }) => file))].map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => null);
      if (found) return [file, String(found.size), String(found.mtimeNs)];
      throw new FoveaError('bad_checkpoint', 'a file of the checkpoint is gone', { where: file });
    }),
  );
  const places = entries.map(({ name, dtype, shape, file, offset }) => [name, dtype, shape, file, offset]);
  return createHash('sha256')
    .update(JSON.stringify([files, places]))
    .digest('hex');
}

function layOut(
  entries: readonly SourceTensor[],
  bitsFor: (index: number) => Bits | null,
  source: string,
): QuantisedPlan {
  const metadata = { format: 'fovea-quantised', version: String(VERSION), block: String(BLOCK), source };
  const stated: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  const state = (name: string, dtype: 'U8' | 'F32', shape: readonly number[]): number => {
    const bytes = shape.reduce((a, b) => a * b, dtype === 'F32' ? 4 : 1);
    stated[name] = { dtype, shape, data_offsets: [end, end + bytes] };
    end += bytes;
    return bytes;
  };
  const placed = entries.map((entry, i) => {
    const { name, shape } = entry;
    const bits = bitsFor(i);
    const offset = end;
    if (bits === null) return { entry, bits, offset, valueBytes: state(name, 'F32', shape), scaleBytes: 0 };
    const [n, k] = shape as [number, number];
    const valueBytes = state(`${name}.values`, 'U8', [n, blocksOf(k), (BLOCK * bits) / 8]);
    return { entry, bits, offset, valueBytes, scaleBytes: state(`${name}.scales`, 'F32', [n * blocksOf(k)]) };
  });
  const hashes = end;
  state('fovea.sha256', 'U8', [entries.length, HASH_BYTES]);
  const header = encodeHeader(stated);
  return {
    tensors: placed.map((tensor) => ({ ...tensor, offset: header.length + tensor.offset })),
    header,
    hashOffset: header.length + hashes,
    size: header.length + end,
    sourceBytes: entries.reduce((sum, { length }) => sum + length, 0),
  };
}

/** Padded with spaces, as the format allows, so that the data is aligned. */
function encodeHeader(stated: Record<string, unknown>): Buffer {
  const json = Buffer.from(JSON.stringify(stated));
  const length = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(length, ' ');
  header.writeBigUInt64LE(BigInt(length - 8));
  json.copy(header, 8);
  return header;
}
