/** Recipes: presets that people save, and other thresholds applied to maps that are stored. */
import { z } from 'zod';
import { idSchema, jobSchema } from '../domain.ts';
import {
  brokenPresetSchema,
  givenPresetSchema,
  labelParamsSchema,
  presetSchema,
  roiParamsSchema,
} from '../preset.ts';
import { none } from './none.ts';
import { sampleFilterSchema } from './sample-filter.ts';

const count = z.number().int().min(0);

const scopeSchema = z.object({
  /** Whose maps; samples that show a run with maps of the same making are in the scope too. */
  runId: idSchema,
  labels: labelParamsSchema,
  roi: roiParamsSchema,
  /** Null: the whole project. */
  filter: sampleFilterSchema.nullable(),
});

export const recipeProcedures = {
  /** Saves a preset of the person's own. `conflict` when its id is taken and `replace` is not set. */
  'presets.save': {
    input: z.object({ preset: givenPresetSchema, replace: z.boolean() }),
    output: presetSchema,
  },

  /** The presets that people saved, without those that came with the app. */
  'presets.own': { input: none, output: z.array(presetSchema) },
  /** Files of the presets' folders that are none, each with the reason; the others work all the same. */
  'presets.broken': { input: none, output: z.array(brokenPresetSchema) },
  /**
   * Deletes a saved preset and gives it, so that it can be saved again; runs made with it keep their copy. `conflict`
   * while a job of the project works with it, `read_only` for one that came with the app, `not_found`.
   */
  'presets.remove': { input: presetSchema.pick({ id: true }), output: presetSchema },

  /**
   * What the thresholds would change: one chunk of a few milliseconds. Ask again with `after: next` until that is null;
   * sums are of the chunk. Samples a person decided on are counted and left out.
   */
  'recipes.preview': {
    input: scopeSchema.extend({ after: count }),
    output: z.object({
      samples: count,
      reviewed: count,
      candidates: count,
      looked: count,
      labelChanged: count,
      newlyDropped: count,
      newlyKept: count,
      /** Sums of the foreground's share of the grid, 0 to 1 each. */
      fgNow: z.number(),
      fgThen: z.number(),
      failed: count,
      next: z.number().int().nullable(),
    }),
  },
  /**
   * What the rules for dropping cut, on up to 200 samples evenly over a run, under the other thresholds given: shares of the grid that
   * the foreground's box covers, 1 without foreground, and maxima of the map (0 where none is held against a floor).
   */
  'recipes.spread': {
    input: scopeSchema.pick({ runId: true, labels: true }),
    output: z.object({
      /** Samples that the run has a label of. */
      labelled: count,
      areas: z.array(z.number()),
      maxima: z.array(z.number()),
    }),
  },
  /** Derives the labels of the scope anew under these thresholds, as a new run, in a job. `runs.takeBack` is the way back. */
  'recipes.apply': {
    /** `answerAgain`: where the crop changes, the model looks at it again. */
    input: scopeSchema.extend({ answerAgain: z.boolean().default(false) }),
    output: z.object({ job: jobSchema, runId: idSchema, presetName: z.string() }),
  },
} as const;
