/** Crops that know no question: of any place, of the middle, and of what stands out of the picture whatever is asked. */
import {
  centredBox,
  DEFAULT_SHARE,
  randomBox,
  shareOf,
} from '../../../src-shared/kernels/baselines/control-crop.ts';
import { SALIENCY_SIDE, spectralResidual } from '../../../src-shared/kernels/baselines/spectral-residual.ts';
import { cellBoxToSource } from '../../../src-shared/kernels/transform.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import { resize } from '../../checkpoint/image/resample.ts';
import { quantise } from '../labels/maps.ts';
import { around, roiOf } from '../labels/roi.ts';
import type { Placement } from '../subject/geometry.ts';
import { boxesOf, rpnSays } from './known.ts';
import { onPicture } from './region.ts';
import { answerAt } from './trial.ts';
import type { Trial, Tried } from './trial.ts';

/** ITU-R BT.601, as MATLAB's and OpenCV's grey. */
const LUMA = [0.299, 0.587, 0.114] as const;

export async function centre(trial: Trial): Promise<Tried> {
  return control(trial, (size, crop) => centredBox(size, crop));
}

export async function random(trial: Trial): Promise<Tried> {
  const { seed = 0 } = trial.request;
  return control(trial, (size, crop) => randomBox(size, crop, seed));
}

type Size = readonly [width: number, height: number];

async function control(trial: Trial, place: (size: Size, crop: Size) => SourceXyxy): Promise<Tried> {
  const size = [trial.image.width, trial.image.height] as const;
  const box = place(size, await sizeOf(trial, size));
  return answerAt(trial, await trial.scene(), { crops: [{ box, keep: null }], none: null });
}

/** As large as the given box, or the RPN's; where there is neither, the stated part of the picture. */
async function sizeOf(trial: Trial, size: Size): Promise<Size> {
  const { request } = trial;
  const [given] = boxesOf(trial);
  const like = given ?? (request.share === undefined ? await rpnBox(trial) : null);
  return like ? [like[2] - like[0], like[3] - like[1]] : shareOf(size, request.share ?? DEFAULT_SHARE);
}

async function rpnBox(trial: Trial): Promise<SourceXyxy | null> {
  const says = await rpnSays(trial);
  if (!says) return null;
  const { crops } = roiOf(says.map, 'rpn', says.placement, trial.request.preset.roi);
  return crops.length === 0 ? null : around(crops.map(({ box }) => box));
}

/** The preset's box rule on the picture's spectral residual. */
export async function saliency(trial: Trial): Promise<Tried> {
  const { image, request, watch } = trial;
  const scene = await trial.scene();
  const { placement } = scene.encoded;
  const map = await watch.time('saliency', () => Promise.resolve(quantise(saliencyMap(image, placement))));
  const roi = roiOf(map.values, 'attention', placement, request.preset.roi);
  return { map: { map, placement }, ...(await answerAt(trial, scene, roi)) };
}

/** The mean over each cell, largest 1: shares of the largest are what the rule reads, and float16 holds no tiny numbers. */
function saliencyMap(image: RgbImage, placement: Placement): Float32Array {
  const n = SALIENCY_SIDE;
  const { width, height } = image;
  const small = resize(image, n, n, 'bilinear');
  const grey = Float32Array.from({ length: n * n }, (_, i) =>
    LUMA.reduce((sum, weight, c) => sum + weight * small[3 * i + c]!, 0),
  );
  const salient = spectralResidual(grey);
  const [rows, columns] = placement.grid;
  const means = Float32Array.from({ length: rows * columns }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const [x0, y0, x1, y1] = cellBoxToSource(placement.transform, [column, row, column + 1, row + 1]);
    const span = (from: number, to: number, side: number): readonly [start: number, end: number] => {
      const start = Math.min(Math.max(Math.floor((from / side) * n), 0), n - 1);
      return [start, Math.min(Math.max(Math.ceil((to / side) * n), start + 1), n)];
    };
    const [left, right] = span(x0, x1, width);
    const [top, bottom] = span(y0, y1, height);
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += salient[y * n + x]!;
    return sum / ((right - left) * (bottom - top));
  });
  const shown = onPicture(means, placement, [width, height]);
  const most = shown.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? shown.map((value) => value / most) : shown;
}
