/** Many samples at once: small pictures, what to tint them with, what there is to filter by, which are alike. */
import { z } from 'zod';
import { bytesSchema, droppedSchema, flagSchema, gridSchema, idSchema, transformSchema } from '../domain.ts';
import { FILTER_IDS_MAX, IMPORT_ORDER, sampleFilterSchema, sampleSortSchema } from './sample-filter.ts';

/** Longer side of a thumbnail in pixels. */
export const THUMBNAIL_EDGES = [128, 256, 512] as const;

export const heatKindSchema = z.enum(['label', 'denoised', 'rpn']);
export type HeatKind = z.infer<typeof heatKindSchema>;

/** One byte per token, `[H*W]` row-major; 0 is see-through. */
export const heatSchema = z.object({ grid: gridSchema, transform: transformSchema, data: bytesSchema });
export type Heat = z.infer<typeof heatSchema>;

const countedSchema = z.object({ name: z.string(), samples: z.number().int() });

/** What samples can be filtered by, with how many each would show; a name of no letters stands for "none given". */
export const facetsSchema = z.object({
  languages: z.array(countedSchema),
  splits: z.array(countedSchema),
  tags: z.array(countedSchema),
  reviewers: z.array(countedSchema),
  /** Of those that are rejected with one. */
  reasons: z.array(countedSchema),
  dropRules: z.array(z.object({ rule: droppedSchema.shape.rule, samples: z.number().int() })),
  outcomes: z.array(
    z.object({ outcome: sampleFilterSchema.shape.outcomes.unwrap().element, samples: z.number().int() }),
  ),
  /** Null: of no sample is known both whether its map is on the truth and whether its answer is right. */
  localised: z
    .object({ used: z.number().int(), unused: z.number().int(), missed: z.number().int() })
    .nullable(),
  flags: z.array(z.object({ flag: flagSchema, samples: z.number().int() })),
  withNotes: z.number().int(),
  /** Whose picture has near-duplicates, by the last search; null: none were found, or nobody looked. */
  nearDuplicates: z.number().int().nullable(),
  /** Batches that accepted something, the latest first, with how many of it stand. */
  batches: z.array(z.object({ id: idSchema, createdAt: z.string(), samples: z.number().int() })),
});
export type Facets = z.infer<typeof facetsSchema>;

/** A sample like another, and why. */
const alikeSchema = z.object({
  id: idSchema,
  /** 0 to 1.1; only good for ordering. */
  likeness: z.number(),
  /** Share of the questions' words that both have, rare words weighing more. */
  words: z.number(),
  /** Words of both that fewer than a tenth of all questions have, the rarest first; three at most. */
  sharedWords: z.array(z.string()),
  /** Of the regions: 1 same place and size, 0 as far apart as can be; null when one has none. */
  closeness: z.number().nullable(),
  /** Of the labels' foregrounds on one picture: intersection over union; null when one has none. */
  overlap: z.number().nullable(),
  samePicture: z.boolean(),
});
export type Alike = z.infer<typeof alikeSchema>;

export const galleryProcedures = {
  /** WebP bytes. Fails with `not_found` or `bad_image` when there is no picture to show. */
  'gallery.thumbnail': {
    input: z.object({ imageId: idSchema, edge: z.literal(THUMBNAIL_EDGES) }),
    output: z.object({ bytes: bytesSchema }),
  },
  /** In the order asked; null where a sample has none. */
  'gallery.heat': {
    input: z.object({ sampleIds: z.array(idSchema).max(100), kind: heatKindSchema }),
    output: z.array(heatSchema.nullable()),
  },
  'samples.ids': {
    input: z.object({
      filter: sampleFilterSchema,
      sort: sampleSortSchema.default(IMPORT_ORDER),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(10_000),
    }),
    output: z.array(idSchema),
  },
  /** Counted under `filter`, each part without its own choices. */
  'samples.facets': { input: z.object({ filter: sampleFilterSchema }), output: facetsSchema },
  /** Others like a sample, most like first: see `similar.ts` for what "like" means. */
  'samples.similar': {
    input: z.object({ id: idSchema, limit: z.number().int().min(1).max(FILTER_IDS_MAX) }),
    output: z.array(alikeSchema),
  },
} as const;
