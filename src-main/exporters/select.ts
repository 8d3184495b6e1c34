/**
 * Which label a sample goes out with, the same for every format: accepted and corrected samples always, unreviewed
 * ones when asked for, rejected ones never.
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

export function isSelected(choice: Selected | Left): choice is Selected {
  return 'label' in choice;
}
