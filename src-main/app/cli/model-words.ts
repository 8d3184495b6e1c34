/** Models of the library as lines of text. */
import type { LibraryModel } from '../../../src-shared/contract/models.ts';

/** `1.5 MB`, `14.1 GB`. */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** What a model is, or why that is not known, on one line. */
export function factsLine({
  state,
  facts,
  rpnOnly,
  tower,
  problem,
  source,
  bytesOnDisk,
}: LibraryModel): string {
  if (state === 'missing') return 'the folder is gone';
  if (state === 'unfinished') {
    const total = source?.totalBytes ?? null;
    return `unfinished download, ${size(bytesOnDisk)} of ${total === null ? 'unknown size' : size(total)}`;
  }
  if (rpnOnly) {
    return `RPN only, from layer ${rpnOnly.k}, ${rpnOnly.t} layers, ${size(bytesOnDisk)}: lay it over its base model with --rpn`;
  }
  if (tower) return `vision tower, ${tower.layers} layers, ${size(bytesOnDisk)}: models that name it use it`;
  if (!facts) return `cannot be used: ${problem?.message ?? 'unknown'}`;
  const { family, parameters, layers, heads, rpn, dtypes } = facts;
  return [
    family,
    `${(parameters / 1e6).toFixed(1)} M parameters (${Object.keys(dtypes).join(', ')})`,
    `${layers} layers × ${heads} heads`,
    rpn ? `RPN from layer ${rpn.k}, ${rpn.t} layers` : 'no RPN',
    size(bytesOnDisk),
  ].join(', ');
}
