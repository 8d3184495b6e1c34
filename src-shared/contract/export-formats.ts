/** What each export format is: a file or a folder, and what a person can choose of it. Read by page, commands and exporters. */
import { z } from 'zod';
import { sampleScopeSchema } from './procedures/batches.ts';
import { sampleSortSchema } from './procedures/sample-filter.ts';

export const exportFormatSchema = z.enum([
  'jsonl',
  'sdrpn',
  'coco',
  'csv',
  'parquet',
  'yolo',
  'masks',
  'webdataset',
  'qzoom',
]);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/**
 * What becomes of the pictures. `with`: their files go along, as they are · `linked`: symbolic links to where they lie ·
 * `named`: only where they lie.
 */
export const picturesChoiceSchema = z.enum(['with', 'linked', 'named']);
export type PicturesChoice = z.infer<typeof picturesChoiceSchema>;

/** How a region is said: its pixels as runs, its outline along the edges of pixels, or the box around it. */
export const shapeChoiceSchema = z.enum(['rle', 'polygons', 'boxes']);
export type ShapeChoice = z.infer<typeof shapeChoiceSchema>;

/** Values of a mask: 0 and 1, or 0 and 255. */
export const maskValuesSchema = z.enum(['one', 'full']);
/** Ignored cells of a mask: background, or a value of their own (255, or 128 where that is the foreground). */
export const maskIgnoreSchema = z.enum(['background', 'apart']);

export interface FormatFacts {
  readonly kind: 'file' | 'folder';
  /** What its name ends with. */
  readonly ending: string;
  /** The first is what is done unless somebody says otherwise. */
  readonly pictures: readonly [PicturesChoice, ...PicturesChoice[]];
  /** Whether it writes the account of the audit, rejected samples too: when asked to, or always. */
  readonly audit: 'never' | 'asked' | 'always';
  /** Whether it is cut into files of a size that can be chosen. */
  readonly shards: boolean;
  /** Ways to say a region that can be chosen, the first unless somebody says otherwise. */
  readonly shapes: readonly ShapeChoice[];
  /** It has a card that says what the data may be used for. */
  readonly card: boolean;
}

const FILE = {
  kind: 'file',
  pictures: ['named'],
  audit: 'never',
  shards: false,
  shapes: [],
  card: false,
} as const;
const FOLDER = { ...FILE, kind: 'folder' } as const;

export const EXPORT_FORMATS: Readonly<Record<ExportFormat, FormatFacts>> = {
  jsonl: { ...FILE, ending: '.jsonl', audit: 'asked' },
  sdrpn: { ...FILE, ending: '.pkl' },
  coco: { ...FILE, ending: '.coco.json', shapes: ['rle', 'polygons'] },
  csv: { ...FILE, ending: '.csv', audit: 'always' },
  parquet: { ...FOLDER, ending: '-dataset', pictures: ['with', 'named'], shards: true, card: true },
  yolo: { ...FOLDER, ending: '-yolo', pictures: ['with', 'linked'], shapes: ['polygons', 'boxes'] },
  masks: { ...FOLDER, ending: '-masks', pictures: ['named', 'with', 'linked'] },
  webdataset: { ...FOLDER, ending: '-webdataset', pictures: ['with'], shards: true },
  qzoom: { ...FILE, ending: '.qzoom.jsonl' },
};

/** Megabytes (10⁶ bytes) of a shard: the Hub's own default. */
export const SHARD_MEGABYTES = 500;

/** What splits are to have as often as each other: the data's answers, their languages, their first tags, what was decided, or nothing. */
export const SPLIT_BY = ['none', 'answer', 'language', 'tag', 'state'] as const;

/** Splits dealt out anew; samples of one picture, or of pictures with the same bytes, stay together. */
export const splitWishSchema = z.object({
  /** What they come to together is everything. */
  shares: z
    .object({ train: share(), val: share(), test: share() })
    .refine(({ train, val, test }) => train + val + test > 0, 'the shares come to nothing'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  by: z.enum(SPLIT_BY),
});
export type SplitWish = z.infer<typeof splitWishSchema>;

function share(): z.ZodNumber {
  return z.number().min(0).max(100);
}

/** What an export is asked for, beside its format and place. */
export const exportChoicesSchema = z.object({
  /** Which samples; null: all. */
  scope: sampleScopeSchema.nullable().default(null),
  /** The order of the shown list, for what is of it; null: as imported. */
  sort: sampleSortSchema.nullable().default(null),
  /** Null: the splits that the data came with. */
  splits: splitWishSchema.nullable().default(null),
  /** Also samples nobody has reviewed, with the label as predicted. */
  includeUnreviewed: z.boolean(),
  /** Of formats that can say it: rejected samples too, every decision, flags and notes. */
  audit: z.boolean().default(false),
  /** Null: what the format does unless somebody says otherwise. */
  pictures: picturesChoiceSchema.nullable().default(null),
  /** Null: the format's first. */
  shape: shapeChoiceSchema.nullable().default(null),
  maskValues: maskValuesSchema.default('full'),
  maskIgnore: maskIgnoreSchema.default('background'),
  /** A shard is closed when it reaches this size. */
  shardMegabytes: z.number().int().min(1).max(100_000).default(SHARD_MEGABYTES),
  /** What the pictures and questions may be used for, for the card; null: nothing is said. */
  licence: z.string().trim().max(200).nullable().default(null),
});
export type ExportChoices = z.infer<typeof exportChoicesSchema>;
