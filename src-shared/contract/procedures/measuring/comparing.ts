/** Two versions of the RPN on the same samples: which can be compared, how they do, and who wins where. */
import { z } from 'zod';
import { idSchema, sampleRowSchema } from '../../domain.ts';
import { wireErrorSchema } from '../../errors.ts';
import {
  agreementSchema,
  COMPARED_MEASURES,
  comparedAgainstSchema,
  comparedOverSchema,
  rpnComparisonSchema,
} from '../../training.ts';
import { none } from '../none.ts';

const count = z.number().int().min(0);
const slot = z.string().max(100);

/** A version's number, the RPN that the model brings itself, g′ of the other side's run, or g′ of a run. */
export const comparedSideSchema = z.union([
  idSchema,
  z.enum(['own', 'teacher']),
  z.templateLiteral(['run:', z.int().positive()]),
]);
export type ComparedSide = z.infer<typeof comparedSideSchema>;

/** What can be one side of a comparison; the teacher always can be the other one. */
export const comparableSideSchema = z.object({
  side: z.union([idSchema, z.literal('own')]),
  name: z.string(),
  /** Samples of the run that speaks for it; 0: it was asked about none yet. */
  predicted: count,
  runId: idSchema.nullable(),
});
export type ComparableSide = z.infer<typeof comparableSideSchema>;

export const comparableSidesSchema = z.object({
  /** The model's own RPN (where it has one), then the versions, oldest first; none of another base model. */
  sides: z.array(comparableSideSchema),
  samples: count,
  /** Which version labelling used when, the newest first; null: what the model brings itself. */
  history: z.array(z.object({ rpnId: idSchema.nullable(), since: z.string() })),
  /** Why nothing can be compared: the project was not labelled yet, or its model is gone. Null: it can. */
  problem: wireErrorSchema.nullable(),
});
export type ComparableSides = z.infer<typeof comparableSidesSchema>;

/** Which of the compared samples: all that have the number, those one side does better on, those neither does. */
export const comparedWhichSchema = z.enum(['all', 'a', 'b', 'ties']);
export type ComparedWhich = z.infer<typeof comparedWhichSchema>;

export const comparedRowSchema = z.object({
  sampleId: idSchema,
  /** Null: it was removed since. */
  sample: sampleRowSchema.nullable(),
  predictions: z.tuple([idSchema, idSchema]),
  /** A side's run held it out. */
  heldOut: z.boolean(),
  a: agreementSchema,
  b: agreementSchema,
});
export type ComparedRow = z.infer<typeof comparedRowSchema>;

const listSchema = z.object({
  comparisonId: idSchema,
  measure: z.enum(COMPARED_MEASURES),
  which: comparedWhichSchema,
  /** On whose best samples the list begins. */
  first: z.enum(['a', 'b']),
});

export const comparingProcedures = {
  'compare.sides': { input: none, output: comparableSidesSchema },
  /**
   * Compares in the background of everything else; tells how far it is (`compare.progress`). A later call of the slot ends an
   * earlier one (`cancelled`). `bad_input` when a side has no predictions yet or no sample is left, with why.
   */
  'compare.run': {
    input: z.object({
      slot,
      a: comparedSideSchema,
      b: comparedSideSchema,
      against: comparedAgainstSchema,
      /** Null: the samples held out, where something is known of one; else those that neither learned from. */
      over: comparedOverSchema.nullable(),
    }),
    output: z.object({ comparisonId: idSchema, comparison: rpnComparisonSchema }),
  },
  /** Ordered by A − B, equal ones by number. `not_found` for a comparison that is not here any more: compare again. */
  'compare.list': {
    input: listSchema.extend({ offset: count, limit: z.number().int().min(1).max(500) }),
    output: z.object({
      total: count,
      /** The largest difference of all samples, whichever side is ahead. */
      largest: z.number(),
      rows: z.array(comparedRowSchema),
    }),
  },
  /** The sample's place (0-based) in that list; null when it is not in it. */
  'compare.position': {
    input: listSchema.extend({ sampleId: idSchema }),
    output: z.object({ position: count.nullable() }),
  },
} as const;
