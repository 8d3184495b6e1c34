/** The report's plots as SVG: they stand in the report, and in files of their own for papers. */
import type { EvaluationTable, MethodNumbers } from '../../../../src-shared/contract/evaluation.ts';
import {
  gatePlotMethod,
  METHOD_WORDS,
  share,
  SIGNAL_WORDS,
} from '../../../../src-shared/contract/words/evaluation.ts';
import { markup, Html } from './markup.ts';

export interface Figure {
  /** Of its file, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly svg: Html;
}

/** Of every figure. */
export const WIDTH = 720;
const LEFT = 150;
const RIGHT = 60;
const ROW = 26;
const TOP = 20;

/** Black on white, and the other way round where a viewer prefers it. */
const STYLE = new Html(
  `<style>.f-line{stroke:currentColor;stroke-width:2}.f-dot{fill:currentColor}.f-grid{stroke:currentColor;opacity:.18}.f-text{fill:currentColor;font:12px system-ui,sans-serif}.f-quiet{opacity:.65}</style>`,
);

/** Standing alone, a figure brings its own style; in the report the page has it. */
export function figureFile({ svg }: Figure): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.text.replace('>', `>${STYLE.text}`)}\n`;
}

export const FIGURE_STYLE = STYLE.text.replace(/<\/?style>/g, '');

export function figuresOf(table: EvaluationTable): Figure[] {
  return [
    accuracyFigure(table),
    throughputFigure(table, 'generate'),
    throughputFigure(table, 'wall'),
    gateFigure(table),
  ].flatMap((figure) => figure ?? []);
}

/** Shares of right answers with their intervals, a row for each method. */
function accuracyFigure({ methods }: EvaluationTable): Figure | null {
  const rows = methods.flatMap(({ method, accuracy }) => (accuracy ? [{ method, ...accuracy }] : []));
  if (rows.length === 0) return null;
  const height = TOP + ROW * rows.length + 34;
  const x = (value: number): string => (LEFT + value * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const bottom = TOP + ROW * rows.length;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) => markup`<line class="f-grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${bottom}" /><text
        class="f-text f-quiet"
        x="${x(tick)}"
        y="${bottom + 18}"
        text-anchor="middle"
        >${100 * tick}%</text
      >`,
  );
  const lines = rows.map(({ method, value, low, high }, i) => {
    const y = TOP + ROW * (i + 0.5);
    return markup`<text class="f-text" x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${METHOD_WORDS[method].name}</text><line
        class="f-line"
        x1="${x(low)}"
        x2="${x(high)}"
        y1="${y}"
        y2="${y}"
      /><circle class="f-dot" cx="${x(value)}" cy="${y}" r="4" /><text class="f-text" x="${WIDTH - RIGHT + 8}" y="${y + 4}"
        >${share(value)}</text
      >`;
  });
  return {
    name: 'accuracy',
    title: 'Right answers, with 95% intervals',
    svg: svgOf(height, 'Right answers by method, with 95% intervals', [...ticks, ...lines]),
  };
}

const HEIGHT = 360;
const FOOT = 48;

/** Accuracy against speed relative to the picture alone. */
function throughputFigure({ methods }: EvaluationTable, by: 'generate' | 'wall'): Figure | null {
  const points = methods.flatMap(({ method, accuracy, throughput }: MethodNumbers) => {
    const relative = by === 'generate' ? throughput?.relative : throughput?.wallRelative;
    return accuracy && relative ? [{ method, accuracy, relative }] : [];
  });
  if (points.length < 2) return null;
  const most = Math.max(1, ...points.map(({ relative }) => relative)) * 1.15;
  const [low, high] = [
    Math.max(0, Math.min(...points.map(({ accuracy }) => accuracy.low)) - 0.05),
    Math.min(1, Math.max(...points.map(({ accuracy }) => accuracy.high)) + 0.05),
  ];
  const left = 64;
  const x = (value: number): string => (left + (value / most) * (WIDTH - left - 24)).toFixed(1);
  const y = (value: number): string =>
    (TOP + (1 - (value - low) / Math.max(1e-9, high - low)) * (HEIGHT - TOP - FOOT)).toFixed(1);
  const shares = Array.from({ length: 6 }, (_, i) => low + ((high - low) * i) / 5);
  const speeds = Array.from({ length: Math.floor(most / 0.25) + 1 }, (_, i) => i * 0.25);
  const grid = [
    ...shares.map(
      (
        value,
      ) => markup`<line class="f-grid" x1="${left}" x2="${WIDTH - 24}" y1="${y(value)}" y2="${y(value)}" /><text
          class="f-text f-quiet"
          x="${left - 8}"
          y="${y(value)}"
          dy="4"
          text-anchor="end"
          >${share(value)}</text
        >`,
    ),
    ...speeds.map(
      (value) =>
        markup`<text class="f-text f-quiet" x="${x(value)}" y="${HEIGHT - FOOT + 18}" text-anchor="middle">${value.toFixed(2)}×</text>`,
    ),
  ];
  const words =
    by === 'generate'
      ? 'Speed relative to alone: generate time only (the authors’ protocol)'
      : 'Speed relative to alone, by the clock';
  // Names stand beside their points; of two that are close the lower one's goes below.
  const placed: { x: number; y: number }[] = [];
  const dots = points.map(({ method, accuracy, relative }) => {
    const [px, py] = [Number(x(relative)), Number(y(accuracy.value))];
    let ty = py - 8;
    while (placed.some((other) => Math.abs(other.x - px) < 90 && Math.abs(other.y - ty) < 13)) ty += 13;
    placed.push({ x: px, y: ty });
    const end = px > WIDTH - 150;
    return markup`<line class="f-grid" x1="${px}" x2="${px}" y1="${y(accuracy.low)}" y2="${y(accuracy.high)}" /><circle
        class="f-dot"
        cx="${px}"
        cy="${py}"
        r="4"
      /><text class="f-text" x="${px + (end ? -8 : 8)}" y="${ty.toFixed(1)}" text-anchor="${end ? 'end' : 'start'}"
        >${METHOD_WORDS[method].name}</text
      >`;
  });
  const foot = markup`<text class="f-text" x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${words}</text>`;
  return {
    name: by === 'generate' ? 'accuracy-throughput' : 'accuracy-throughput-clock',
    title: `Right answers and speed: ${by === 'generate' ? 'generate time only, as the authors measure' : 'by the clock'}`,
    svg: svgOf(HEIGHT, `Right answers against speed. ${words}`, [...grid, ...dots, foot]),
  };
}

/** Of the signals' lines, in their order: full, dashed, dotted, both. */
const DASHES = ['none', '7 4', '2 4', '9 4 2 4'] as const;

/** What leaving out crops costs: right answers against the share of samples that are cropped, a line for each signal of one method. */
function gateFigure({ gates }: EvaluationTable): Figure | null {
  const method = gatePlotMethod(gates);
  if (!method) return null;
  const lines = gates.filter((gate) => gate.method === method);
  const scores = lines.flatMap(({ curve }) => curve.map(({ score }) => score));
  const [low, high] = [Math.max(0, Math.min(...scores) - 0.02), Math.min(1, Math.max(...scores) + 0.02)];
  const [left, right, top] = [64, 24, 36];
  const x = (value: number): string => (left + value * (WIDTH - left - right)).toFixed(1);
  const y = (value: number): string =>
    (top + (1 - (value - low) / Math.max(1e-9, high - low)) * (HEIGHT - top - FOOT)).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((at) => {
    const value = low + (high - low) * at;
    return markup`<line class="f-grid" x1="${left}" x2="${WIDTH - right}" y1="${y(value)}" y2="${y(value)}" /><text class="f-text f-quiet" x="${left - 8}" y="${y(value)}" dy="4" text-anchor="end">${share(value)}</text><text class="f-text f-quiet" x="${x(at)}" y="${HEIGHT - FOOT + 18}" text-anchor="middle">${100 * at}%</text>`;
  });
  const drawn = lines.map(({ signal, curve }, i) => {
    const along = curve.map(({ crops, score }) => `${x(crops)},${y(score)}`).join(' ');
    // The key stands above the lines.
    const [kx, ky] = [left + 160 * i, 12];
    return markup`<polyline class="f-line" fill="none" stroke-dasharray="${DASHES[i % DASHES.length]!}" points="${along}" /><line class="f-line" stroke-dasharray="${DASHES[i % DASHES.length]!}" x1="${kx}" x2="${kx + 28}" y1="${ky}" y2="${ky}" /><text class="f-text" x="${kx + 36}" y="${ky + 4}">${SIGNAL_WORDS[signal].name}</text>`;
  });
  const words = `Samples cropped (${METHOD_WORDS[method].name})`;
  const foot = markup`<text class="f-text" x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${words}</text>`;
  return {
    name: 'gate',
    title: 'Right answers when the crop is taken only where a signal says that it is needed',
    svg: svgOf(HEIGHT, `Right answers against samples cropped, by signal. ${words}`, [
      ...grid,
      ...drawn,
      foot,
    ]),
  };
}

/** @param label for who cannot see it */
export function svgOf(height: number, label: string, parts: readonly Html[]): Html {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${parts}</svg>`;
}
