/** What of another project's decisions on a sample is to be taken over: only what contradicts nothing that was decided here. */
import type { Review } from '../../../src-shared/contract/domain.ts';

export type Plan =
  /** Nobody decided there. */
  | { readonly kind: 'none' }
  /** All of it is here. */
  | { readonly kind: 'already' }
  /** Both decided, and the same. */
  | { readonly kind: 'agreed' }
  /** Nobody decided here, or what was decided there goes on from what was decided here. */
  | { readonly kind: 'take'; readonly missing: readonly Review[] }
  | { readonly kind: 'conflict' };

/** @param ours every revision of the sample here, oldest first; `theirs` there */
export function missingOf(ours: readonly Review[], theirs: readonly Review[]): Plan {
  if (theirs.length === 0) return { kind: 'none' };
  const known = new Set(ours.map(keyOf));
  const missing = theirs.filter((review) => !known.has(keyOf(review)));
  if (missing.length === 0) return { kind: 'already' };
  if (ours.length === 0) return { kind: 'take', missing };
  const [last, latest] = [ours.at(-1)!, theirs.at(-1)!];
  if (sameEffect(last, latest)) return { kind: 'agreed' };
  // Theirs goes on from where ours ends: it begins with all that is here, in its order.
  const goesOn = ours.every((review, i) => i < theirs.length && keyOf(review) === keyOf(theirs[i]!));
  return goesOn ? { kind: 'take', missing } : { kind: 'conflict' };
}

/** By what it is and who made it when; an accepted label that is a correction of another one's prediction is the same. */
function keyOf({ decision, label, reviewer, createdAt }: Review): string {
  const kind = decision === 'accept' ? 'correct' : decision;
  return [kind, reviewer, createdAt, label === null ? '' : Buffer.from(label).toString('base64')].join('\n');
}

function sameEffect(one: Review, other: Review): boolean {
  if (one.label !== null && other.label !== null) return Buffer.compare(one.label, other.label) === 0;
  return one.decision === other.decision && one.label === null && other.label === null;
}
