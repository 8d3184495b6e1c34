/**
 * What a gate would have made of answers that are there: the picture alone where a sample's need is below the threshold, the crop
 * elsewhere. Each sample has both answers, so every threshold is measured by the same pass.
 */

export interface GatedSample {
  /** 0 no crop is needed … 1. */
  readonly need: number;
  /** Scores between 0 and 1 of the picture alone, and with the crop. */
  readonly alone: number;
  readonly crop: number;
}

export interface GatePoint {
  /** Below it no crop is taken; null: none ever is. */
  readonly threshold: number | null;
  /** Share of the samples that are cropped. */
  readonly crops: number;
  /** Mean score. */
  readonly score: number;
}

/**
 * Every threshold that parts the samples otherwise, from all cropped (0) to none (null). A threshold lies in the middle between two
 * needs that follow each other, so that it does not hang on the digits of one sample.
 * @throws RangeError for a need that is not between 0 and 1, or a score that is no number
 */
export function gateCurve(samples: readonly GatedSample[]): GatePoint[] {
  if (samples.length === 0) return [];
  for (const { need, alone, crop } of samples) {
    if (!(need >= 0 && need <= 1)) throw new RangeError('a need lies between 0 and 1');
    if (!Number.isFinite(alone) || !Number.isFinite(crop))
      throw new RangeError('scores must be finite numbers');
  }
  const order = samples.toSorted((a, b) => a.need - b.need);
  const n = order.length;
  let sum = order.reduce((total, { crop }) => total + crop, 0);
  const points: GatePoint[] = [{ threshold: 0, crops: 1, score: sum / n }];
  order.forEach(({ need, alone, crop }, i) => {
    sum += alone - crop;
    const next = order[i + 1];
    if (next && next.need === need) return;
    points.push({
      threshold: next ? between(need, next.need) : null,
      crops: (n - i - 1) / n,
      score: sum / n,
    });
  });
  return points;
}

/** Above `low` and at most `high`, whatever rounding makes of the middle. */
function between(low: number, high: number): number {
  const middle = (low + high) / 2;
  return middle > low ? middle : high;
}

/** The point with the best score, of equal ones that with the fewest crops. @throws RangeError without a point */
export function bestPoint(points: readonly GatePoint[]): GatePoint {
  const [first, ...rest] = points;
  if (!first) throw new RangeError('there is no best of nothing');
  return rest.reduce((best, point) => {
    const more = point.score - best.score;
    if (Math.abs(more) > EQUAL) return more > 0 ? point : best;
    return point.crops < best.crops ? point : best;
  }, first);
}

/** Sums of the same scores in another order differ by less. */
const EQUAL = 1e-9;

/**
 * At most `most` of a curve's points, its ends and those where most lies between: the point with the best score of each stretch.
 * @param most at least 3
 */
export function thinned(points: readonly GatePoint[], most: number): readonly GatePoint[] {
  const inner = points.slice(1, -1);
  if (points.length <= most || most < 3) return points;
  const stretches = most - 2;
  const kept = Array.from({ length: stretches }, (_, i) =>
    bestPoint(
      inner.slice(
        Math.floor((i * inner.length) / stretches),
        Math.floor(((i + 1) * inner.length) / stretches),
      ),
    ),
  );
  return [points[0]!, ...kept, points.at(-1)!];
}
