/** What one pane shows of a sample: its source looked up in what the sample's bundle holds, with words for all of it. */
import type { Prediction } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { difference } from '../../src-shared/kernels/measures/difference.ts';
import type { Dropped, Grid, GridTransform, SourceXyxy } from '../../src-shared/kernels/types.ts';
import {
  headName,
  boxesOf,
  MAP_WORDS,
  type MapName,
  type MapSource,
  type PlainSource,
  type SourceOf,
} from './map-source.ts';
import { withRange, type PlacedValues } from '../canvas/map-values.ts';
import { namedBoxes, rpnBoxes, type NamedBox } from '../canvas/boxes/box-names.ts';
import { titleOf } from './pane-choices.ts';
import { sameAsRaw } from './same-map.ts';
import type { Bundle, SampleMaps } from '../canvas/bundles.svelte.ts';
import type { RunOfSample } from './other-runs.svelte.ts';
import type { Found, MapProvider, Panes, ProvidedKind, Trial } from './panes.svelte.ts';
import type { Quantity } from '../canvas/map-scale.ts';

/** A label with its place on the picture. */
export interface PlacedLabel {
  readonly values: Int8Array;
  readonly grid: Grid;
  readonly transform: GridTransform;
}

export interface PaneContent {
  readonly title: string;
  /** What the numbers are, in words. */
  readonly unit: string;
  readonly quantity: Quantity | null;
  readonly map: PlacedValues | null;
  /** Why the map, or whatever was asked for, is not there; null when it is. */
  readonly missing: string | null;
  /** What is to be known of the map that is not seen in it: that it is another one once more. */
  readonly note: string | null;
  /** Why the shown run dropped the sample, where that is to be said. */
  readonly dropped: Dropped | null;
  /** Of the map. */
  readonly boxes: readonly SourceXyxy[];
  /** The same with what they are called. */
  readonly named: readonly NamedBox[];
  /**
   * `never`: the pane draws no label; `asked`: the one being reviewed, as the display options say; `always`: that one
   * whatever they say; else another run's own.
   */
  readonly label: 'never' | 'asked' | 'always' | PlacedLabel;
}

/** One and the same, so that nothing is drawn anew for it. */
const NO_BOXES: readonly never[] = [];
const NOT_LABELLED = 'Not labelled yet';

/** @param bundle null while the sample is on its way: words alone */
export function contentOf(source: MapSource, bundle: Bundle | null, panes: Panes): PaneContent {
  const base = {
    title: titleOf(source, (plain) => nameOf(plain, panes)),
    unit: '',
    quantity: null,
    map: null,
    missing: null,
    note: null,
    dropped: null,
    boxes: NO_BOXES,
    named: NO_BOXES,
    label: 'asked',
  } as const;
  if (!bundle) return base;
  switch (source.kind) {
    case 'picture':
      return { ...base, unit: 'The picture alone', label: 'never' };
    case 'map':
      return { ...base, ...storedContent(source, bundle, panes) };
    case 'difference': {
      const found = differenceOf(source, bundle, panes);
      const quantity = quantityOf(source.left);
      const unit = 'Difference: above zero where the first map is larger';
      return { ...base, ...asContent(found), unit, quantity };
    }
    default: {
      const found = findMap(source, bundle, panes);
      return {
        ...base,
        ...asContent(found),
        unit: providerOf(source, panes)?.unit ?? '',
        quantity: 'attention',
      };
    }
  }
}

/** The map of one source, or why there is none. */
function findMap(source: PlainSource, bundle: Bundle, panes: Panes): Found {
  if (source.kind === 'picture') return { missing: 'A picture has no values to subtract' };
  if (source.kind === 'map') {
    const run = runOf(source.run, bundle, panes);
    return typeof run === 'string' ? { missing: run } : mapOf(source.map, run.maps);
  }
  return providerOf(source, panes)?.find(source, bundle) ?? { missing: 'Not available for this sample' };
}

/** What a run says of the sample, or why it says nothing. */
function runOf(run: number | null, bundle: Bundle, panes: Panes): RunOfSample | string {
  const { prediction } = bundle.detail;
  if (run === null || run === prediction?.runId) {
    if (!prediction) return NOT_LABELLED;
    const trial = trialOf(bundle, panes);
    return {
      prediction,
      maps:
        bundle.maps && trial
          ? { ...bundle.maps, raw: trial.raw ?? bundle.maps.raw, denoised: trial.denoised }
          : bundle.maps,
    };
  }
  const other = panes.others.of(bundle.detail.id, run);
  if (other === undefined) return 'Loading…';
  if (other === null) return `Run ${run} has no prediction of this sample`;
  return other instanceof FoveaError ? other.message : other;
}

function trialOf(bundle: Bundle, { trial }: Panes): Trial | null {
  return trial?.sampleId === bundle.detail.id ? trial : null;
}

function storedContent(
  { map: name, run: runId }: SourceOf<'map'>,
  bundle: Bundle,
  panes: Panes,
): Partial<PaneContent> {
  const { unit, quantity } = MAP_WORDS[name];
  const words = { unit, quantity: name === 'label' ? null : quantity };
  const run = runOf(runId, bundle, panes);
  if (typeof run === 'string')
    return { ...words, missing: run, label: name === 'label' ? 'always' : 'asked' };
  const { prediction } = run;
  const own = prediction === bundle.detail.prediction;
  const trial = own ? trialOf(bundle, panes) : null;
  const { boxes, dropped } = trial ?? prediction;
  const saysDropped = name === 'denoised' || name === 'label';
  return {
    ...words,
    ...(name === 'label'
      ? { label: own ? 'always' : labelOf(prediction) }
      : asContent(mapOf(name, run.maps))),
    note: name === 'denoised' ? sameNote(run, trial, panes) : null,
    dropped: saysDropped ? dropped : null,
    boxes: boxesOf(name, boxes),
    named: namedOf(name, boxesOf(name, boxes), run.maps),
  };
}

function namedOf(name: MapName, boxes: readonly SourceXyxy[], maps: SampleMaps | null): readonly NamedBox[] {
  return name === 'rpn' || name === 'logits' ? rpnBoxes(boxes, maps?.rpn ?? null) : namedBoxes(boxes, name);
}

/** That the denoised map is the raw one, and why; read from the maps themselves. */
function sameNote({ prediction, maps }: RunOfSample, trial: Trial | null, panes: Panes): string | null {
  const preset = panes.presetOf(prediction.runId);
  const denoising =
    trial?.denoising ?? (preset && { sinks: preset.sink !== null, sinkThresh: preset.labels.sinkThresh });
  if (!maps || !denoising) return null;
  return sameAsRaw(maps.raw, maps.denoised, trial ? null : maps.sink, denoising);
}

function mapOf(name: MapName, maps: SampleMaps | null): Found {
  const map = name === 'label' ? null : maps?.[name];
  return map ? { map } : { missing: MAP_WORDS[name].without };
}

function asContent(found: Found): Pick<PaneContent, 'map' | 'missing'> {
  return 'map' in found ? { map: found.map, missing: null } : { map: null, missing: found.missing };
}

const labels = new WeakMap<Prediction, PlacedLabel>();

function labelOf(prediction: Prediction): PlacedLabel {
  let label = labels.get(prediction);
  if (!label) {
    const { label: bytes, grid, transform } = prediction;
    label = { values: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length), grid, transform };
    labels.set(prediction, label);
  }
  return label;
}

const differences = new WeakMap<PlacedValues, WeakMap<PlacedValues, PlacedValues>>();

function differenceOf({ left, right }: SourceOf<'difference'>, bundle: Bundle, panes: Panes): Found {
  const [a, b] = [findMap(left, bundle, panes), findMap(right, bundle, panes)];
  if ('missing' in a) return a;
  if ('missing' in b) return b;
  const known = differences.get(a.map)?.get(b.map);
  if (known) return { map: known };
  const { values, grid, transform } = difference(a.map, b.map);
  const map = { ...withRange(values), grid, transform };
  if (!differences.has(a.map)) differences.set(a.map, new WeakMap());
  differences.get(a.map)!.set(b.map, map);
  return { map };
}

function quantityOf(source: PlainSource): Quantity {
  return source.kind === 'map' ? MAP_WORDS[source.map].quantity : 'attention';
}

/** What a provider calls a head or a token. */
export function nameOf(source: PlainSource, panes: Panes): string {
  const known = providerOf(source, panes)?.title(source);
  if (known !== undefined) return known;
  if (source.kind === 'head') return headName(source);
  return source.kind === 'token' ? `Token ${source.index}` : '';
}

function providerOf(source: PlainSource, panes: Panes): MapProvider<PlainSource> | undefined {
  if (source.kind !== 'head' && source.kind !== 'token') return undefined;
  // One provider per kind, registered under it: the source is of the kind it knows.
  return panes.provider(source.kind as ProvidedKind) as MapProvider<PlainSource> | undefined;
}
