/** A sample's label as its branch is trained on it: in the cells that the model saw, on a grid that covers what its tokens do. */
import { coverAlike, labelsOn, type PlacedGrid } from '../../src-shared/kernels/labels/on-grid.ts';
import { turnedPair, turnUpright, type Orientation } from '../../src-shared/kernels/labels/orientation.ts';
import type { Grid, Labels } from '../../src-shared/kernels/types.ts';

/**
 * A label whose grid covers the same part of the picture stays as it is: the scores are resized to it (METHOD §3). One of
 * another view (Qwen's squared picture) is read at the middles of the tokens instead.
 * @param label in stored cells
 * @param tokens the features' grid in stored cells, and how the model saw the picture turned
 */
export function placedLabel(
  label: PlacedGrid & { readonly labels: Labels },
  tokens: PlacedGrid & { readonly turned: Orientation },
): { readonly labels: Labels; readonly grid: Grid } {
  const alike = coverAlike(label, tokens);
  const grid = alike ? label.grid : tokens.grid;
  const labels = alike ? label.labels : labelsOn(label.labels, label, tokens);
  return { labels: turnUpright(labels, grid, tokens.turned), grid: turnedPair(grid, tokens.turned) };
}
