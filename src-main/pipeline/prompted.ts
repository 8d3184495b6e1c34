/**
 * The prompt of one question about one picture, as positions: `before`, the visual tokens, `after` (METHOD §3: query is
 * the last prompt token, keys are the visual tokens).
 */
import { buildPrompt } from '../checkpoint/prompt.ts';
import type { PromptIds } from '../checkpoint/prompt.ts';
import type { FeedPart } from './ports.ts';
import { visualCount } from './subject.ts';
import type { Subject } from './subject.ts';

export interface Prompted {
  readonly ids: PromptIds;
  /** Positions of the visual tokens, `[start, end)`. */
  readonly visual: readonly [start: number, end: number];
  /** Tokens of the whole prompt; its last token is `length - 1`. */
  readonly length: number;
}

/** @throws FoveaError as `buildPrompt` does. */
export function promptFor(subject: Subject, question: string): Prompted {
  const { tokenizer, config } = subject.checkpoint;
  const ids = buildPrompt(tokenizer, config.imageTokenId, question);
  const start = ids.before.length;
  const end = start + visualCount(subject.model);
  return { ids, visual: [start, end], length: end + ids.after.length };
}

/** What is fed for the whole prompt. */
export function promptParts(prompt: Prompted, features: Float32Array): FeedPart[] {
  const [start, end] = prompt.visual;
  return [{ tokens: prompt.ids.before }, { features, count: end - start }, { tokens: prompt.ids.after }];
}

/** Text tokens of the prompt, the picture's placeholder aside. */
export function promptTokens(prompt: Prompted): number[] {
  return [...prompt.ids.before, ...prompt.ids.after];
}
