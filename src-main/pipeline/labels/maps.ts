/**
 * Attention rows to the maps of a prediction. Maps are quantised to float16 here, before anything is decided on them:
 * stored maps must re-derive stored labels (METHOD §2).
 */
import type { HeadSet, Preset } from '../../../src-shared/contract/preset.ts';
import { attentionMap, headMap } from '../../../src-shared/kernels/attention.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { denoiseByRule } from '../../../src-shared/kernels/labels/rule.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { TappedRows } from '../ports.ts';

/** A map as stored (float16 bits) and as computed with (the same values in float32), `[H*W]`. */
export interface QuantisedMap {
  readonly bits: Uint16Array;
  readonly values: Float32Array;
}

export function quantise(map: ArrayLike<number>): QuantisedMap {
  const bits = encodeFloat16(map);
  return { bits, values: decodeFloat16(bits) };
}

/** Mean over rows and over the chosen heads of all layers alike. */
export function mapOf(rows: readonly TappedRows[], heads: readonly HeadSet[]): QuantisedMap {
  return quantise(attentionMap(rows, heads));
}

/** Every tapped head of one layer on its own. */
export function mapsOfHeads(
  rows: readonly TappedRows[],
  layers: readonly number[],
): { layer: number; head: number; map: Uint16Array }[] {
  return rows
    .filter((tap) => layers.includes(tap.layer))
    .flatMap((tap) =>
      tap.heads.map((head, i) => ({ layer: tap.layer, head, map: encodeFloat16(headMap(tap, i)) })),
    );
}

/** g′ (METHOD §2 step 1); the Qwen variant also zeroes the padding of a squared picture. */
export function denoisedMap(
  grounding: QuantisedMap,
  sink: QuantisedMap | null,
  preset: Preset,
  grid: Grid,
  paddedFrom: readonly [width: number, height: number] | null,
): QuantisedMap {
  const maps = { grid, sink: sink?.values ?? null, paddedFrom };
  return quantise(denoiseByRule({ ...maps, grounding: grounding.values }, preset.labels));
}
