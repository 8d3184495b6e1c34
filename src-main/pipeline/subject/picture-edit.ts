/**
 * A picture with a region hidden, or with nothing but a region left. What is taken away becomes the colour that the
 * model itself sees where there is no picture, so that blank reads as blank and not as a thing.
 */
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { checkBox } from '../../../src-shared/kernels/measures/control-box.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { meanColour } from '../../checkpoint/image/clip-processor.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import { GREY } from '../../checkpoint/image/qwen-processor.ts';
import type { Fill, PictureEdit } from '../../engine/protocol.ts';
import type { Subject } from './subject.ts';
import type { View } from './view.ts';

/**
 * The colour of no picture: LLaVA's padding (the processor's mean, truncated), the grey of the teacher's square, or
 * where nothing is padded the processor's mean, which is zero to the model.
 */
export function fillOf({ checkpoint: { preprocessor } }: Subject, { squareTokens }: View): Fill {
  if (squareTokens !== null) return { colour: [GREY, GREY, GREY], source: 'square' };
  return {
    colour: meanColour(preprocessor.mean),
    source: preprocessor.geometry === 'pad' ? 'padding' : 'mean',
  };
}

/** A new picture; the given one stays as it is. @throws FoveaError `bad_input` for a box outside of the picture. */
export function applyEdit(image: RgbImage, { kind, box }: PictureEdit, { colour }: Fill): RgbImage {
  try {
    checkBox([image.width, image.height], box);
  } catch (error) {
    throw new FoveaError('bad_input', (error as Error).message, { next: 'Choose another region' });
  }
  if (kind === 'hide') {
    // Not slice(): of a Buffer that is a view, and the caller's picture would change.
    const data = new Uint8Array(image.data);
    for (const [start, end] of rowsOf(image, box)) paint(data, start, end, colour);
    return { ...image, data };
  }
  const data = new Uint8Array(image.data.length);
  paint(data, 0, data.length, colour);
  for (const [start, end] of rowsOf(image, box)) data.set(image.data.subarray(start, end), start);
  return { ...image, data };
}

/** Byte ranges of the box's rows. */
function* rowsOf({ width }: RgbImage, [x0, y0, x1, y1]: SourceXyxy): Generator<[start: number, end: number]> {
  for (let y = y0; y < y1; y++) yield [(y * width + x0) * 3, (y * width + x1) * 3];
}

function paint(data: Uint8Array, start: number, end: number, colour: Fill['colour']): void {
  for (let at = start; at < end; at += 3) data.set(colour, at);
}
