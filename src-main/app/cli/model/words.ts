/** Models of the library as lines of text. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { AdapterInfo, LibraryModel } from '../../../../src-shared/contract/models.ts';

/** `1.5 MB`, `14.1 GB`. */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function adapterWords({ ranks, layers, targets }: AdapterInfo): string {
  return `LoRA adapter of rank ${ranks.join(', ') || '–'} on ${counted(layers, 'layer')} (${targets.join(', ')})`;
}

/** What a model is, or why that is not known, on one line. */
export function factsLine({
  state,
  facts,
  rpnOnly,
  tower,
  adapter,
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
    return `RPN only, from layer ${rpnOnly.k}, ${counted(rpnOnly.t, 'layer')}, ${size(bytesOnDisk)}: lay it over its base model with --rpn`;
  }
  if (tower)
    return `vision tower, ${counted(tower.layers, 'layer')}, ${size(bytesOnDisk)}: models that name it use it`;
  const words = adapter && adapterWords(adapter);
  if (!facts) return [words, `cannot be used: ${problem?.message ?? 'unknown'}`].filter(Boolean).join(', ');
  const { family, parameters, layers, heads, rpn, dtypes } = facts;
  return [
    ...(words === null ? [] : [words]),
    family,
    `${(parameters / 1e6).toFixed(1)} M parameters (${Object.keys(dtypes).join(', ')})`,
    `${counted(layers, 'layer')} × ${counted(heads, 'head')}`,
    rpn ? `RPN from layer ${rpn.k}, ${counted(rpn.t, 'layer')}` : 'no RPN',
    size(bytesOnDisk),
  ].join(', ');
}
