/** An evaluation's table as lines for a terminal. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type {
  Evaluation,
  EvaluationTable,
  MethodNumbers,
} from '../../../../src-shared/contract/evaluation.ts';
import {
  chance,
  meanInterval,
  METHOD_WORDS,
  points,
  shareInterval,
} from '../../../../src-shared/contract/words/evaluation.ts';

const HEAD = ['Method', 'Right', 'Against alone', 'AUC', 'Box IoU', 'Speed', 'Fixed', 'Broken'];

export function evaluationLines(evaluation: Evaluation, table: EvaluationTable): string[] {
  const rows = [HEAD, ...table.methods.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  const { settings } = evaluation;
  const truth = table.methods.find(({ method }) => method === 'truth')?.gain;
  return [
    `Evaluation ${evaluation.id}: ${settings.model}, ${counted(table.samples, 'sample')} of ${counted(table.pictures, 'picture')}`,
    ...lines,
    ...(truth ? [`Zooming gap (truth box − alone): ${points(truth.value)} points`] : []),
    '95% intervals in brackets. Speed: relative to alone, of generate time (by the clock). p values stand for all comparisons together (Holm).',
  ];
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
