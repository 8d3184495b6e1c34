/** A budget of visual tokens in place of the checkpoint's own (Q-Zoom's `examples/multimax_tradeoff`: min_pixels and max_pixels). */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { TryQuestion } from '../../engine/protocol.ts';
import type { Subject } from '../subject/subject.ts';

/** Below so many tokens a picture is enlarged, as far as the budget is larger. */
const LEAST = 256;

/**
 * The subject whose pictures, and crops, have `tokens` visual tokens at most. The least is the authors': 256, and half of a budget that is
 * no larger (128 at 256). The teacher's square stays what the preset says.
 * @throws FoveaError `unsupported_model` where the encoder takes one size
 */
export function withBudget(subject: Subject, { tokens }: Pick<TryQuestion, 'tokens'>): Subject {
  if (tokens === undefined) return subject;
  const { preprocessor } = subject.checkpoint;
  if (preprocessor.geometry !== 'dynamic') {
    const words = `${preprocessor.side} × ${preprocessor.side} pixels only`;
    throw new FoveaError('unsupported_model', `a budget of visual tokens: the encoder takes ${words}`, {
      next: 'Leave the budget out; s2 looks at a larger picture',
    });
  }
  const token = (preprocessor.patchSize * preprocessor.mergeSize) ** 2;
  const least = tokens > LEAST ? LEAST : Math.max(1, Math.floor(tokens / 2));
  const own = { ...preprocessor, minPixels: least * token, maxPixels: tokens * token };
  return { ...subject, checkpoint: { ...subject.checkpoint, preprocessor: own } };
}
