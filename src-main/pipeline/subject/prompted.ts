/**
 * The prompt of one question about one picture, as positions: `before`, the visual tokens, `after` (METHOD §3: query is
 * the last prompt token, keys are the visual tokens).
 */
import { buildPrompt } from '../../checkpoint/prompt.ts';
import type { PromptIds } from '../../checkpoint/prompt.ts';
import type { TeacherPrompt } from '../../checkpoint/qwen/teacher-prompt.ts';
import { teacherPrompt } from '../../checkpoint/qwen/teacher-prompt.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import type { FeedPart } from '../ports.ts';
import { refuseTooLong } from './room.ts';
import type { Subject } from './subject.ts';

export interface Prompted {
  readonly ids: PromptIds;
  /** The id that stands for a visual token in the prompt's text; null when the tokenizer has none. */
  readonly placeholder: number | null;
  readonly grid: Grid;
  /** Positions of the visual tokens, `[start, end)`. */
  readonly visual: readonly [start: number, end: number];
  /** Tokens of the whole prompt; its last token is `length - 1`. */
  readonly length: number;
}

/**
 * @param grid of the picture, where pictures have grids of their own
 * @param teacher ask as the reference asks its Qwen teacher
 * @throws FoveaError as `buildPrompt` and `refuseTooLong` do.
 */
export function promptFor(
  subject: Subject,
  question: string,
  grid: Grid = subject.model.profile.grid,
  teacher: TeacherPrompt | null = null,
): Prompted {
  const { tokenizer, config } = subject.checkpoint;
  const placeholder = config.imageTokenId;
  const ids =
    teacher !== null && placeholder !== null
      ? teacherPrompt(tokenizer, placeholder, question, teacher)
      : buildPrompt(tokenizer, placeholder, question);
  const start = ids.before.length;
  const end = start + grid[0] * grid[1];
  const length = end + ids.after.length;
  refuseTooLong(subject, length, end - start);
  return { ids, placeholder, grid, visual: [start, end], length };
}

/** What is fed for the whole prompt. */
export function promptParts(prompt: Prompted, features: Float32Array): FeedPart[] {
  return [...prefixParts(prompt, features), { tokens: prompt.ids.after }];
}

/** What is fed up to the last visual token. */
export function prefixParts({ ids, grid, visual }: Prompted, features: Float32Array): FeedPart[] {
  return [{ tokens: ids.before }, { features, count: visual[1] - visual[0], grid }];
}

/** Ids that the prompt says: its text, and the placeholder. */
export function promptTokens({ ids, placeholder }: Prompted): number[] {
  return [...ids.before, ...(placeholder === null ? [] : [placeholder]), ...ids.after];
}
