/** What a person should know of a picture that viewers show otherwise than the model sees it. */
import type { PictureRules } from '../../src-shared/contract/preset.ts';
import type { PictureNotes } from '../../src-shared/contract/procedures.ts';

const TURNED = {
  2: 'mirrored',
  3: 'upside down',
  4: 'mirrored upside down',
  5: 'mirrored and a quarter turned',
  6: 'a quarter turned to the right',
  7: 'mirrored and a quarter turned',
  8: 'a quarter turned to the left',
} as const;

/** One sentence each; none for most pictures. */
export function pictureWords(notes: PictureNotes, { exif, alpha }: PictureRules): string[] {
  const words: string[] = [];
  if (notes.orientation !== 1) {
    const how = TURNED[notes.orientation];
    words.push(
      exif === 'turned'
        ? `EXIF ${notes.orientation} shows it ${how}, and so did the model see it; shown here as stored`
        : `EXIF ${notes.orientation} would show it ${how}; the model saw it as stored, as shown here`,
    );
  }
  if (notes.transparent) {
    words.push(
      alpha === 'white'
        ? 'Transparent: the model saw it on white, as shown here'
        : 'Transparent: the model saw the colours beneath, as shown here',
    );
  }
  if (notes.clipped) words.push('16-bit grey: the model saw all values above 255 as white, as shown here');
  return words;
}
