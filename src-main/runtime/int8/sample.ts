/** What layers are measured with: a prompt in the checkpoint's own words, and a picture of patches and grain. */
import type { GraphSource } from '../../../models/architectures/index.ts';
import type { PromptIds } from '../../checkpoint/prompt.ts';
import { buildPrompt } from '../../checkpoint/prompt.ts';
import type { Tokenizer } from '../../checkpoint/tokenizer/tokenizer.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';

/** Plain prose with a number and a name in it. */
const QUESTION =
  'Look at the whole picture first, then at its details. Which words or numbers can be read in it, where do they stand, ' +
  'and what is next to them? The red sign on the left may say 42, the label behind the bottle something else. ' +
  'Answer in one short sentence.';

/** Without a tokenizer: ids all over the vocabulary. */
const IDS = 64;

export function samplePrompt({
  config,
  tokenizer,
}: GraphSource & { readonly tokenizer?: Tokenizer }): PromptIds {
  if (tokenizer) return buildPrompt(tokenizer, config.imageTokenId, QUESTION);
  const { vocabSize } = config.text;
  const ids = Array.from({ length: IDS }, (_, i) => Math.floor(((i + 0.5) * vocabSize) / IDS));
  return { before: ids.slice(0, 2), after: ids.slice(2) };
}

/** Runs of one brightness with grain on them, in the range that processors bring pixels to; the same every time. */
export function samplePixels(count: number): Float32Array {
  const random = seeded(14);
  const pixels = new Float32Array(count);
  for (let at = 0; at < count;) {
    const end = Math.min(count, at + 8 + Math.floor(random() ** 2 * 400));
    const level = 4 * random() - 1.8;
    const grain = random() < 0.5 ? 0.05 : 0.4;
    for (; at < end; at++) pixels[at] = Math.min(2.2, Math.max(-1.8, level + grain * (random() - 0.5)));
  }
  return pixels;
}
