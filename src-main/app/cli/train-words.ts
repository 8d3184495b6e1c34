/** What `fovea train` says of what came of it. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { RpnMeasure } from '../../../src-shared/contract/training.ts';
import type { PairedDifference } from '../../../src-shared/kernels/measures/bootstrap.ts';
import type { CurveReport } from '../../jobs/train/curve.ts';
import type { TrainReport } from '../../jobs/train/train.ts';

/** The one object that `--json` ends with. */
export function trainJson({
  trainingRun,
  rpn,
  steps,
  loss,
  metrics,
  over,
  seconds,
  samplesPerSecond,
  peakBytes,
  ended,
}: TrainReport) {
  return {
    rpn,
    run: trainingRun,
    ended,
    steps,
    loss,
    against: metrics?.against ?? null,
    held_out: metrics?.student.samples ?? 0,
    auc_student: metrics?.student.auc ?? null,
    auc_teacher: metrics?.teacher.auc ?? null,
    auc_difference: over && { mean: over.mean, low: over.low, high: over.high, samples: over.n },
    iou: metrics?.student.iou ?? null,
    box_recall: metrics?.student.boxRecall ?? null,
    box_recall_teacher: metrics?.teacher.boxRecall ?? null,
    best_step: metrics?.step ?? null,
    seconds,
    samples_per_second: samplesPerSecond,
    peak_rss_mb: Math.round(peakBytes / 2 ** 20),
  };
}

const AGAINST = {
  corrected: 'labels that were corrected',
  labels: 'the labels of',
  truth: 'known boxes',
} as const;

/** What a person reads of it. */
export function trainWords({ rpn, steps, metrics, over, seconds, ended }: TrainReport): string {
  const lines = [
    `Version ${rpn} of the RPN: ${counted(steps, 'step')} in ${seconds.toFixed(0)} s, the best after ${metrics?.step}`,
  ];
  if (ended === 'exploded') lines.push('The loss ran away: the best weights before that are kept');
  const { student, teacher, against } = metrics!;
  if (student.auc !== null) {
    const on =
      against === 'labels'
        ? `${AGAINST.labels} ${counted(student.samples, 'held-out sample')}`
        : `${AGAINST[against]} (${counted(student.samples, 'held-out sample')})`;
    lines.push(`AUC ${student.auc.toFixed(4)} against ${on}`);
  }
  if (teacher.auc !== null && over) {
    const sign = over.mean < 0 ? '−' : '+';
    lines.push(
      `its teacher's: ${teacher.auc.toFixed(4)}; difference ${sign}${Math.abs(over.mean).toFixed(4)} (95%: ${over.low.toFixed(4)} to ${over.high.toFixed(4)})`,
    );
  } else if (student.samples === 0) {
    lines.push('Nothing was held out: how good it is was not measured (--held-out 0.1, fovea rpn compare)');
  } else if (against === 'labels') {
    lines.push(
      'No held-out label was corrected: whether it beats its teacher cannot be said (correct some, or --truth)',
    );
  }
  if (metrics?.step === 0) {
    lines.push(
      'No step did better on the held-out samples than the beginning, which is what this version is (try --lr)',
    );
  }
  return lines.join('\n');
}

const measureJson = ({ samples, auc, iou, boxRecall }: RpnMeasure) => ({
  samples,
  auc,
  iou,
  box_recall: boxRecall,
});
const differenceJson = (over: PairedDifference | null) =>
  over && { mean: over.mean, low: over.low, high: over.high, samples: over.n };

/** The one object that `--json` ends with. */
export function curveJson({ kind, against, heldOut, teacher, points, rows }: CurveReport) {
  return {
    curve: kind,
    against,
    held_out: heldOut,
    teacher: measureJson(teacher),
    points: points.map(({ at, samples, auc, iou, boxRecall, over }) => ({
      at,
      samples,
      auc,
      iou,
      box_recall: boxRecall,
      auc_over_teacher: differenceJson(over),
    })),
    trainings: rows.map(({ at, seed, samples, student }) => ({ at, seed, ...measureJson(student), samples })),
  };
}

/** A table. */
export function curveWords(
  { kind, against, heldOut, teacher, points }: CurveReport,
  plot: string | null,
): string {
  const number = (value: number | null, digits = 4): string => (value === null ? '–' : value.toFixed(digits));
  const head = [
    kind === 'share' ? 'labels' : 'wrong',
    'samples',
    'AUC (seeds from–to)',
    'over its teacher (95%)',
    'IoU',
    'box recall',
  ];
  const rows = points.map(({ at, samples, auc, iou, boxRecall, over }) => [
    `${100 * at}%`,
    String(samples),
    auc === null ? '–' : `${number(auc.mean)} (${number(auc.low)}–${number(auc.high)})`,
    over === null ? '–' : `${number(over.mean)} (${number(over.low)} to ${number(over.high)})`,
    number(iou, 3),
    number(boxRecall, 3),
  ]);
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  const on = against === 'labels' ? 'held-out labels' : AGAINST[against];
  return [
    `Measured against ${on} of ${counted(heldOut, 'held-out sample')}; the teacher's AUC: ${number(teacher.auc)}`,
    line(head),
    ...rows.map(line),
    ...(plot === null ? [] : [`Drawn in ${plot}`]),
  ].join('\n');
}
