/**
 * The foreground's outline: orange, as a label is everywhere, between lines of black and white. A map's high values may be orange or
 * yellow, and the picture any colour; no colormap that is offered has black or white in its upper half, so that the outline is told
 * from what it lies on by its lines where it cannot be by its hue.
 */
export interface Strand {
  readonly colour: string;
  /** In pixels of the screen. */
  readonly width: number;
}

/** The widest first: each is drawn over the ones before. */
export const LABEL_LINE: readonly Strand[] = [
  { colour: '#ffffff', width: 5 },
  { colour: '#000000', width: 3.5 },
  { colour: '#ffb31a', width: 1.5 },
];
