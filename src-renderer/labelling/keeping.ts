/** What keeping features beside labels takes, in words; and the room for it as a person types it. */
import type { FeatureSize } from '../../src-shared/contract/procedures.ts';
import { formatBytes, samplesWords } from '../ui/words.ts';

/** Room for kept features as typed, in GB; null: not a number above 0. */
export function bytesOfRoom(typed: string): number | null {
  const gigabytes = Number(typed);
  return typed.trim() !== '' && Number.isFinite(gigabytes) && gigabytes > 0 && gigabytes <= 1e6
    ? gigabytes * 1e9
    : null;
}

/** `20`, `0.5` */
export function roomOf(bytes: number): string {
  return String(Number((bytes / 1e9).toPrecision(4)));
}

/** "About 1.2 GB for 500 samples, by the model’s files; 3.0 GB are kept already." */
export function sizeWords(size: FeatureSize, samples: number, budgetBytes: number): string {
  const { bytesPerSample, measured, keptBytes } = size;
  if (samples === 0)
    return 'Nothing: features are kept with new labels only, and no sample would be labelled.';
  const bytes = samples * bytesPerSample;
  const known = measured ? 'as those kept before' : 'by the model’s files';
  const there = keptBytes > 0 ? `; ${formatBytes(keptBytes)} are kept already` : '';
  const over =
    keptBytes + bytes > budgetBytes
      ? ' More than the limit: those unused the longest are dropped, and computed again when needed.'
      : '';
  return `About ${formatBytes(bytes)} for ${samplesWords(samples)}, ${known}${there}.${over}`;
}
