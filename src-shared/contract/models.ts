/** What both sides say about a model of the library. Sizes are bytes. */
import { z } from 'zod';
import { gridSchema } from './domain.ts';
import { wireErrorSchema } from './errors.ts';
import { checkpointRulesSchema } from './rules.ts';

const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/**
 * Which weights a model runs with: those of its files, or linear layers in another form from a cache that Fovea writes
 * once (`int4`: blocks of 4 or 8 bits; `int8`: rows of one digit of 8 bits, or two where labels and tokens would change otherwise,
 * and inputs like them; `int8-fast`: one digit wherever a layer by itself bears it; `fp16`: float16, and no cache where
 * the files hold float16 already).
 */
export const precisionSchema = z.enum(['as-stored', 'int4', 'int8', 'int8-fast', 'fp16']);
export type Precision = z.infer<typeof precisionSchema>;

/** Whether products are those of whole numbers of 8 bits, which only processors have. */
export function isInt8(precision: Precision | undefined): precision is 'int8' | 'int8-fast' {
  return precision === 'int8' || precision === 'int8-fast';
}

/** What may be asked for: a precision, or to have one chosen. Nothing is run, stored or compared as `auto`. */
export const precisionWishSchema = z.enum([...precisionSchema.options, 'auto']);
export type PrecisionWish = z.infer<typeof precisionWishSchema>;

/** What `auto` came to, and why, in words without a full stop. */
export const chosenPrecisionSchema = z.object({ precision: precisionSchema, why: z.string() });
export type ChosenPrecision = z.infer<typeof chosenPrecisionSchema>;

/** Where a model is to run. */
export const deviceChoiceSchema = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>;

/** A model as it is put together and asked (`ModelRef` of the engine's protocol). Folders are absolute paths. */
export const modelRefSchema = z.object({
  dir: z.string().min(1),
  rpnDir: z.string().min(1).optional(),
  adapterDir: z.string().min(1).optional(),
  device: deviceChoiceSchema,
  precision: precisionSchema.optional(),
});

/** What a checkpoint's headers and configs say; nothing is loaded for it. */
export const modelFactsSchema = z.object({
  family: z.string(),
  parameters: count,
  /** Decoder layers and attention heads of each. */
  layers: count,
  heads: count,
  /** Rows and columns of visual tokens; null: each picture has a grid of its own. */
  grid: gridSchema.nullable(),
  /** The RPN reads layer `k` and has `t` layers of its own; null: none in this checkpoint. */
  rpn: z.object({ k: count, t: count }).nullable(),
  /** Q-Zoom's gate is among the tensors. */
  gate: z.boolean(),
  /** Below which it leaves out the crop; absent: it does not run. */
  gateThreshold: z.number().optional(),
  /** Keys of its config files that Fovea knows nothing of, `text_config.foo` with its value as JSON. */
  unknownKeys: z.array(z.object({ file: z.string(), key: z.string(), value: z.string() })).optional(),
  /** Where other readers of these files come to other numbers, in whole sentences. */
  notes: z.array(z.string()).optional(),
  /** Whose rules an RoI map of this checkpoint is read by. */
  rules: checkpointRulesSchema,
  /** Stored values by dtype. */
  dtypes: z.record(z.string(), count),
  /** Weights used where they lie, weights that loading copies, and keys and values of one token. */
  memory: z.object({
    mappedBytes: bytes,
    copiedBytes: bytes,
    cacheBytesPerToken: bytes,
    /** The same from the int4 cache, and that cache's size. */
    int4: z.object({ mappedBytes: bytes, copiedBytes: bytes, fileBytes: bytes }).optional(),
    /** The same from the int8 cache, at most, and from int8-fast's, at least: by how many layers take two digits. */
    int8: z.object({ mappedBytes: bytes, copiedBytes: bytes, fileBytes: bytes }).optional(),
    'int8-fast': z.object({ mappedBytes: bytes, copiedBytes: bytes, fileBytes: bytes }).optional(),
    /** The same from the fp16 cache (size 0: not needed), and what a device holds that knows float16. */
    fp16: z
      .object({ mappedBytes: bytes, copiedBytes: bytes, fileBytes: bytes, deviceBytes: bytes })
      .optional(),
  }),
});
export type ModelFacts = z.infer<typeof modelFactsSchema>;

/** How a load went: the device that really ran and how far it was from the CPU (null on the CPU itself). */
export const modelCheckSchema = z.object({
  device: z.string(),
  selfCheck: z.object({ maxError: z.number(), limit: z.number() }).nullable(),
  /** Why samples run one at a time on the device; absent: they are in flight together. */
  oneAtATime: z.string().optional(),
  loadMs: z.number(),
  at: z.string(),
});
export type ModelCheck = z.infer<typeof modelCheckSchema>;

/**
 * `demo` comes with Fovea · `folder` is a person's own, referenced where it lies · `download` was fetched by Fovea and is
 * Fovea's to delete.
 */
export const modelKindSchema = z.enum(['demo', 'folder', 'download']);

/** What an adapter's own files say. */
export const adapterSchema = z.object({
  /** The base as the adapter names it, and its folder on this machine (the adapter's own: they lie in one); null: not said, not found. */
  base: z.string().nullable(),
  baseDir: z.string().nullable(),
  /** Every rank there is; last parts of the paths of adapted layers; how many those are, and tensors that replace the base's. */
  ranks: z.array(count),
  targets: z.array(z.string()),
  layers: count,
  replaced: count,
  /** Tokenizer, template and picture settings beside it that differ from the base's, which are used. */
  ownFiles: z.array(z.string()),
});
export type AdapterInfo = z.infer<typeof adapterSchema>;

export const libraryModelSchema = z.object({
  /** Unique; accepted wherever a checkpoint folder is. */
  name: z.string(),
  kind: modelKindSchema,
  /** Absolute. */
  dir: z.string(),
  /** `unfinished`: a download that can go on; `missing`: the folder is gone. */
  state: z.enum(['ready', 'unfinished', 'missing']),
  bytesOnDisk: bytes,
  /** Downloads only: where from. `totalBytes` is null until the weights are known. */
  source: z
    .object({ repo: z.string(), revision: z.string(), commit: z.string(), totalBytes: bytes.nullable() })
    .nullable(),
  facts: modelFactsSchema.nullable(),
  /** A folder that holds an RPN without its base model (METHOD §3): it is laid over another model. */
  rpnOnly: z.object({ k: count, t: count }).nullable(),
  /** A CLIP: models that name it as their vision tower use it. */
  tower: z.object({ layers: count, imageSize: count }).nullable(),
  /** A LoRA adapter: `facts` are then those of base and adapter together. Null for any other folder. */
  adapter: adapterSchema.nullable(),
  /** Why there is none of these, or an adapter's base is nowhere. */
  problem: wireErrorSchema.nullable(),
  /** The last load that went well, as long as the files are those that were loaded. */
  check: modelCheckSchema.nullable(),
});
export type LibraryModel = z.infer<typeof libraryModelSchema>;

/** What removing a model deletes and what it leaves. */
export const removalSchema = z.object({
  name: z.string(),
  kind: modelKindSchema,
  dir: z.string(),
  /** Files of Fovea's own that go, relative to `dir`, and their bytes; empty for a person's folder. */
  files: z.array(z.string()),
  bytes,
  /** Models of the library that cannot run without it. */
  neededBy: z.array(z.string()),
});
export type Removal = z.infer<typeof removalSchema>;

/** Tokens of a long prompt with its answer, for which room must be left. */
const TOKENS = 4096;

/**
 * Whether loading a model fits into memory: weights that are only mapped can be dropped and read again, copies cannot.
 * `tight`: it runs, and the disk is read again and again; `too_large`: it would push everything else out, or fail.
 */
export function memoryVerdict(
  {
    mappedBytes,
    copiedBytes,
    cacheBytesPerToken,
  }: Pick<ModelFacts['memory'], 'mappedBytes' | 'copiedBytes' | 'cacheBytesPerToken'>,
  availableBytes: number,
): 'fits' | 'tight' | 'too_large' {
  const needed = copiedBytes + TOKENS * cacheBytesPerToken;
  if (needed > availableBytes) return 'too_large';
  return needed + mappedBytes > availableBytes ? 'tight' : 'fits';
}

/** What the main side does about a model while a person waits. */
export const modelTaskSchema = z.object({
  id: z.number().int().positive(),
  kind: z.enum(['check', 'download']),
  /** The model, or for a download that has no entry yet its repository. */
  name: z.string(),
  /** `files`, `memory`, `cache` (int4 or fp16 weights are being written), `load`: of a check · `list`, `details`, `weights`: of a download. */
  stage: z.enum(['files', 'memory', 'cache', 'load', 'list', 'details', 'weights']),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** Downloads: bytes on the disk, of all (null: not known yet), per second, and seconds left; `cache`: bytes read of all. */
  doneBytes: bytes,
  totalBytes: bytes.nullable(),
  rate: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  /** A download: `ORG/NAME` of the vision tower that the model names and that is being fetched for it. */
  tower: z.string().nullable(),
  /** A check: the weights that it loads (`auto`: not chosen yet), why those where they were chosen, and how that went. */
  precision: precisionWishSchema.nullable(),
  chosen: z.string().nullable(),
  check: modelCheckSchema.nullable(),
  error: wireErrorSchema.nullable(),
});
export type ModelTask = z.infer<typeof modelTaskSchema>;
