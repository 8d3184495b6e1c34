/**
 * From which value to which a map is coloured. A map of its own goes from its lowest to its highest value; a shared
 * scale takes in all panes that show the same quantity; differences go as far below zero as above.
 */
import type { MapValues } from './map-values.ts';

/** What numbers measure: only those of one quantity can share a scale or be subtracted in earnest. */
export type Quantity = 'attention' | 'logit' | 'probability';

export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Zero is in the middle and colourless. */
  readonly diverging: boolean;
  /** Of more panes than one. */
  readonly shared: boolean;
}

/** What a pane asks a scale for; null when it shows no numbers. */
export interface Scaled {
  readonly map: MapValues;
  readonly quantity: Quantity;
  readonly difference: boolean;
}

/** One scale per pane, in order; null where there is nothing finite to colour. */
export function scalesOf(panes: readonly (Scaled | null)[], shared: boolean): (Scale | null)[] {
  const group = (pane: Scaled) => `${pane.quantity} ${pane.difference}`;
  return panes.map((pane) => {
    if (!pane?.map.range) return null;
    const together = shared
      ? panes.filter((other) => other !== null && group(other) === group(pane) && other.map.range !== null)
      : [pane];
    const min = Math.min(...together.map((other) => other!.map.range!.min));
    const max = Math.max(...together.map((other) => other!.map.range!.max));
    const far = Math.max(Math.abs(min), Math.abs(max));
    return {
      min: pane.difference ? -far : min,
      max: pane.difference ? far : max,
      diverging: pane.difference,
      shared: together.length > 1,
    };
  });
}

/** Two scales that colour alike. */
export function sameScale(a: Scale, b: Scale): boolean {
  return a.min === b.min && a.max === b.max && a.diverging === b.diverging;
}
