/** Which pictures look alike to the model that encoded them: what is like a picture, near-duplicates, all of them as a plane. */
import { z } from 'zod';
import { bytesSchema, idSchema, jobSchema, sampleStateSchema } from '../domain.ts';
import { measureSchema, sampleFilterSchema, FILTER_IDS_MAX } from './sample-filter.ts';

/** Similarities that near-duplicates can be looked for from. Less has little in common. */
export const NEAR_LEAST = 0.8;
/** What near-duplicates are where nobody says. */
export const NEAR_DEFAULT = 0.95;
/** Bars of the histogram of nearest similarities, of equal width from {@link NEAR_LEAST} to 1. */
export const NEAR_BARS = 40;
/** Groups of near-duplicates that are shown, pictures of each, and samples of each that can be opened at once. */
export const NEAR_GROUPS = 200;
export const NEAR_PICTURES = 8;
/** Dots of the plane at most. */
export const POINTS_MOST = 20_000;
/** A dot's state is its place in here. */
export const POINT_STATES = sampleStateSchema.options;

const slot = z.string().min(1).max(64);

export const similarPicturesSchema = z.object({
  /** Whose encodings are compared; null: nothing is encoded. */
  model: z.string().nullable(),
  /** Pictures that have no embedding of that encoder. */
  without: z.number().int(),
  /** The first sample of each picture, the most similar first; null: the picture itself has no embedding. */
  found: z
    .array(
      z.object({
        id: idSchema,
        /** −1 to 1. */
        similarity: z.number(),
        /** The files have the same bytes. */
        identical: z.boolean(),
      }),
    )
    .nullable(),
});
export type SimilarPictures = z.infer<typeof similarPicturesSchema>;

export const embeddingStatusSchema = z.object({
  model: z.string().nullable(),
  pictures: z.number().int(),
  embedded: z.number().int(),
  /** Why missing embeddings cannot be made: the project was not labelled yet, or is read-only; null: they can. */
  refused: z.enum(['not_labelled', 'read_only']).nullable(),
});
export type EmbeddingStatus = z.infer<typeof embeddingStatusSchema>;

export const nearDuplicatesSchema = z.object({
  model: z.string(),
  threshold: z.number(),
  /** Pictures that were compared, and those that have no embedding. */
  compared: z.number().int(),
  without: z.number().int(),
  /** In all groups. */
  groups: z.number().int(),
  pictures: z.number().int(),
  samples: z.number().int(),
  /** Of those, pictures whose file has the bytes of another one. */
  identical: z.number().int(),
  /** Pictures by the similarity of the one most like them, from `floor` on: below that none was looked for. */
  bars: z.array(z.number().int()).length(NEAR_BARS),
  floor: z.number(),
  /** The largest first, at most {@link NEAR_GROUPS}. */
  list: z.array(
    z.object({
      /** The first {@link NEAR_PICTURES}. */
      shown: z.array(idSchema),
      pictures: z.number().int(),
      identical: z.number().int(),
      /** The first {@link FILTER_IDS_MAX}, by picture. */
      sampleIds: z.array(idSchema),
      samples: z.number().int(),
    }),
  ),
  /** Whether lists can be filtered by what was found: not in a project that is read-only. */
  kept: z.boolean(),
});
export type NearDuplicates = z.infer<typeof nearDuplicatesSchema>;

export const planeSchema = z.object({
  model: z.string(),
  /** Samples that the filter lets through, and those of them whose picture has no embedding. */
  listed: z.number().int(),
  without: z.number().int(),
  /** Pictures of the dots. */
  pictures: z.number().int(),
  /** Share of the variance of their embeddings along each of the two axes. */
  shares: z.tuple([z.number(), z.number()]),
  /** `[n]` uint32, little-endian: sample and picture of each dot. */
  samples: bytesSchema,
  images: bytesSchema,
  /** `[n, 2]` float32, little-endian: x to the right and y down, the longer side from 0 to 1. */
  places: bytesSchema,
  /** `[n]` place in {@link POINT_STATES}. */
  states: bytesSchema,
  /** `[n]` float32, little-endian: the number that was asked for, NaN where a sample has none; null: none was. */
  values: bytesSchema.nullable(),
});
export type EmbeddingPlane = z.infer<typeof planeSchema>;

export const embeddingProcedures = {
  'embeddings.status': { input: z.object({}), output: embeddingStatusSchema },
  /** Queues a job that encodes the pictures that have no embedding, as the active run did. Fails with `bad_input` before there is one. */
  'embeddings.encode': { input: z.object({}), output: jobSchema },
  /** Pictures like that of a sample. */
  'embeddings.similar': {
    input: z.object({ id: idSchema, limit: z.number().int().min(1).max(FILTER_IDS_MAX) }),
    output: similarPicturesSchema,
  },
  /**
   * Looks for near-duplicates in the whole project, and keeps what was found for the filter. Tells `embeddings.progress` in pictures; a
   * later call of the slot ends this one with `cancelled`, as does `embeddings.stop`.
   */
  'embeddings.nearDuplicates': {
    input: z.object({ slot, threshold: z.number().min(NEAR_LEAST).max(1) }),
    output: nearDuplicatesSchema,
  },
  'embeddings.stop': { input: z.object({ slot }), output: z.object({}) },
  /** The samples of a filter as dots; the same ones lie in the same places. Of more than {@link POINTS_MOST} some, evenly spread. */
  'embeddings.plane': {
    input: z.object({ slot, filter: sampleFilterSchema, measure: measureSchema.nullable() }),
    output: planeSchema,
  },
} as const;
