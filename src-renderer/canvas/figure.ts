/**
 * A pane as a figure for a paper or a note: the whole picture with what the pane draws over it, the legend and a
 * caption that says what it is. One description, drawn as PNG (`canvas/figure-png.ts`) and written as SVG.
 */
import type { Grid, GridTransform, SourceXyxy } from '../../src-shared/kernels/types.ts';
import { NAME, nameWidth, placeNames, type NamedBox } from './boxes/box-names.ts';
import type { ColormapName } from './colormap.ts';
import type { Scale } from './map-scale.ts';
import { formatValue } from '../ui/words.ts';

export interface Figure {
  /** Source pixels. */
  readonly size: { readonly width: number; readonly height: number };
  readonly map: {
    readonly values: Float32Array;
    readonly grid: Grid;
    readonly transform: GridTransform;
    readonly scale: Scale;
    readonly colormap: ColormapName;
    readonly opacity: number;
    readonly smooth: boolean;
  } | null;
  readonly label: {
    readonly values: Int8Array;
    readonly grid: Grid;
    readonly transform: GridTransform;
    readonly opacity: number;
  } | null;
  /** The grid to draw, if any. */
  readonly cells: { readonly grid: Grid; readonly transform: GridTransform } | null;
  readonly boxes: readonly SourceXyxy[];
  readonly truth: readonly SourceXyxy[];
  readonly proposals: readonly SourceXyxy[];
  /** What boxes, truth and proposals are called. */
  readonly named: readonly NamedBox[];
  readonly caption: readonly CaptionPart[];
}

/** `name: text`. */
export interface CaptionPart {
  readonly name: string;
  readonly text: string;
}

export interface CaptionFacts {
  readonly sample: string;
  readonly question: string;
  readonly map: string;
  readonly unit: string;
  /** What is to be known of the map that is not seen in it. */
  readonly note: string | null;
  readonly model: string | null;
  readonly preset: string | null;
  readonly scale: Scale | null;
  readonly colormap: ColormapName;
}

export function captionOf(facts: CaptionFacts): CaptionPart[] {
  const { sample, question, map, unit, note, model, preset, scale, colormap } = facts;
  const parts: (CaptionPart | null)[] = [
    { name: 'Sample', text: sample },
    { name: 'Question', text: question },
    { name: 'Map', text: unit === '' ? map : `${map} (${unit})` },
    note === null ? null : { name: 'Note', text: note },
    model === null ? null : { name: 'Model', text: model },
    preset === null ? null : { name: 'Preset', text: preset },
    scale && { name: 'Scale', text: scaleWords(scale, colormap) },
  ];
  return parts.filter((part) => part !== null);
}

function scaleWords({ min, max, diverging, shared }: Scale, colormap: ColormapName): string {
  const colours = diverging ? 'purple below zero, orange above' : colormap;
  return `${formatValue(min)} to ${formatValue(max)}, ${colours}${shared ? ', shared by the panes' : ''}`;
}

/** Where things lie in the figure, in its own units (CSS pixels of the output). */
export interface FigureLayout {
  readonly width: number;
  readonly height: number;
  /** Figure units per source pixel. */
  readonly scale: number;
  readonly picture: { readonly width: number; readonly height: number };
  readonly legend: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Size of the text, and of a line of it. */
  readonly text: number;
  readonly line: number;
  /** Lines of the caption with the baseline of each; `name` at a part's first line. */
  readonly lines: readonly { readonly name: string; readonly text: string; readonly y: number }[];
}

const NARROWEST = 640;
const WIDEST = 2048;
/** Text is this share of the width, within bounds that stay readable. */
const TEXT_SHARE = 1 / 56;

export function layOut(figure: Figure): FigureLayout {
  const { size, map, caption } = figure;
  const width = Math.min(WIDEST, Math.max(NARROWEST, size.width));
  const scale = width / size.width;
  const text = Math.min(24, Math.max(13, Math.round(width * TEXT_SHARE)));
  const line = Math.round(text * 1.45);
  const picture = { width, height: Math.round(size.height * scale) };
  const legend = {
    x: text * 6,
    y: picture.height + text,
    width: width - text * 12,
    height: map ? text : 0,
  };
  let y = legend.y + legend.height + (map ? text : 0);
  const lines = caption.flatMap((part) =>
    wrap(part.text, (width - 2 * text) / text, part.name).map((words, i) => {
      y += line;
      return { name: i === 0 ? part.name : '', text: words, y };
    }),
  );
  return { width, height: y + text, scale, picture, legend, text, line, lines };
}

/** A name of a box, where the figure has it; figure units. */
export interface FigureName {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where names of boxes stand, as large as the caption's text. */
export function figureNames(figure: Figure, { scale, picture, text }: FigureLayout): FigureName[] {
  const unit = text / NAME.text;
  const pane = { width: picture.width / unit, height: picture.height / unit };
  return placeNames(figure.named, { scale: scale / unit, x: 0, y: 0 }, pane, null).map(({ name, at }) => ({
    name,
    x: at.x * unit,
    y: at.y * unit,
    width: nameWidth(name) * unit,
    height: NAME.height * unit,
  }));
}

/** Breaks text into lines of at most `ems`, going by how wide letters are on the whole; the first begins with `name: `. */
function wrap(text: string, ems: number, name: string): string[] {
  const lines: string[] = [];
  let line = '';
  let used = widthOf(`${name}: `);
  // Words where there are spaces; Chinese and Japanese break anywhere.
  for (const word of text.match(/[⺀-鿿豈-﫿＀-￯]|[^\s⺀-鿿豈-﫿＀-￯]+|\s+/gu) ?? []) {
    const more = widthOf(word);
    if (used + more > ems && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
    }
    if (line === '' && lines.length > 0 && word.trim() === '') continue;
    line += /\s/.test(word) ? ' ' : word;
    used += more;
  }
  return [...lines, line.trimEnd()];
}

/** Roughly, in ems: wide scripts one, others a bit more than half. */
function widthOf(text: string): number {
  let sum = 0;
  for (const letter of text) sum += letter.codePointAt(0)! >= 0x2e80 ? 1 : 0.56;
  return sum;
}

/** A file name that every system takes: sample and map, nothing odd. */
export function figureName(sample: string, map: string): string {
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .replaceAll('−', 'minus')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .toLowerCase()
      .slice(0, 80);
  return `${plain(sample) || 'sample'}-${plain(map) || 'map'}`;
}
