/** The pictures' files: whether they are there and the ones that were labelled, and leading a moved folder back to them. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { pathSchema, reviewerSchema } from '../limits.ts';
import { BATCH_IDS_MAX } from './batches.ts';
import { none } from './none.ts';

const count = z.number().int().min(0);

/** What a look at every file came to. */
export const pictureCheckSchema = z.object({
  looked: count,
  /** Other pixels than were registered. */
  changed: count,
  missing: count,
  /** There, and no picture that can be shown. */
  unreadable: count,
  /** Written to since, with as many bytes, before anybody had taken a fingerprint. */
  takenForSame: count,
  /** Taken for the first time. */
  fingerprints: count,
});
export type PictureCheck = z.infer<typeof pictureCheckSchema>;

export const pictureStateSchema = z.object({
  /** How far a look at all files is; null: none is under way. */
  checking: z.object({ done: count, total: count }).nullable(),
  /** Folders that pictures are referenced from, and how many of theirs were missing at the last look. */
  roots: z.array(z.object({ dir: z.string(), pictures: count, missing: count })),
  /** Samples whose label or decision is of another picture than the one that is there now. */
  changed: count,
  /** Samples whose picture cannot be shown. */
  unshown: count,
});
export type PictureState = z.infer<typeof pictureStateSchema>;

/** What leading a folder's pictures to another place would find there. */
export const relinkPlanSchema = z.object({
  /** Folders of the project at or below the old place, and where each would lead. */
  roots: z.array(z.object({ from: z.string(), to: z.string(), pictures: count })),
  /** With the size on disk that is registered. */
  found: count,
  otherSize: count,
  missing: count,
  /** Some that are missing or of another size, to recognise what is wrong by. */
  examples: z.array(z.string()),
  /** Folders outside of the new place that links in it lead into. */
  linkedInto: z.array(z.string()),
});
export type RelinkPlan = z.infer<typeof relinkPlanSchema>;

const move = { from: pathSchema, to: pathSchema };
const some = z.array(idSchema).min(1).max(BATCH_IDS_MAX);

export const pictureProcedures = {
  'pictures.state': { input: none, output: pictureStateSchema },
  /** Looks at all files now, in the background. */
  'pictures.check': { input: none, output: none },
  /** Changes nothing. Fails with `bad_input` when no folder of the project lies at `from`. */
  'pictures.relinkPlan': { input: z.object(move), output: relinkPlanSchema },
  /** Leads the folders at `from` to `to`, and looks at their pictures there. Fails when none of them is there. */
  'pictures.relink': { input: z.object(move), output: relinkPlanSchema },
  /** Says that labels and decisions of these samples hold for the pictures that are there now. */
  'pictures.keep': {
    input: z.object({ sampleIds: some, reviewer: reviewerSchema }),
    /** `otherSize`: left alone, for their cells would lie elsewhere. */
    output: z.object({ kept: count, otherSize: count }),
  },
} as const;
