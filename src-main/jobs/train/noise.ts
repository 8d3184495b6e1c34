/** Labels made wrong on purpose, to see how much of that training bears: some samples' labels lie elsewhere than they should. */
import { seeded } from '../../../src-shared/kernels/seeded.ts';
import type { Grid, Labels } from '../../../src-shared/kernels/types.ts';

/** Any odd number far from 1: neighbours in number are not to be neighbours in chance. */
const SPREAD = 0x9e3779b1;

/**
 * The label, or with the chance `share` the same label moved to another place of the grid, round its edges: as many cells of each
 * kind, in the wrong place. Which samples and whereto follows from the seed and the sample alone.
 */
export function misplaced(
  labels: Labels,
  [rows, cols]: Grid,
  share: number,
  seed: number,
  sample: number,
): Labels {
  const random = seeded((seed ^ Math.imul(sample, SPREAD)) >>> 0);
  if (random() >= share) return labels;
  // Not to where it was.
  const by = 1 + Math.floor(random() * (rows * cols - 1));
  const [down, right] = [Math.floor(by / cols), by % cols];
  return labels.map((_, i) => {
    const row = (Math.floor(i / cols) - down + rows) % rows;
    const col = ((i % cols) - right + cols) % cols;
    return labels[row * cols + col]!;
  });
}
