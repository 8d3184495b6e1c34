/** Words about pictures that are missing or were replaced. */
import type { PictureState, RelinkPlan } from '../../src-shared/contract/procedures.ts';
import { counted, formatCount } from '../ui/words.ts';

/** `All 40 pictures are missing`, `3 of 40 pictures are missing`. */
export function missingWords({ pictures, missing }: PictureState['roots'][number]): string {
  if (missing < pictures) return `${formatCount(missing)} of ${counted(pictures, 'picture')} missing`;
  return pictures === 1 ? 'Its only picture is missing' : `All ${counted(pictures, 'picture')} are missing`;
}

/** `3 samples were labelled on another picture than is there now`. */
export function changedWords(samples: number): string {
  return `${formatCount(samples)} ${samples === 1 ? 'sample was' : 'samples were'} labelled on another picture than is there now`;
}

/** What was found, one line each; reasons without any are not named. */
export function planWords({ found, otherSize, missing }: RelinkPlan): string[] {
  return [
    `${formatCount(found)} found with the same size`,
    ...(otherSize > 0
      ? [`${formatCount(otherSize)} found with another size: another picture may be there now`]
      : []),
    ...(missing > 0 ? [`${formatCount(missing)} missing there, too`] : []),
  ];
}

/** What became of keeping labels. */
export function keptWords({
  kept,
  otherSize,
}: {
  readonly kept: number;
  readonly otherSize: number;
}): string {
  if (otherSize === 0)
    return kept === 1
      ? 'The label holds for this picture now'
      : `${counted(kept, 'label holds for its picture', 'labels hold for their pictures')} now`;
  return 'The new picture has another size: the label cannot lie on it. Label it again, or reject it';
}
