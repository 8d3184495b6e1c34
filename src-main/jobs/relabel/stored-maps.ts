/** A stored prediction as the kernels take it to derive its label again: maps decoded, where they lie, their boxes. */
import type { Prediction } from '../../../src-shared/contract/domain.ts';
import type { MapSet, PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import type { StoredMap, StoredMaps } from '../../../src-shared/kernels/labels/rederive.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';

/** @param size source [width, height] */
export function storedMapsOf(
  { grid, transform, boxes }: Pick<Prediction, 'grid' | 'transform' | 'boxes'>,
  maps: MapSet,
  size: readonly [width: number, height: number],
): StoredMaps {
  const stored = (map: PlacedMap | null, of: readonly SourceXyxy[]): StoredMap | null =>
    map && { grid: map.grid, transform: map.transform, size, values: decodeFloat16(map.bits), boxes: of };
  return {
    place: { grid, transform, size },
    grounding: stored(maps.grounding, boxes.raw),
    sink: maps.sink && decodeFloat16(maps.sink.bits),
    denoised: stored(maps.denoised, boxes.denoised),
    rpn: stored(maps.rpn, boxes.rpn),
  };
}
