/** `--keep-features[=GB]`, and what is said about the room that features take. */
import { counted, formatBytes } from '../../../../src-shared/contract/counts.ts';
import { featureEstimate } from '../../../jobs/features/estimate.ts';
import type { Kept } from '../../../jobs/features/keeping.ts';
import { featuresFolder } from '../../../jobs/features/project-features.ts';
import type { LabelJobParams } from '../../../jobs/label/run.ts';
import type { Project } from '../../../store/file/project.ts';
import { usageError } from './command.ts';
import { decimalOf } from './number-option.ts';

/** A number of GB above 0, as an option's parser. @throws FoveaError `usage` */
export function gigabytes(name: string): (text: string) => number {
  return (text) => {
    const value = decimalOf(text, false);
    if (Number.isFinite(value) && value > 0) return value;
    throw usageError(
      `${name} takes a number of GB, not ${JSON.stringify(text)}`,
      `Write ${name}=20, or ${name} last`,
    );
  };
}

/** What a label job is asked. */
export function keepFeaturesOf(option: true | number | undefined): Pick<LabelJobParams, 'keepFeatures'> {
  if (option === undefined) return {};
  return { keepFeatures: { budgetBytes: option === true ? null : option * 1e9 } };
}

/** How much they will take, before they do. */
export async function featureLine(
  project: Project,
  { model, preset, keepFeatures }: LabelJobParams,
  samples: number,
): Promise<string> {
  const squareTokens = preset.teacher?.squareTokens ?? null;
  const estimate = await featureEstimate(project, model, { squareTokens });
  const bytes = samples * estimate.bytesPerSample;
  const budget = keepFeatures?.budgetBytes ?? estimate.budgetBytes;
  const over = estimate.keptBytes + bytes > budget ? '; above that, those not used for longest go' : '';
  const known = estimate.measured ? '' : ", by the model's files";
  const there = estimate.keptBytes > 0 ? `${formatBytes(estimate.keptBytes)} are there, ` : '';
  return `Features of ${counted(samples, 'sample')} and encodings of their pictures are kept in ${featuresFolder(project)}: about ${formatBytes(bytes)}${known} (${there}${formatBytes(budget)} may be${over})`;
}

/** How much they took. */
export function keptWords(kept: Kept | null): string {
  if (kept === null) return '';
  const { count, bytes, reused } = kept.encodings;
  const again = reused > 0 ? `, ${counted(reused, 'picture')} not encoded again` : '';
  return `; features of ${counted(kept.count, 'sample')} kept (${formatBytes(kept.bytes)}) and encodings of ${counted(count, 'picture')} (${formatBytes(bytes)})${again}`;
}
