/** What the parts of a project's space are called, and what becomes of those that are cleaned. */
import type { Cleanable, Space } from './procedures.ts';

export const PART_WORDS: Readonly<Record<Space['parts'][number]['part'], string>> = {
  database: 'Samples, decisions and labels',
  maps: 'Maps',
  journal: 'Journal of decisions',
  stored: 'Pictures that came inside files',
  rpn: 'RPN versions and training',
  features: 'Kept features',
  thumbnails: 'Thumbnails',
  pictures: 'Pictures as models see them',
  backups: 'Copies of the database',
  uploads: 'Brought in from browsers',
  quantised: 'Quantised weights, of all projects',
  other: 'Other files in its folder',
};

export const CLEANED_WORDS: Readonly<Record<Cleanable, string>> = {
  features: 'Made again when a training or prediction reads them',
  thumbnails: 'Made again as they are shown',
  pictures: 'Made again as they are shown',
  backups: 'The newest two, and those made by hand, stay',
  uploads: 'Only what no sample shows; its originals are where it came from',
  quantised: 'Made again when a model is loaded at that precision, in minutes',
};
