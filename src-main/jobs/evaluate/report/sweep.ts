/** What a sweep over budgets of visual tokens adds to the report: its plot, by both throughputs, and its table. */
import { METHODS, type SweepPoint } from '../../../../src-shared/contract/evaluation.ts';
import {
  budgetName,
  GROUP_WORDS,
  METHOD_WORDS,
  share,
  shareInterval,
} from '../../../../src-shared/contract/words/evaluation.ts';
import { sweepPlot, type ThroughputBy } from '../../../../src-shared/contract/words/sweep-plot.ts';
import { svgOf, WIDTH, type Figure } from './figures.ts';
import { markup, type Html } from './markup.ts';

const HEIGHT = 380;
const [LEFT, RIGHT, TOP, FOOT] = [64, 24, 24, 48];
/** Room for a name beside its point. */
const NAME = 110;

const WORDS: Readonly<Record<ThroughputBy, string>> = {
  generate: 'Samples a second of generate time (the authors’ protocol)',
  clock: 'Samples a second by the clock',
};

export function sweepFigures(sweep: readonly SweepPoint[]): Figure[] {
  return (['generate', 'clock'] as const).flatMap((by) => sweepFigure(sweep, by) ?? []);
}

function sweepFigure(sweep: readonly SweepPoint[], by: ThroughputBy): Figure | null {
  const plot = sweepPlot(sweep, by);
  if (!plot) return null;
  const x = (at: number): string => (LEFT + at * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (at: number): string => (TOP + (1 - at) * (HEIGHT - TOP - FOOT)).toFixed(1);
  const shares = [0, 0.25, 0.5, 0.75, 1].map(
    (at) =>
      markup`<line class="f-grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(at)}" y2="${y(at)}" /><text class="f-text f-quiet" x="${LEFT - 8}" y="${y(at)}" dy="4" text-anchor="end">${share(plot.from + at * (plot.to - plot.from))}</text>`,
  );
  const speeds = plot.speeds.map(
    ({ x: at, words }) =>
      markup`<text class="f-text f-quiet" x="${x(at)}" y="${HEIGHT - FOOT + 18}" text-anchor="middle">${words}</text>`,
  );
  const curves = plot.curves.map(({ method, dashes, points }) => {
    const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(' ');
    const dots = points.map(
      (point) =>
        markup`<line class="f-grid" x1="${x(point.x)}" x2="${x(point.x)}" y1="${y(point.low)}" y2="${y(point.high)}" /><circle class="f-dot" cx="${x(point.x)}" cy="${y(point.y)}" r="3.5" /><text class="f-text f-quiet" x="${x(point.x)}" y="${y(point.y)}" dy="-8" text-anchor="middle">${point.name}</text>`,
    );
    // The smallest budget is the fastest as a rule: the name stands at the curve's own end.
    const [first] = points;
    const end = Number(x(first!.x)) > WIDTH - RIGHT - NAME;
    const name = markup`<text class="f-text" x="${x(first!.x)}" y="${y(first!.y)}" dx="${end ? -8 : 8}" dy="15" text-anchor="${end ? 'end' : 'start'}">${METHOD_WORDS[method].name}</text>`;
    return markup`<polyline class="f-line" fill="none" stroke-dasharray="${dashes === '' ? 'none' : dashes}" points="${path}" />${dots}${name}`;
  });
  const foot = markup`<text class="f-text" x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">${WORDS[by]}</text>`;
  return {
    name: by === 'generate' ? 'sweep' : 'sweep-clock',
    title: `Right answers and throughput over budgets of visual tokens: ${by === 'generate' ? 'generate time only, as the authors measure' : 'by the clock'}`,
    svg: svgOf(HEIGHT, `Right answers against throughput at each budget of visual tokens. ${WORDS[by]}`, [
      ...shares,
      ...speeds,
      ...curves,
      foot,
    ]),
  };
}

/** Nothing where there is one budget. */
export function sweepTable(sweep: readonly SweepPoint[]): Html {
  if (sweep.length === 0) return markup``;
  const head = (text: string): Html => markup`<th class="number">${text}</th>`;
  const number = (text: string): Html => markup`<td class="number">${text}</td>`;
  const rows = METHODS.flatMap((method) =>
    sweep.flatMap(({ evaluation, methods }) => {
      const found = methods.find((one) => one.method === method);
      if (!found) return [];
      const { accuracy, visualTokens, throughput } = found;
      return [
        markup`<tr><th>${METHOD_WORDS[method].name}</th>${number(budgetName(evaluation.settings.tokens))}${number(accuracy ? shareInterval(accuracy) : '–')}${number(visualTokens === null ? '–' : visualTokens.toFixed(0))}${number(throughput ? throughput.perSecond.toFixed(2) : '–')}${number(throughput ? throughput.wallPerSecond.toFixed(2) : '–')}</tr>`,
        ...(throughput?.groups ?? []).map(
          ({ group, tasks, score, perSecond, wallPerSecond }) =>
            markup`<tr><td><small class="quiet">${GROUP_WORDS[group]}: ${tasks.join(', ')}</small></td>${number('')}${number(score === null ? '–' : share(score))}${number('')}${number(perSecond.toFixed(2))}${number(wallPerSecond.toFixed(2))}</tr>`,
        ),
      ];
    }),
  );
  return markup`<h2>Budgets of visual tokens</h2><p class="quiet">The same samples and methods at each budget: the most visual tokens that the picture, and each crop, may have. Throughput of benchmarks together is as if each were run whole at the pace of its first 100 samples (the authors’ rule).</p><div class="wide"><table><tr><th>Method</th>${head('At most')}${head('Right')}${head('Visual tokens')}${head('Samples/s, generate')}${head('Samples/s, clock')}</tr>${rows}</table></div>`;
}
