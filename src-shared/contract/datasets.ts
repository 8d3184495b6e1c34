/** Versions of the data set: frozen, named, compared. */
import { z } from 'zod';
import { MOST, nameSchema } from './limits.ts';

const count = z.number().int();
const counts = z.record(z.string(), count);

/** What a version is made of, counted when it was frozen. */
export const datasetCardSchema = z.object({
  samples: count,
  pictures: count,
  /** By the split that a sample was frozen with; `` for none. */
  splits: counts,
  states: counts,
  reviewers: counts,
  languages: counts,
  /** Of labels that a rule left out: by rule. */
  dropped: counts,
  /** Of samples that two people or more decided: how many agree, how many differ. */
  agreement: z.object({ agree: count, differ: count }),
  runs: z.array(
    z.object({
      run: count,
      model: z.string(),
      /** Where the model lay. */
      modelDir: z.string(),
      preset: z.string(),
      /** The RPN that was laid over the model; null: the model's own, or none. */
      rpn: z.string().nullable(),
      answers: z.enum(['self', 'teacher']),
      samples: count,
    }),
  ),
  /** Where the pictures' names start; null: their folders have none in common. */
  imagesFolder: z.string().nullable(),
  /** As somebody said it; null: not said. */
  licence: z.string().nullable(),
  /** Samples left out, by reason. */
  left: counts,
});
export type DatasetCard = z.infer<typeof datasetCardSchema>;

export const datasetNameSchema = nameSchema(MOST.filterName);

export const datasetVersionSchema = z.object({
  id: count,
  name: z.string(),
  /** Of the canonical lines, in hexadecimal: the same samples, decided alike, have the same. */
  sha256: z.string(),
  card: datasetCardSchema,
  reviewer: z.string(),
  createdAt: z.string(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** A sample that two versions do not have in common. */
export const datasetChangeSchema = z.object({
  sampleId: count,
  externalId: z.string(),
  question: z.string(),
  /** Of a changed sample: fields of its line that differ. */
  fields: z.array(z.string()),
});
export type DatasetChange = z.infer<typeof datasetChangeSchema>;

/** All that two versions do not have in common. */
export interface DatasetDiff {
  readonly same: number;
  readonly added: readonly DatasetChange[];
  readonly removed: readonly DatasetChange[];
  readonly changed: readonly DatasetChange[];
}

/** Samples of one kind of difference that a page is told. */
export const DIFF_TOLD = 500;

const toldSchema = z.object({
  total: count,
  /** The first of them; `here`: the sample is still in the project, and can be opened. */
  samples: z.array(datasetChangeSchema.extend({ here: z.boolean() })).max(DIFF_TOLD),
});

/** The same as a page is told it: counts, and the first samples of each kind. */
export const toldDiffSchema = z.object({
  same: count,
  added: toldSchema,
  removed: toldSchema,
  changed: toldSchema,
});
export type ToldDiff = z.infer<typeof toldDiffSchema>;
