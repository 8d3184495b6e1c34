/**
 * What a pane can show, as plain data: it is chosen in a pane's header, remembered from visit to visit, and asked for
 * by other parts of the page (`panes.show`). Heads and tokens are found by whoever knows them (`panes/panes.svelte.ts`).
 */
import { z } from 'zod';
import { idSchema } from '../../src-shared/contract/domain.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Quantity } from '../canvas/map-scale.ts';

/** What every run stores of a sample, in the order of the picker. `raw` is the mean over the preset's heads. */
export const MAP_NAMES = ['raw', 'question', 'sink', 'denoised', 'label', 'logits', 'rpn'] as const;
export type MapName = (typeof MAP_NAMES)[number];

const plainSchema = z.discriminatedUnion('kind', [
  /** The picture alone. */
  z.object({ kind: z.literal('picture') }),
  /** A map of a run; null is the run on screen, whichever that is. */
  z.object({ kind: z.literal('map'), map: z.enum(MAP_NAMES), run: idSchema.nullable() }),
  /** One attention head's map, layers and heads from 0; without a head the mean over the layer's. */
  z.object({
    kind: z.literal('head'),
    layer: z.number().int().min(0),
    head: z.number().int().min(0).nullable(),
  }),
  /** Where one token of question or answer looks; `index` counts the tokens that the token view lists. */
  z.object({ kind: z.literal('token'), index: z.number().int().min(0) }),
]);

/** A map as one run or one model part gives it. */
export type PlainSource = z.infer<typeof plainSchema>;

export const mapSourceSchema = z.union([
  plainSchema,
  /** left − right, on the finer of their grids. */
  z.object({ kind: z.literal('difference'), left: plainSchema, right: plainSchema }),
]);
export type MapSource = z.infer<typeof mapSourceSchema>;
export type SourceKind = MapSource['kind'];
export type SourceOf<K extends SourceKind> = Extract<MapSource, { kind: K }>;

export const RAW: PlainSource = { kind: 'map', map: 'raw', run: null };
export const DENOISED: PlainSource = { kind: 'map', map: 'denoised', run: null };
export const RPN: PlainSource = { kind: 'map', map: 'rpn', run: null };
export const PICTURE: PlainSource = { kind: 'picture' };

interface MapWords {
  readonly title: string;
  /** What the numbers are. */
  readonly unit: string;
  readonly quantity: Quantity;
  /** Said where the run made none. */
  readonly without: string;
}

export const MAP_WORDS: Readonly<Record<MapName, MapWords>> = {
  raw: {
    title: 'Raw attention',
    unit: 'Attention of the answer to each token',
    quantity: 'attention',
    without: 'This run stored no attention map',
  },
  question: {
    title: 'Question map',
    unit: 'Attention of the question to each token',
    quantity: 'attention',
    without: 'This run stored no question map',
  },
  sink: {
    title: 'Sink map',
    unit: 'Attention at the sink heads',
    quantity: 'attention',
    without: 'This preset has no sink heads',
  },
  denoised: {
    title: 'Denoised',
    unit: 'Attention without sink tokens',
    quantity: 'attention',
    without: 'This run stored no denoised map',
  },
  label: {
    title: 'Label',
    unit: 'Foreground, background, ignore',
    quantity: 'probability',
    without: 'There is no label',
  },
  logits: {
    title: 'RPN logits',
    unit: 'RPN score of each token, before the sigmoid',
    quantity: 'logit',
    without: 'This model has no RPN',
  },
  rpn: {
    title: 'RPN probability',
    unit: 'Predicted probability of each token',
    quantity: 'probability',
    without: 'This model has no RPN',
  },
};

/** Which of a prediction's boxes belong to a map. */
export function boxesOf(
  map: MapName,
  boxes: {
    readonly raw: readonly SourceXyxy[];
    readonly denoised: readonly SourceXyxy[];
    readonly rpn: readonly SourceXyxy[];
  },
): readonly SourceXyxy[] {
  if (map === 'raw' || map === 'denoised') return boxes[map];
  return map === 'rpn' || map === 'logits' ? boxes.rpn : NO_BOXES;
}

const NO_BOXES: readonly SourceXyxy[] = [];

/** One text per source: equal texts, equal sources. */
export function keyOf(source: MapSource): string {
  switch (source.kind) {
    case 'picture':
      return 'picture';
    case 'map':
      return source.run === null ? source.map : `${source.map}@${source.run}`;
    case 'head':
      return source.head === null ? `layer ${source.layer}` : `head ${source.layer}.${source.head}`;
    case 'token':
      return `token ${source.index}`;
    case 'difference':
      return `${keyOf(source.left)} − ${keyOf(source.right)}`;
  }
}

/** Runs, other than the one on screen, that sources take maps from; each once, in order of appearance. */
export function runsOf(sources: readonly MapSource[]): number[] {
  const runs = new Set<number>();
  const add = (source: MapSource): void => {
    if (source.kind === 'difference') [source.left, source.right].forEach(add);
    else if (source.kind === 'map' && source.run !== null) runs.add(source.run);
  };
  sources.forEach(add);
  return [...runs];
}

/** A source with the run on screen in place of runs that are not `known`, such as those of another project. */
export function withKnownRuns(source: MapSource, known: readonly number[]): MapSource {
  if (source.kind === 'difference') {
    const [left, right] = [withKnownRuns(source.left, known), withKnownRuns(source.right, known)];
    return { ...source, left: left as PlainSource, right: right as PlainSource };
  }
  const lost = source.kind === 'map' && source.run !== null && !known.includes(source.run);
  return lost ? { ...source, run: null } : source;
}

/** Whether a head's or a token's map is shown, alone or in a difference: the model is to be asked for it. */
export function shows(kind: 'head' | 'token', source: MapSource): boolean {
  const parts = source.kind === 'difference' ? [source.left, source.right] : [source];
  return parts.some((part) => part.kind === kind);
}

/** What a pane shows instead when its source cannot outlive the visit: tokens belong to one answer. */
export function lasting(source: MapSource): MapSource {
  return shows('token', source) ? RAW : source;
}

/** A layer's or a head's name for people. */
export function headName({ layer, head }: { readonly layer: number; readonly head: number | null }): string {
  return head === null ? `Layer ${layer}, mean of its heads` : `Layer ${layer}, head ${head}`;
}
