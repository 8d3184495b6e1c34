/**
 * Which label a sample goes out with, the same for every format: accepted and corrected samples always, unreviewed
 * ones when asked for, rejected ones never. The account of the audit has a rule of its own.
 */
import { carriesSomething } from '../../src-shared/contract/acceptable.ts';
import type { Labels } from '../../src-shared/kernels/types.ts';
import type { ExportOptions, ExportPrediction, ExportSample } from './types.ts';

/** A sample that goes out. `source` says whether a person stands behind the label. */
export interface Selected {
  readonly sample: ExportSample;
  readonly prediction: ExportPrediction;
  readonly label: Labels;
  readonly source: 'review' | 'prediction';
}

/** Why a sample stays in. */
export interface Left {
  readonly reason:
    | 'rejected'
    | 'unreviewed'
    | 'no_prediction'
    | 'picture_changed_since_labelling'
    | 'label_does_not_fit_grid'
    | 'label_carries_nothing';
}

/** Decides by the sample's state; never changes a label. */
export function select(
  sample: ExportSample,
  options: Pick<ExportOptions, 'includeUnreviewed'>,
): Selected | Left {
  const { prediction, review, state } = sample;
  if (state === 'rejected') return { reason: 'rejected' };
  const reviewed = state === 'accepted' || state === 'corrected';
  if (!reviewed && !options.includeUnreviewed) return { reason: 'unreviewed' };
  if (!prediction) return { reason: 'no_prediction' };
  // Whoever reads the export finds the new pixels under the old label.
  if (sample.pictureChanged) return { reason: 'picture_changed_since_labelling' };
  const label = reviewed ? (review?.label ?? null) : prediction.label;
  // An accepted label is the predicted one, whether the revision repeats it or not.
  const chosen = label ?? (state === 'accepted' ? prediction.label : null);
  if (chosen?.length !== prediction.grid[0] * prediction.grid[1])
    return { reason: 'label_does_not_fit_grid' };
  // Older versions let people accept such a label; there is nothing in it to hand on as accepted.
  if (reviewed && !carriesSomething(chosen)) return { reason: 'label_carries_nothing' };
  return { sample, prediction, label: chosen, source: reviewed ? 'review' : 'prediction' };
}

/** A sample in the account of an audit, with as much of a label as it has. */
export interface Audited {
  readonly sample: ExportSample;
  readonly prediction: ExportPrediction | null;
  /** The one somebody stands behind, else as predicted; null for a rejected sample and where there is none. */
  readonly label: Labels | null;
  readonly source: 'review' | 'prediction' | null;
}

/** Every sample that somebody decided on, rejected ones too; the others when asked for, labelled or not. */
export function selectForAudit(
  sample: ExportSample,
  options: Pick<ExportOptions, 'includeUnreviewed'>,
): Audited | Left {
  const { prediction, review, state } = sample;
  const reviewed = review !== null;
  if (!reviewed && !options.includeUnreviewed) return { reason: 'unreviewed' };
  if (state === 'rejected') return { sample, prediction, label: null, source: null };
  const label = review?.label ?? prediction?.label ?? null;
  return { sample, prediction, label, source: label && (reviewed ? 'review' : 'prediction') };
}

export function isLeft(choice: object | Left): choice is Left {
  return 'reason' in choice;
}
