/**
 * A preset: which layers and heads make the grounding map of a model, and every threshold of METHOD §2 and §4.
 * Nothing of this is hard-coded elsewhere, and each run stores the preset it used.
 */
import { z } from 'zod';
import { gateSettingsSchema } from './gate.ts';
import { MOST, nameSchema } from './limits.ts';

/** 0-based decoder layer and its heads; `all` means every head of the layer. */
export const headSetSchema = z.object({
  layer: z.number().int().min(0),
  heads: z.union([z.array(z.number().int().min(0)).min(1), z.literal('all')]),
});
export type HeadSet = z.infer<typeof headSetSchema>;

export const labelParamsSchema = z.object({
  variant: z.enum(['llava', 'qwen']),
  sinkThresh: z.number().min(0),
  binaryCoff: z.number().min(0).max(1),
  bgCoff: z.number().min(0).max(1),
  maxRatioLimit: z.number().min(0).max(1),
  /** Qwen only: a sample whose maximum is below this is dropped (`low_max`). */
  minMax: z.number().min(0).optional(),
  /** Qwen only: 5×5 σ=1 smoothing gate before thresholding; off in the reference trainer. */
  useSmoothing: z.boolean().optional(),
});
export type LabelParams = z.infer<typeof labelParamsSchema>;

export const roiParamsSchema = z.object({
  variant: z.enum(['llava', 'qwen']),
  form: z.enum(['bbox', 'mask']),
  /** On the blurred probability map. Negative (bbox only): no sigmoid, > |t|·max. */
  threshold: z.number(),
  /**
   * Qwen2.5-VL only: Q-Zoom's rules whatever the checkpoint is. Absent in a preset: the checkpoint decides, and a run
   * stores what it decided; absent in a run: SD-RPN's.
   */
  rules: z.enum(['q-zoom']).optional(),
});
export type RoiParams = z.infer<typeof roiParamsSchema>;

/** A second look at a large picture leaves out its tokens that no token of the question scores (METHOD §4). */
export const pruningSchema = z.object({
  /** Only pictures of more visual tokens than this. */
  aboveTokens: z.number().int().min(1),
  /** A token stays when its largest RPN probability over the question's tokens is above this. */
  threshold: z.number().min(0).max(1),
});

/** What SD-RPN's Qwen2.5-VL code does, always. */
export const REFERENCE_PRUNING: Readonly<z.infer<typeof pruningSchema>> = {
  aboveTokens: 1024,
  threshold: 0.01,
};

/**
 * How a picture file becomes the model's pixels, where two loaders differ. The authors' (`Image.convert('RGB')`): EXIF
 * orientation ignored, alpha dropped. transformers': `load_image` turns the picture, its processors lay a transparent
 * one on white. Either way maps, labels and boxes are kept in stored pixels.
 */
export const pictureRulesSchema = z.object({
  exif: z.enum(['stored', 'turned']),
  alpha: z.enum(['dropped', 'white']),
});
export type PictureRules = z.infer<typeof pictureRulesSchema>;

/** Whether rules are the authors', which a preset does not spell out. */
export function isAuthorsWay({ exif, alpha }: PictureRules): boolean {
  return exif === 'stored' && alpha === 'dropped';
}

/** What a preset that says nothing means. */
export const AUTHORS_PICTURE_RULES: PictureRules = { exif: 'stored', alpha: 'dropped' };

const headSetsSchema = z
  .array(headSetSchema)
  .min(1)
  .max(MOST.presetHeads)
  .refine(
    (sets) => sets.every(({ heads }) => heads === 'all' || heads.length <= MOST.presetHeads),
    `names more than ${MOST.presetHeads} heads`,
  );

export const presetSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  name: z.string().min(1),
  family: z.enum(['llava', 'qwen2_5_vl', 'qwen3_vl']),
  grounding: z.array(headSetSchema).min(1),
  sink: z.array(headSetSchema).min(1).nullable(),
  /** Whose attention rows make the grounding and sink maps; the published presets use answer rows. */
  rows: z.enum(['answer', 'last_prompt']),
  labels: labelParamsSchema,
  roi: roiParamsSchema,
  /** Dynamic grids only (Qwen): the teacher's grey square in visual tokens, and its prompt (METHOD §1). */
  teacher: z
    .object({ squareTokens: z.number().int().min(1), prompt: z.enum(['textual', 'natural']) })
    .optional(),
  /** Qwen2.5-VL with an SD-RPN branch only; absent: every token of the picture stays for the second look. */
  pruning: pruningSchema.optional(),
  /** Absent, or null: every crop that there is is taken. */
  gate: gateSettingsSchema.nullish(),
  /** Absent: the authors' ({@link AUTHORS_PICTURE_RULES}). */
  picture: pictureRulesSchema.optional(),
  /** Decoder layers and heads per layer of the one model this was made for; absent: any that has the heads. */
  model: z.object({ layers: z.number().int().min(1), heads: z.number().int().min(1) }).optional(),
  /** The branch it was made for; null: any. A checkpoint's branch is asked either way. */
  rpn: z.object({ k: z.number().int().min(0), t: z.number().int().min(1) }).nullable(),
  maxNewTokens: z.number().int().min(1).max(4096),
  notes: z.string().optional(),
});
export type Preset = z.infer<typeof presetSchema>;

/** A preset as people and files may give it; runs keep what they were made with, whatever its length. */
export const givenPresetSchema = presetSchema.extend({
  id: presetSchema.shape.id.max(MOST.presetId),
  name: nameSchema(MOST.presetName),
  notes: z.string().max(MOST.presetNotes).optional(),
  grounding: headSetsSchema,
  sink: headSetsSchema.nullable(),
});

/** A file in the presets folder that is none, and why. */
export const brokenPresetSchema = z.object({ file: z.string(), reason: z.string() });
export type BrokenPreset = z.infer<typeof brokenPresetSchema>;
