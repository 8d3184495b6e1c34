/** Which samples, in which order: shared by queue, gallery, dashboard, saved filters and batches. */
import { z } from 'zod';
import { outcomeSchema } from '../scoring/answers.ts';
import { droppedSchema, flagSchema, idSchema, sampleStateSchema } from '../domain.ts';
import { MOST } from '../limits.ts';

/**
 * Numbers a sample can be picked by. `disagreement` 0–1 (1 − IoU of label and RPN), `uncertainty` 0–1 bits, `roiSize`
 * share of the picture, `roiX` and `roiY` the middle of the RoI in shares of the picture from left and top, `iou` of
 * predicted and corrected label.
 */
export const measureSchema = z.enum(['disagreement', 'uncertainty', 'roiSize', 'roiX', 'roiY', 'iou']);
export type Measure = z.infer<typeof measureSchema>;

/** From `low` on, below `high`. A sample without the number is in no range. */
export const rangeSchema = z.tuple([z.number(), z.number()]);
export type Range = z.infer<typeof rangeSchema>;

/** Samples that are asked for by number at once. */
export const FILTER_IDS_MAX = 500;
/** Samples that a list can be made of by number. */
export const LISTED_MOST = 10_000;

const values = z.array(z.string().max(MOST.filterValue)).max(MOST.filterValues);

/**
 * Empty lists mean "any"; an empty string in `languages`, `splits` or `tags` means "none given". Text matches
 * question, answer, external id and notes, case-insensitively.
 */
export const sampleFilterSchema = z.object({
  states: z.array(sampleStateSchema).default([]),
  dropped: z.enum(['any', 'dropped', 'kept']).default('any'),
  dropRules: z.array(droppedSchema.shape.rule).default([]),
  languages: values.default([]),
  splits: values.default([]),
  tags: values.default([]),
  flags: z.array(flagSchema).default([]),
  notes: z.enum(['any', 'with', 'without']).default('any'),
  /** Why it was rejected. */
  reasons: values.default([]),
  /** What the crop made of the answer; `unscored`: nobody knows whether the first answer is right. */
  outcomes: z.array(z.enum([...outcomeSchema.options, 'unscored'])).default([]),
  /**
   * Whether the map is on the truth, and the last answer right: `used` both, `unused` on the truth and the answer wrong, `missed`
   * not on the truth.
   */
  localised: z.enum(['any', 'used', 'unused', 'missed']).default('any'),
  /** Who made the decision that stands. */
  reviewers: values.default([]),
  /** Decided by this batch; while it is being audited, what it would decide. */
  batch: idSchema.nullable().default(null),
  /** `labelled` has a label of the run that is shown, `failed` was tried in vain, `waiting` was not tried yet. */
  labelling: z.enum(['any', 'labelled', 'failed', 'waiting']).default('any'),
  /** Of samples that two people or more decided: whether their last words on the label are the same decision. */
  agreement: z.enum(['any', 'agree', 'differ']).default('any'),
  /** `changed`: the label or decision is of another picture than the one that is there now. `unshown`: it cannot be shown. */
  pictures: z.enum(['any', 'changed', 'unshown']).default('any'),
  /** Whether the picture was found nearly the same as another one, in the last search for that. */
  nearDuplicates: z.enum(['any', 'with', 'without']).default('any'),
  ranges: z.partialRecord(measureSchema, rangeSchema).default({}),
  /** Just these samples. */
  ids: z.array(idSchema).max(LISTED_MOST).default([]),
  text: z.string().max(MOST.search).default(''),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;

/** Lets everything through. */
export const NO_FILTER: SampleFilter = sampleFilterSchema.parse({});

/** `listed`: in the order of the filter's `ids`. */
export const sortKeySchema = z.enum([
  'imported',
  'disagreement',
  'uncertainty',
  'dropped',
  'roiSize',
  'language',
  'tag',
  'state',
  'reviewed',
  'outcome',
  'listed',
]);
export type SortKey = z.infer<typeof sortKeySchema>;

/** Samples without the value come last either way; equals stand in the order they were imported. */
export const sampleSortSchema = z.object({ by: sortKeySchema, descending: z.boolean() });
export type SampleSort = z.infer<typeof sampleSortSchema>;

export const IMPORT_ORDER: SampleSort = { by: 'imported', descending: false };
