/** Export formats as a person chooses among them. */
import { FLAG_WORDS } from '../queue/filters.ts';
import { STATE_WORDS } from '../ui/words.ts';
import type {
  ExportFormat,
  PicturesChoice,
  ShapeChoice,
  SplitWish,
} from '../../src-shared/contract/export-formats.ts';

export interface FormatWords {
  readonly id: ExportFormat;
  readonly name: string;
  readonly words: string;
}

/** In the order of the list. */
export const FORMAT_WORDS: readonly FormatWords[] = [
  { id: 'jsonl', name: 'JSONL', words: 'Every field; can be imported again' },
  { id: 'parquet', name: 'Parquet', words: 'A folder that Hugging Face’s load_dataset opens' },
  { id: 'coco', name: 'COCO', words: 'Boxes, with masks as runs or polygons' },
  { id: 'yolo', name: 'YOLO', words: 'A folder that Ultralytics trains on, to segment or detect' },
  { id: 'masks', name: 'PNG masks', words: 'A folder with a mask for each sample' },
  { id: 'webdataset', name: 'WebDataset', words: 'Tar shards of pictures and JSON' },
  { id: 'qzoom', name: 'Q-Zoom JSONL', words: 'The questions alone, for Q-Zoom’s scripts' },
  { id: 'sdrpn', name: 'SD-RPN pickle', words: 'For the authors’ trainer' },
  { id: 'csv', name: 'CSV', words: 'The audit as a table: a line a sample, rejected ones too' },
];

export const PICTURES_WORDS: Readonly<Record<PicturesChoice, string>> = {
  with: 'Pictures go along, as their files are',
  linked: 'Links to where the pictures lie on this machine',
  named: 'Pictures are named by where they lie on this machine',
};

export const SHAPE_WORDS: Readonly<Record<ShapeChoice, string>> = {
  rle: 'Masks as runs of pixels (RLE)',
  polygons: 'Outlines along the edges of pixels',
  boxes: 'Boxes only',
};

export const SPLIT_BY_WORDS: Readonly<Record<SplitWish['by'], string>> = {
  none: 'nothing',
  answer: 'given answers',
  language: 'languages',
  tag: 'first tags',
  state: 'what was decided',
};

export const FACET_WORDS = {
  state: 'Decision',
  answer: 'Given answer',
  tag: 'First tag',
  language: 'Language',
  flag: 'First flag',
} as const;

/** A value of a facet as the page says it; null: none. */
export function facetValueWords(of: keyof typeof FACET_WORDS, value: string | null): string {
  if (value === null) return 'none';
  const words: Readonly<Record<string, string>> =
    of === 'state' ? STATE_WORDS : of === 'flag' ? FLAG_WORDS : {};
  return words[value] ?? value;
}
