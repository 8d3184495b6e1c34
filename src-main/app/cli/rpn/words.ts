/** How `fovea rpn` speaks of versions. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { RpnMeasure, RpnVersion } from '../../../../src-shared/contract/training.ts';

/** One version in a list. @param predictions of runs made with it */
export function versionLine(version: RpnVersion, all: readonly RpnVersion[], predictions: number): string {
  const { id, name, source, parentId, k, t, active, metrics, createdAt } = version;
  const parent = parentId === null ? null : all.find((other) => other.id === parentId);
  const from =
    source === 'trained'
      ? `trained, from ${parent ? parent.name : 'no earlier version'}`
      : source === 'imported'
        ? 'imported'
        : "the model's own";
  const more = [
    ...(metrics ? [`held out against ${metrics.against}: ${measureWords(metrics.student)}`] : []),
    ...(predictions > 0 ? [`${counted(predictions, 'sample')} predicted`] : []),
  ];
  return `${active ? '*' : ' '} ${id} ${name}: ${from}, K ${k}, T ${t}, ${createdAt.slice(0, 10)}${
    more.length > 0 ? ` (${more.join('; ')})` : ''
  }`;
}

/** A number of three digits, or a dash where nothing was measured. */
export function threeDigits(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function measureWords({ samples, auc, iou, boxRecall }: RpnMeasure): string {
  return `AUC ${threeDigits(auc)}, IoU ${threeDigits(iou)}, box recall ${threeDigits(boxRecall)} of ${samples}`;
}
