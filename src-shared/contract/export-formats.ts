/** What each export format is: a file or a folder, and what a person can choose of it. Read by page, commands and exporters. */
import { z } from 'zod';

export const exportFormatSchema = z.enum(['jsonl', 'sdrpn', 'coco', 'csv', 'parquet']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/**
 * What becomes of the pictures. `with`: their files' bytes go along, as they are · `named`: only where they lie.
 */
export const picturesChoiceSchema = z.enum(['with', 'named']);
export type PicturesChoice = z.infer<typeof picturesChoiceSchema>;

export interface FormatFacts {
  readonly kind: 'file' | 'folder';
  /** Of a file: what its name ends with; a folder is named by the ending's word. */
  readonly ending: string;
  /** The first is what is done unless somebody says otherwise. */
  readonly pictures: readonly [PicturesChoice, ...PicturesChoice[]];
  /** Whether it writes the account of the audit, rejected samples too: when asked to, or always. */
  readonly audit: 'never' | 'asked' | 'always';
  /** Whether it is cut into files of a size that can be chosen. */
  readonly shards: boolean;
}

export const EXPORT_FORMATS: Readonly<Record<ExportFormat, FormatFacts>> = {
  jsonl: { kind: 'file', ending: '.jsonl', pictures: ['named'], audit: 'asked', shards: false },
  sdrpn: { kind: 'file', ending: '.pkl', pictures: ['named'], audit: 'never', shards: false },
  coco: { kind: 'file', ending: '.coco.json', pictures: ['named'], audit: 'never', shards: false },
  csv: { kind: 'file', ending: '.csv', pictures: ['named'], audit: 'always', shards: false },
  parquet: { kind: 'folder', ending: '-dataset', pictures: ['with', 'named'], audit: 'never', shards: true },
};

/** Megabytes (10⁶ bytes) of a shard: the Hub's own default. */
export const SHARD_MEGABYTES = 500;

/** What an export is asked for, beside its format and place. */
export const exportChoicesSchema = z.object({
  /** Also samples nobody has reviewed, with the label as predicted. */
  includeUnreviewed: z.boolean(),
  /** Of formats that can say it: rejected samples too, every decision, flags and notes. */
  audit: z.boolean().default(false),
  /** Null: what the format does unless somebody says otherwise. */
  pictures: picturesChoiceSchema.nullable().default(null),
  /** A shard is closed when it reaches this size. */
  shardMegabytes: z.number().int().min(1).max(100_000).default(SHARD_MEGABYTES),
  /** What the pictures and questions may be used for, for the card; null: nothing is said. */
  licence: z.string().trim().max(200).nullable().default(null),
});
export type ExportChoices = z.infer<typeof exportChoicesSchema>;
