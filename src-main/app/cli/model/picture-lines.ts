/** How `fovea model check` says what becomes of a picture's file before the model sees it. */
import type { Preset, PictureRules } from '../../../../src-shared/contract/preset.ts';
import { AUTHORS_PICTURE_RULES } from '../../../../src-shared/contract/preset.ts';

export interface PictureFacts extends PictureRules {
  /** Whose resize ours equals to the last bit. */
  readonly resize: 'pil';
}

/** @param preset the one `fovea label` would take; null: the person has to name one. */
export function pictureFacts(preset: Preset | null): PictureFacts {
  return { ...(preset?.picture ?? AUTHORS_PICTURE_RULES), resize: 'pil' };
}

export function pictureLines({ exif, alpha }: PictureFacts): string[] {
  return [
    `  pictures   EXIF orientation ${exif === 'turned' ? 'turned upright' : 'ignored'}, transparent ones ${
      alpha === 'white' ? 'on white' : 'without their alpha'
    } (a preset's "picture" says which)`,
    '             resized as Pillow up to 12 does; torchvision, which transformers 5 prefers, is up to 2 levels off',
  ];
}
