/** Words about pictures that are missing or were replaced. */
import type { PictureState, RelinkPlan } from '../../src-shared/contract/procedures.ts';
import { counted, formatCount } from '../ui/words.ts';

/** `All 40 pictures are missing`, `3 of 40 pictures are missing`. */
export function missingWords({ pictures, missing }: PictureState['roots'][number]): string {
  if (missing < pictures) return `${formatCount(missing)} of ${counted(pictures, 'picture')} missing`;
  return pictures === 1 ? 'Its only picture is missing' : `All ${counted(pictures, 'picture')} are missing`;
}

/** `3 samples were labelled before their picture changed`. */
export function changedWords(samples: number): string {
  return `${formatCount(samples)} ${samples === 1 ? 'sample was' : 'samples were'} labelled before their picture changed`;
}

/** What was found, one line each; reasons without any are not named. */
export function planWords({ found, otherSize, missing }: RelinkPlan): string[] {
  return [
    `${formatCount(found)} found with the same size`,
    ...(otherSize > 0
      ? [`${formatCount(otherSize)} found with another size; they may be other pictures`]
      : []),
    ...(missing > 0 ? [`${formatCount(missing)} missing there too`] : []),
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
      ? 'The label now holds for this picture'
      : `${counted(kept, 'label holds for its picture', 'labels hold for their pictures')} now`;
  return 'The new picture has another size, so the label does not fit. Label it again, or reject it';
}
