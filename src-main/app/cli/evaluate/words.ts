/** An evaluation's table as lines for a terminal. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type {
  Evaluation,
  EvaluationTable,
  MethodNumbers,
  SweepPoint,
} from '../../../../src-shared/contract/evaluation.ts';
import {
  budgetName,
  chance,
  gateWords,
  GROUP_WORDS,
  meanInterval,
  METHOD_WORDS,
  points,
  share,
  shareInterval,
  SIGNAL_WORDS,
} from '../../../../src-shared/contract/words/evaluation.ts';

const HEAD = ['Method', 'Right', 'Against alone', 'AUC', 'Box IoU', 'Speed', 'Fixed', 'Broken'];

export function evaluationLines(evaluation: Evaluation, table: EvaluationTable): string[] {
  const { settings } = evaluation;
  const truth = table.methods.find(({ method }) => method === 'truth')?.gain;
  return [
    `Evaluation ${evaluation.id}: ${settings.model}, ${counted(table.samples, 'sample')} of ${counted(table.pictures, 'picture')}${settings.tokens === null ? '' : `, ${counted(settings.tokens, 'visual token')} at most`}`,
    ...inColumns([HEAD, ...table.methods.map(cellsOf)]),
    ...groupLines(table.methods),
    ...(truth ? [`Zooming gap (truth box − alone): ${points(truth.value)} points`] : []),
    ...gateLines(table),
    '95% intervals in brackets. Speed: relative to alone, of generate time (by the clock). p values stand for all comparisons together (Holm).',
  ];
}

/** What all budgets come to, a line for each budget and method. Fewer than two: nothing. */
export function sweepLines(points: readonly SweepPoint[]): string[] {
  if (points.length === 0) return [];
  const rows = points.flatMap(({ evaluation, methods }) =>
    methods.map(({ method, accuracy, visualTokens, throughput }) => [
      budgetName(evaluation.settings.tokens),
      METHOD_WORDS[method].name,
      accuracy ? shareInterval(accuracy) : '–',
      visualTokens === null ? '–' : visualTokens.toFixed(0),
      throughput ? throughput.perSecond.toFixed(2) : '–',
      throughput ? throughput.wallPerSecond.toFixed(2) : '–',
    ]),
  );
  return [
    'Sweep over visual tokens. Samples a second: of generate time (the authors’ protocol), and by the clock.',
    ...inColumns([['At most', 'Method', 'Right', 'Visual tokens', 'Generate', 'Clock'], ...rows]),
  ];
}

/** Of benchmarks together, as the authors tell throughput. */
function groupLines(methods: readonly MethodNumbers[]): string[] {
  return methods.flatMap(({ method, throughput }) =>
    (throughput?.groups ?? []).map(
      ({ group, tasks, score, perSecond, wallPerSecond }) =>
        `${METHOD_WORDS[method].name}, ${GROUP_WORDS[group]} (${tasks.join(', ')}): ${score === null ? '' : `${share(score)} right, `}${perSecond.toFixed(2)}/s of generate time, ${wallPerSecond.toFixed(2)}/s by the clock`,
    ),
  );
}

function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** What each gate saves, on the half of the pictures that its threshold was not chosen on. */
function gateLines({ gates }: EvaluationTable): string[] {
  return gates.flatMap((gate) => {
    const { method, signal, crops, accuracy, always } = gate;
    if (!crops || !accuracy || !always) return [];
    return `${METHOD_WORDS[method].name} by “${SIGNAL_WORDS[signal].name}”, ${gateWords(gate)}: ${share(accuracy.value)} right with ${share(crops.value)} cropped, ${share(always.value)} with every crop (other half of the pictures)`;
  });
}

function cellsOf({ method, accuracy, gain, means, throughput, outcomes, failed }: MethodNumbers): string[] {
  const { relative, wallRelative } = throughput ?? { relative: null, wallRelative: null };
  return [
    failed > 0 ? `${METHOD_WORDS[method].name} (${failed} failed)` : METHOD_WORDS[method].name,
    accuracy ? shareInterval(accuracy) : '–',
    gain ? `${points(gain.value)} (${chance(gain.adjusted ?? gain.p)})` : '–',
    means.auc ? meanInterval(means.auc) : '–',
    means.iou ? meanInterval(means.iou) : '–',
    relative === null || wallRelative === null
      ? '–'
      : `${relative.toFixed(2)}× (${wallRelative.toFixed(2)}×)`,
    method === 'alone' ? '–' : String(outcomes.fixed),
    method === 'alone' ? '–' : String(outcomes.broken),
  ];
}
