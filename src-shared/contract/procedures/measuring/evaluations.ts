/** Evaluations of a project: what can be measured, what was, and the report of it. */
import { z } from 'zod';
import { idSchema } from '../../domain.ts';
import { wireErrorSchema } from '../../errors.ts';
import {
  evaluationCellSchema,
  evaluationSchema,
  evaluationTableSchema,
  evaluationWishSchema,
  methodSchema,
  sweepPointSchema,
} from '../../evaluation.ts';
import { jobEntrySchema } from '../job-list.ts';
import { none } from '../none.ts';
import { LISTED_MOST } from '../sample-filter.ts';

const count = z.number().int().min(0);
const one = z.object({ id: idSchema });
/** Evaluations that a list shows. */
export const EVALUATIONS_SHOWN = 100;

/** What a new evaluation would measure, and by which methods it could. */
export const evaluationPlanSchema = z.object({
  samples: count,
  model: z.string(),
  preset: z.string(),
  /** Whether the model takes pictures of any size, so that budgets of visual tokens can be swept over. */
  budgets: z.boolean(),
  /** Why a method cannot be measured on them; null: it can. */
  methods: z.array(z.object({ method: methodSchema, why: z.string().nullable(), usual: z.boolean() })),
});
export type EvaluationPlan = z.infer<typeof evaluationPlanSchema>;

export const evaluationProcedures = {
  /** The newest first. */
  'evaluations.list': { input: none, output: z.array(evaluationSchema).max(EVALUATIONS_SHOWN) },
  /** `problem`: why nothing can be measured (the project was not labelled yet, its model is gone). */
  'evaluations.plan': {
    input: evaluationWishSchema.pick({ filter: true, limit: true }),
    output: z.object({ plan: evaluationPlanSchema.nullable(), problem: wireErrorSchema.nullable() }),
  },
  /** One of the same settings and samples is gone on with; `job` null: all of it is measured already. */
  'evaluations.start': {
    input: evaluationWishSchema.extend({ again: z.boolean().default(false) }),
    output: z.object({ id: idSchema, job: jobEntrySchema.nullable() }),
  },
  /** As far as it is measured. `sweep`: beside the same at other budgets, the smallest first; empty: there is no other. */
  'evaluations.table': {
    input: one,
    output: z.object({
      evaluation: evaluationSchema,
      table: evaluationTableSchema,
      sweep: z.array(sweepPointSchema),
    }),
  },
  /** The samples behind a cell of the table, by number. */
  'evaluations.samples': {
    input: evaluationCellSchema.extend({ id: idSchema }),
    output: z.object({ ids: z.array(idSchema).max(LISTED_MOST), total: count }),
  },
  /** One HTML file that needs nothing else, and what it is called. */
  'evaluations.report': { input: one, output: z.object({ name: z.string(), html: z.string() }) },
  /** With all that it measured; `conflict` while it is being measured. */
  'evaluations.remove': { input: one, output: none },
} as const;
