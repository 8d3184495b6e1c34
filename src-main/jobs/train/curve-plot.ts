/** A curve as a picture: the students' AUC by what they learned from, their spread over seeds, the teacher's level as a line. */
import type { CurveReport } from './curve.ts';

const SIZE = { width: 720, height: 440 };
const MARGIN = { left: 72, right: 24, top: 44, bottom: 64 };
/** Of the AUC axis, around what is drawn. */
const ROOM = 0.1;
const TICKS = 5;

const WORDS = {
  share: { x: 'share of the labels learned from', title: 'Student and teacher by the number of labels' },
  noise: { x: 'share of the labels made wrong', title: 'Student and teacher by wrong labels' },
} as const;

const AGAINST = {
  corrected: 'corrected labels',
  labels: 'held-out labels',
  truth: 'known boxes',
} as const;

const text = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** SVG, readable in light and dark; empty where no AUC is known. */
export function curvePlot({ kind, points, teacher, against, heldOut }: CurveReport): string {
  const known = points.flatMap(({ at, samples, auc }) => (auc ? [{ at, samples, ...auc }] : []));
  if (known.length === 0) return '';
  const values = [
    ...known.flatMap(({ low, high }) => [low, high]),
    ...(teacher.auc === null ? [] : [teacher.auc]),
  ];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(1e-4, (most - least) * ROOM);
  const [bottom, top] = [least - room, Math.min(1, most + room)];
  const inner = {
    width: SIZE.width - MARGIN.left - MARGIN.right,
    height: SIZE.height - MARGIN.top - MARGIN.bottom,
  };
  // Places are spread evenly: shares grow threefold from one to the next.
  const x = (i: number): number => MARGIN.left + ((i + 0.5) / known.length) * inner.width;
  const y = (auc: number): number => MARGIN.top + (1 - (auc - bottom) / (top - bottom)) * inner.height;
  const at = (value: number): string => value.toFixed(1);
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => bottom + ((top - bottom) * i) / TICKS);
  const lines = [
    ...ticks.map(
      (auc) =>
        `<line class="grid" x1="${MARGIN.left}" x2="${SIZE.width - MARGIN.right}" y1="${at(y(auc))}" y2="${at(y(auc))}"/>` +
        `<text x="${MARGIN.left - 8}" y="${at(y(auc) + 4)}" text-anchor="end">${auc.toFixed(4)}</text>`,
    ),
    ...known.map(
      ({ at: share, samples }, i) =>
        `<text x="${at(x(i))}" y="${SIZE.height - MARGIN.bottom + 20}" text-anchor="middle">${100 * share}%</text>` +
        `<text class="quiet" x="${at(x(i))}" y="${SIZE.height - MARGIN.bottom + 36}" text-anchor="middle">${samples}</text>`,
    ),
    `<text x="${MARGIN.left}" y="24" class="title">${text(WORDS[kind].title)}</text>`,
    `<text x="${at(MARGIN.left + inner.width / 2)}" y="${SIZE.height - 8}" text-anchor="middle">${text(WORDS[kind].x)} (and samples)</text>`,
    `<text x="16" y="${at(MARGIN.top + inner.height / 2)}" text-anchor="middle" transform="rotate(-90 16 ${at(MARGIN.top + inner.height / 2)})">AUC against ${AGAINST[against]} (${heldOut} held out)</text>`,
  ];
  if (teacher.auc !== null) {
    const level = at(y(teacher.auc));
    lines.push(
      `<line class="teacher" x1="${MARGIN.left}" x2="${SIZE.width - MARGIN.right}" y1="${level}" y2="${level}"/>`,
      `<text class="teacher-word" x="${SIZE.width - MARGIN.right}" y="${at(y(teacher.auc) - 6)}" text-anchor="end">teacher ${teacher.auc.toFixed(4)}</text>`,
    );
  }
  lines.push(
    ...known.map(
      ({ low, high }, i) =>
        `<line class="spread" x1="${at(x(i))}" x2="${at(x(i))}" y1="${at(y(low))}" y2="${at(y(high))}"/>`,
    ),
    `<polyline class="student" points="${known.map(({ mean }, i) => `${at(x(i))},${at(y(mean))}`).join(' ')}"/>`,
    ...known.map(({ mean }, i) => `<circle class="student-dot" cx="${at(x(i))}" cy="${at(y(mean))}" r="4"/>`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="system-ui, sans-serif" font-size="12">
<style>
  svg { background: #fff; color: #1c1f24 } text { fill: currentColor } .title { font-size: 15px; font-weight: 600 }
  .quiet { opacity: 0.65 } .grid { stroke: currentColor; stroke-opacity: 0.12 }
  .teacher { stroke: #b45309; stroke-width: 2; stroke-dasharray: 6 4 } .teacher-word { fill: #b45309 }
  .student, .spread { stroke: #2563eb; stroke-width: 2; fill: none } .student-dot { fill: #2563eb }
  @media (prefers-color-scheme: dark) { svg { background: #16181c; color: #e6e8eb } .teacher { stroke: #f59e0b }
    .teacher-word { fill: #f59e0b } .student, .spread { stroke: #60a5fa } .student-dot { fill: #60a5fa } }
</style>
${lines.join('\n')}
</svg>
`;
}
