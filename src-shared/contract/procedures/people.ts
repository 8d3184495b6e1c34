/** People who share a project: who is invited, what is dealt to whom, how far they agree, and what is left to adjudicate. */
import { z } from 'zod';
import { idSchema, reviewSchema } from '../domain.ts';
import { nameSchema, MOST, reviewerSchema } from '../limits.ts';
import { roleSchema } from '../role.ts';
import { none } from './none.ts';
import { sampleFilterSchema } from './sample-filter.ts';

/** Samples that an adjudicator's list has at most; the rest follows as they are settled. */
export const DIFFERING_MOST = 200;

export const dealtReviewerSchema = z.object({
  name: z.string(),
  /** Samples dealt to them, and of those how many they decided. */
  dealt: z.number().int(),
  decided: z.number().int(),
});
export type DealtReviewer = z.infer<typeof dealtReviewerSchema>;

export const dealSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Reviewers a sample. */
  overlap: z.number().int(),
  seed: z.number().int(),
  /** Truth and others' decisions are withheld until a reviewer decided the sample. */
  blind: z.boolean(),
  createdBy: z.string(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  samples: z.number().int(),
  /** Samples that all decided to whom they were dealt, and of those the ones that wait for an adjudicator. */
  complete: z.number().int(),
  differing: z.number().int(),
  reviewers: z.array(dealtReviewerSchema),
});
export type Deal = z.infer<typeof dealSchema>;

const dealWishSchema = z.object({
  name: nameSchema(MOST.filterName),
  filter: sampleFilterSchema,
  reviewers: z.array(reviewerSchema).min(1).max(100),
  overlap: z.number().int().min(1).max(100),
  seed: z.number().int().min(0).max(0xffff_ffff),
  blind: z.boolean(),
});
export type DealWish = z.infer<typeof dealWishSchema>;

/** A number with the ends of its 95% interval; all null where it has no meaning. */
const estimateSchema = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const agreedSchema = z.object({
  /** Samples that it is over. */
  samples: z.number().int(),
  /** Kappa of accept, correct, reject. */
  decisions: estimateSchema,
  /** Kappa of the labels' cells: foreground, background, ignored; of samples that all of them labelled on one grid. */
  cells: estimateSchema,
  labelled: z.number().int(),
  /** Mean IoU of the boxes around the foreground, over pairs of labels that have one. */
  boxIou: estimateSchema,
  boxes: z.number().int(),
});
export type Agreed = z.infer<typeof agreedSchema>;

export const agreementSchema = z.object({
  /** Cohen's kappa of every two who share samples. */
  pairs: z.array(agreedSchema.extend({ reviewers: z.tuple([z.string(), z.string()]) })),
  /** Fleiss' kappa over all, of samples with as many reviewers as most have; null where nobody shares a sample. */
  all: agreedSchema.extend({ overlap: z.number().int(), leftOut: z.number().int() }).nullable(),
});
export type Agreement = z.infer<typeof agreementSchema>;

export const peopleProcedures = {
  /** Who is invited to the open project, by name. */
  'people.list': { input: none, output: z.array(z.object({ name: z.string(), role: roleSchema })) },
  /** Every round of dealing, the newest first, with how far each reviewer is. */
  'deals.list': { input: none, output: z.array(dealSchema) },
  /** How many samples of a filter would be dealt: those nobody decided on and that are not dealt yet. */
  'deals.preview': {
    input: z.object({ filter: sampleFilterSchema }),
    output: z.object({ samples: z.number().int() }),
  },
  /** Deals the samples of a filter: each to `overlap` different reviewers, evenly, by a seed. Tells `deals.changed`. */
  'deals.start': { input: dealWishSchema, output: dealSchema },
  /** What is not decided yet is dealt to nobody any more; decisions stay. */
  'deals.end': { input: z.object({ id: idSchema }), output: dealSchema },
  /** What those it was dealt to said of a sample, side by side: all of it for who does not decide blind. */
  'reviews.words': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },
  /** Samples whose reviewers differ and that wait for an admin. */
  'adjudication.list': {
    input: none,
    output: z.object({ total: z.number().int(), ids: z.array(idSchema).max(DIFFERING_MOST) }),
  },
  /** How far reviewers agree on what two or more of them decided. */
  'agreement.get': { input: none, output: agreementSchema },
} as const;
