/**
 * How each linear layer of a checkpoint bears products of whole numbers, measured once on the checkpoint itself
 * (runtime/int8) and kept beside its int8 cache: errors, what was chosen, and the factors that even out channels far larger than
 * the others. A cache follows from it, so a file that is not right is measured anew, never read in part.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readPlain } from '../../files/plain-file.ts';
import { floatTensor, writeSafetensors } from '../files/safetensors-writer.ts';
import type { RowForm } from './encodings.ts';
import { readSafetensorsHeader, readSafetensorsMetadata } from '../files/safetensors.ts';

/** Changes with anything that measures or chooses otherwise. */
const VERSION = '2';
const FORMAT = 'fovea-measured';
/** Some tens of the largest model's factors. */
const MAX_BYTES = 512e6;

/**
 * `rows` and `smoothed`: one digit of 8 bits; `digits`: two of them, because one is off by too much; `small`: float32, which is
 * as fast at its size; `inexact`: float32, because what comes out is not finite.
 */
const choiceSchema = z.enum(['rows', 'smoothed', 'digits', 'small', 'inexact']);
export type LayerChoice = z.infer<typeof choiceSchema>;

const layerSchema = z.object({
  /** Relative error of the layer's outputs by plain rows: the mean over rows of |difference|² ÷ |output|², its root. */
  plain: z.number().nonnegative(),
  /** The same with smoothed inputs; null: not tried. */
  smoothed: z.number().nonnegative().nullable(),
  /** What it is in the whole model, where what all layers are off by adds up. */
  choice: choiceSchema,
  /** What it would be by its own error. */
  alone: choiceSchema,
  /** Layers that read the same inputs. */
  group: z.string(),
});
export type MeasuredLayer = z.infer<typeof layerSchema>;

export interface Measured {
  /** By the name of the layer's weights. */
  readonly layers: ReadonlyMap<string, MeasuredLayer>;
  /** By group: what each input is multiplied by, `[K]`, finite and above 0. */
  readonly factors: ReadonlyMap<string, Float32Array>;
}

/** Where it lies. */
export const measuredFile = (cache: string): string => `${cache}.measured`;

/**
 * What was measured of these files; null: nothing, of others, or a file that is not right.
 * @param source what the cache is made from (plan.ts)
 */
export async function readMeasured(file: string, source: string): Promise<Measured | null> {
  try {
    const header = await readSafetensorsHeader(file);
    const metadata = await readSafetensorsMetadata(file);
    if (metadata['format'] !== FORMAT || metadata['version'] !== VERSION || metadata['source'] !== source)
      return null;
    const layers = z.record(z.string(), layerSchema).parse(JSON.parse(metadata['layers'] ?? ''));
    const bytes = await readPlain(file, { code: 'bad_checkpoint', next: '', maxBytes: MAX_BYTES });
    const factors = new Map<string, Float32Array>();
    for (const { name, dtype, offset, length } of header.values()) {
      const values = new Float32Array(Uint8Array.prototype.slice.call(bytes, offset, offset + length).buffer);
      if (dtype !== 'F32' || !values.every((factor) => factor > 0 && factor < Infinity)) return null;
      factors.set(name, values);
    }
    const all = new Map(Object.entries(layers));
    const complete = [...all.values()].every(
      ({ choice, alone, group }) => ![choice, alone].includes('smoothed') || factors.has(group),
    );
    return complete ? { layers: all, factors } : null;
  } catch (error) {
    if (error instanceof FoveaError || error instanceof SyntaxError || error instanceof z.ZodError)
      return null;
    throw error;
  }
}

/** @throws FoveaError as `writeAtomically` */
export async function writeMeasured(file: string, source: string, measured: Measured): Promise<void> {
  const layers = JSON.stringify(Object.fromEntries(measured.layers));
  await writeSafetensors(
    file,
    [...measured.factors].map(([name, values]) => floatTensor(name, [values.length], values)),
    { format: FORMAT, version: VERSION, source, layers },
  );
}

/** What a layer is in a cache of this form. */
export const choiceIn = ({ choice, alone }: MeasuredLayer, form: RowForm): LayerChoice =>
  form === 'int8' ? choice : alone;

/** Hash of what decides the bytes of a cache. */
export function choicesHash({ layers, factors }: Measured, form: RowForm): string {
  const hash = createHash('sha256');
  for (const [name, layer] of [...layers].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([name, choiceIn(layer, form), layer.group]));
  for (const [group, values] of [...factors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(group).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}
