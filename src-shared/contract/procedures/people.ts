/** People who share a project: who is invited, what is dealt to whom, how far they agree, and what is left to adjudicate. */
import { z } from 'zod';
import { decisionSchema, idSchema, reviewSchema } from '../domain.ts';
import { nameSchema, MOST, reviewerSchema } from '../limits.ts';
import { roleSchema } from '../role.ts';
import { sampleScopeSchema } from './batches.ts';
import { none } from './none.ts';

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

const dealWishSchema = sampleScopeSchema.extend({
  name: nameSchema(MOST.filterName),
  ids: sampleScopeSchema.shape.ids.default(null),
  reviewers: z.array(reviewerSchema).min(1).max(100),
  overlap: z.number().int().min(1).max(100),
  seed: z.number().int().min(0).max(0xffff_ffff),
  blind: z.boolean(),
});
export type DealWish = z.infer<typeof dealWishSchema>;

/** A round as somebody has it to whom samples were dealt in it: nothing of the others. */
export const ownDealSchema = dealSchema
  .pick({ id: true, name: true, blind: true, createdAt: true, endedAt: true })
  .extend({ dealt: z.number().int(), decided: z.number().int() });
export type OwnDeal = z.infer<typeof ownDealSchema>;

/** A sample that waits for an adjudicator. */
export const differingSchema = z.object({
  sampleId: idSchema,
  externalId: z.string(),
  question: z.string(),
  /**
   * How far its reviewers are apart, 0 to 1: the mean over every two of them of 1 − IoU of what they hold for foreground; 1 where only one
   * of the two rejected it, 0 where both did.
   */
  difference: z.number(),
  /** Each one's decision, in the order of their names. */
  decisions: z.array(z.object({ reviewer: z.string(), decision: decisionSchema })),
});
export type Differing = z.infer<typeof differingSchema>;

/** One round; null: all of them. */
const ofRound = z.object({ deal: idSchema.nullable().default(null) });

/** Somebody who is invited to the open project. */
export const invitedSchema = z.object({ name: z.string(), role: roleSchema, createdAt: z.string() });
export type Invited = z.infer<typeof invitedSchema>;

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
  'people.list': { input: none, output: z.array(invitedSchema) },
  /**
   * Invites somebody. The link lets in whoever has it, under this name; it is told this once. `served`: the project is being served now,
   * else the link begins as it usually would. Fails with `conflict` for a name that has an invitation. Tells `people.changed`.
   */
  'people.invite': {
    input: z.object({ name: reviewerSchema, role: roleSchema }),
    output: z.object({ url: z.string(), served: z.boolean() }),
  },
  /** Ends an invitation: its browsers are out at once, what was decided stays. Tells `people.changed`. */
  'people.revoke': { input: z.object({ name: reviewerSchema }), output: none },
  /** Every round of dealing, the newest first, with how far each reviewer is. */
  'deals.list': { input: none, output: z.array(dealSchema) },
  /** The rounds in which samples were dealt to this reviewer, the newest first: of those alone what is theirs. */
  'deals.mine': { input: z.object({ reviewer: reviewerSchema }), output: z.array(ownDealSchema) },
  /** How many samples of a scope would be dealt: those nobody decided on and that are not dealt yet. */
  'deals.preview': {
    input: dealWishSchema.pick({ filter: true, ids: true, except: true }),
    output: z.object({ samples: z.number().int() }),
  },
  /** Deals the samples of a scope: each to `overlap` different reviewers, evenly, by a seed. Tells `deals.changed`. */
  'deals.start': { input: dealWishSchema, output: dealSchema },
  /** What is not decided yet is dealt to nobody any more; decisions stay. */
  'deals.end': { input: z.object({ id: idSchema }), output: dealSchema },
  /** What those it was dealt to said of a sample, side by side: all of it for who does not decide blind. */
  'reviews.words': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },
  /** Samples of a round whose reviewers differ and that wait for an admin, those furthest apart first. */
  'adjudication.list': {
    input: ofRound,
    output: z.object({ total: z.number().int(), samples: z.array(differingSchema).max(DIFFERING_MOST) }),
  },
  /** How far reviewers agree on what two or more of them decided in a round. */
  'agreement.get': { input: ofRound, output: agreementSchema },
} as const;
