/** Thresholds of labels and of the RoI box for a grounding map, by what the foreground that they cut shares with the truth. */
import { blurFloat32 } from '../blur.ts';
import { BG, FG, type Grid, type Labels } from '../types.ts';

export interface Thresholds {
  /** Foreground is above this share of the map's maximum (METHOD §2, step 2). */
  readonly binaryCoff: number;
  /** Background is below this one (step 4): half of it, as the authors have it. */
  readonly bgCoff: number;
  /** On the blurred map divided by its maximum (METHOD §4). */
  readonly roi: number;
}

const TRIED = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6];

interface Known {
  /** g′, `[H*W]`. */
  readonly map: Float32Array;
  readonly labels: Labels;
  readonly grid: Grid;
}

/** Both at the largest mean IoU of cells; of equal ones the smaller. Throws RangeError without a sample. */
export function chooseThresholds(samples: readonly Known[]): Thresholds {
  if (samples.length === 0) throw new RangeError('thresholds are chosen by one sample at least');
  const blurred = samples.map(({ map, labels, grid }) => ({ map: blurFloat32(shared(map), grid), labels }));
  const binaryCoff = bestOf(samples.map(({ map, labels }) => ({ map: shared(map), labels })));
  return { binaryCoff, bgCoff: binaryCoff / 2, roi: bestOf(blurred) };
}

function bestOf(samples: readonly Pick<Known, 'map' | 'labels'>[]): number {
  const mean = (threshold: number): number =>
    samples.reduce((sum, { map, labels }) => sum + iouAbove(map, labels, threshold), 0) / samples.length;
  let [best, most] = [TRIED[0]!, -Infinity];
  for (const threshold of TRIED) {
    const value = mean(threshold);
    if (value > most + 1e-12) [best, most] = [threshold, value];
  }
  return best;
}

/** A map as shares of its maximum; a map of zeros as it is. */
function shared(map: Float32Array): Float32Array {
  const most = map.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? map.map((value) => value / most) : map;
}

function iouAbove(map: Float32Array, labels: Labels, threshold: number): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < map.length; i++) {
    if (labels[i] !== FG && labels[i] !== BG) continue;
    const found = map[i]! > threshold;
    if (found && labels[i] === FG) both++;
    if (found || labels[i] === FG) either++;
  }
  return either === 0 ? 1 : both / either;
}
