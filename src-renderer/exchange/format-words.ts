/** Export formats as a person chooses among them. */
import type { ExportFormat, PicturesChoice } from '../../src-shared/contract/export-formats.ts';

export interface FormatWords {
  readonly id: ExportFormat;
  readonly name: string;
  readonly words: string;
}

/** In the order of the list. */
export const FORMAT_WORDS: readonly FormatWords[] = [
  { id: 'jsonl', name: 'JSONL', words: 'Every field; can be imported again' },
  { id: 'parquet', name: 'Parquet', words: 'A folder that Hugging Face’s load_dataset opens' },
  { id: 'coco', name: 'COCO', words: 'Boxes and RLE masks' },
  { id: 'sdrpn', name: 'SD-RPN pickle', words: 'For the authors’ trainer' },
  { id: 'csv', name: 'CSV', words: 'The audit as a table: a line a sample, rejected ones too' },
];

export const PICTURES_WORDS: Readonly<Record<PicturesChoice, string>> = {
  with: 'Pictures go along, as their files are',
  named: 'Pictures are named by where they lie on this machine',
};
