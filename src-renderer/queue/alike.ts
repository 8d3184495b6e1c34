/** Why a sample is like another, in plain words. */
import type { Alike } from '../../src-shared/contract/procedures.ts';
import { percent } from '../ui/words.ts';

/** From here on two regions are called near each other. */
const NEAR = 0.85;

/** Under a tile: what tells most, shortest first. */
export function alikeWords({ samePicture, sharedWords, overlap, closeness, words }: Alike): string {
  const found: string[] = [];
  if (samePicture) found.push('same picture');
  if (sharedWords.length > 0) found.push(`“${sharedWords.join('”, “')}”`);
  if (overlap !== null && overlap >= 0.005) found.push(`labels overlap ${Math.round(overlap * 100)}%`);
  else if (closeness !== null && closeness >= NEAR) found.push('region near');
  if (found.length === 0)
    found.push(words > 0 ? `${Math.ceil(words * 100)}% of the words` : 'little in common');
  return found.join(' · ');
}

/** All that was compared, for the tooltip. */
export function alikeDetails({ samePicture, sharedWords, overlap, closeness, words }: Alike): string {
  const question = `Question: ${percent(words)} of the words in common, rare ones counting more`;
  const named = sharedWords.length > 0 ? ` (${sharedWords.join(', ')})` : '';
  const region =
    overlap === null || closeness === null
      ? 'Region: one of the two has none'
      : `Region: labels overlap ${percent(overlap)}, place and size agree ${percent(closeness)}`;
  return [question + named, region, samePicture ? 'The same picture' : 'Another picture'].join('\n');
}
