/** Why nobody can stand behind a label: its picture is not there to be looked at, or is another one than was labelled. */
import type { SampleDetail } from '../../src-shared/contract/domain.ts';

export interface Unseen {
  readonly kind: 'unshown' | 'changed';
  readonly message: string;
  readonly next: string;
}

/**
 * @param image of the sample
 * @param shown whether the page has the picture on screen
 * @returns null when its picture is there, and the one that was labelled
 */
export function whyUnseen({ problem, changed }: SampleDetail['image'], shown: boolean): Unseen | null {
  if (problem !== null || !shown) {
    return {
      kind: 'unshown',
      message: `its picture cannot be shown${problem === null ? '' : `: ${problem}`}`,
      next: 'Reject it, flag it, or move on; it can be accepted once the picture is back',
    };
  }
  if (changed) {
    return {
      kind: 'changed',
      message: `its picture ${changeWords(changed)} after it was labelled`,
      next: 'Label it again, keep the label for the new picture, or reject it',
    };
  }
  return null;
}

/** `changed`, or with sizes where those differ: `changed from 200 × 100 to 100 × 200 px`. */
export function changeWords({ was, now }: NonNullable<SampleDetail['image']['changed']>): string {
  return sameSize({ was, now }) ? 'changed' : `changed from ${was.join(' × ')} to ${now.join(' × ')} px`;
}

/** Only then do the label's cells lie where they lay. */
export function sameSize({ was, now }: NonNullable<SampleDetail['image']['changed']>): boolean {
  return was[0] === now[0] && was[1] === now[1];
}
