/** Methods that show the whole picture in another way: two scales, more tokens, or stretched where the model looks. */
import {
  attentionWeights,
  warped,
  warpPlaces,
} from '../../../src-shared/kernels/baselines/attention-warp.ts';
import {
  FACTOR,
  halved,
  joinedScales,
  meanOfScales,
  squares,
} from '../../../src-shared/kernels/baselines/two-scales.ts';
import { normalise, squareImage } from '../../checkpoint/image/clip-processor.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import { resize } from '../../checkpoint/image/resample.ts';
import { quantise } from '../labels/maps.ts';
import { generateAnswer } from '../passes/first-stage.ts';
import type { Scene } from '../passes/native.ts';
import type { TappedRows } from '../ports.ts';
import type { Placement } from '../subject/geometry.ts';
import { promptFor } from '../subject/prompted.ts';
import { encodeImage, preparePixels } from '../subject/subject.ts';
import type { EncodedImage } from '../subject/subject.ts';
import { answerAlone, layerOf, refused } from './trial.ts';
import type { Trial, Tried } from './trial.ts';

/** What S² becomes where the projector takes one scale. A checkpoint that was trained for two is refused when it is opened. */
const MEAN = 'mean of two scales';
/** Twice the side. */
const DEFAULT_TIMES = 4;

/** @throws FoveaError `unsupported_model` where the encoder takes pictures of any size */
export async function s2(trial: Trial): Promise<Tried> {
  const { subject, image, watch } = trial;
  const { model, checkpoint } = subject;
  const { preprocessor } = checkpoint;
  if (preprocessor.geometry === 'dynamic') {
    throw refused(
      trial,
      'it cuts a square of fixed size, and this encoder takes pictures as they are',
      'Try scaled',
    );
  }
  const large = { ...preprocessor, side: FACTOR * preprocessor.side };
  const pixels = await watch.time('preprocess', () =>
    Promise.resolve(normalise(squareImage(image, large), large)),
  );
  const { placement } = preparePixels(subject, image, null);
  const { grid } = placement;
  const encode = (square: Float32Array) =>
    watch.time('encode', async () => Float32Array.from(await model.encodeImage(square, grid)));
  const base = await encode(halved(pixels, large.side));
  const parts: Float32Array[] = [];
  for (const square of squares(pixels, large.side)) parts.push(await encode(square));
  const features = meanOfScales(joinedScales(base, parts, grid), model.profile.hiddenSize);
  return { variant: MEAN, answer: await answerOf(trial, { image, features, placement }) };
}

/** @throws FoveaError `unsupported_model` where the encoder takes one size */
export async function scaled(trial: Trial): Promise<Tried> {
  const { subject, image, watch, request } = trial;
  const { preprocessor } = subject.checkpoint;
  if (preprocessor.geometry !== 'dynamic') {
    throw refused(
      trial,
      `the encoder takes ${preprocessor.side} × ${preprocessor.side} pixels only`,
      'Try s2',
    );
  }
  const { times = DEFAULT_TIMES } = request;
  const [rows, columns] = preparePixels(subject, image, null).placement.grid;
  const budget = Math.round(times * rows * columns) * (preprocessor.patchSize * preprocessor.mergeSize) ** 2;
  const checkpoint = {
    ...subject.checkpoint,
    preprocessor: { ...preprocessor, minPixels: budget, maxPixels: budget },
  };
  const encoded = await encodeImage({ ...subject, checkpoint }, image, watch, null);
  const [high, wide] = encoded.placement.grid;
  const variant = `${high * wide} visual tokens in place of ${rows * columns}`;
  return { variant, answer: await answerOf(trial, encoded) };
}

/**
 * AttWarp: attention while the model answers, at one layer, each head's share of the picture, mean over heads and tokens; then the same
 * question of the picture that was warped by it.
 */
export async function warp(trial: Trial): Promise<Tried> {
  const { subject, image, watch } = trial;
  const layer = layerOf(trial);
  const scene = await trial.scene();
  const attention = await attentionOf(trial, scene, layer);
  const { placement } = scene.encoded;
  const picture = await watch.time('warp', () => Promise.resolve(warpedBy(attention, placement, image)));
  const encoded = await encodeImage(subject, picture, watch, null);
  const answer = await answerOf(trial, encoded);
  return { layer, map: { map: quantise(attention), placement }, answer };
}

/** The last prompt token's row, and one of each token that was fed back: those that the authors' hook sees. */
async function attentionOf(
  { subject, request: { preset }, watch }: Trial,
  { encoded, prompt, cache }: Scene,
  layer: number,
): Promise<Float32Array> {
  const heads = Array.from({ length: subject.model.profile.heads }, (_, head) => head);
  const { promptRows, answerRows } = await generateAnswer(
    subject,
    encoded,
    prompt,
    { cache, hidden: null },
    {
      plan: { heads: [{ layer, heads }], depth: layer + 1 },
      maxNewTokens: preset.maxNewTokens,
      hiddenOf: null,
      promptRows: 'last',
      answerRows: true,
    },
    watch,
  );
  return shareByHead([...(promptRows ?? []), ...(answerRows ?? [])]);
}

/** Each head's row made to sum to 1 over the picture, then the mean of all rows; `[keys]`. */
function shareByHead(taps: readonly TappedRows[]): Float32Array {
  const [first] = taps;
  if (!first) throw new RangeError('no attention was recorded');
  const out = new Float32Array(first.keys);
  const rows = taps.reduce((n, tap) => n + tap.rows * tap.heads.length, 0);
  for (const { data, keys } of taps) {
    for (let at = 0; at < data.length; at += keys) {
      const row = data.subarray(at, at + keys);
      const sum = row.reduce((a, b) => a + b, 0) + 1e-12;
      row.forEach((value, i) => (out[i]! += value / sum / rows));
    }
  }
  return out;
}

/** A picture of the same size. Where the map lies on a larger square, that is what weights are stretched over. */
function warpedBy(attention: Float32Array, { grid, transform }: Placement, image: RgbImage): RgbImage {
  const { width, height } = image;
  const weights = attentionWeights(attention, grid);
  const data = new Uint8Array(3 * weights.length);
  weights.forEach((weight, i) => data.fill(weight, 3 * i, 3 * i + 3));
  const whole = [
    Math.max(1, Math.round(grid[1] / transform.scaleX)),
    Math.max(1, Math.round(grid[0] / transform.scaleY)),
  ] as const;
  const large = resize({ width: grid[1], height: grid[0], data }, ...whole, 'lanczos');
  const [left, top] = [
    Math.round(transform.offsetX / transform.scaleX),
    Math.round(transform.offsetY / transform.scaleY),
  ];
  const own = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [x + left, y + top];
      const inside = column >= 0 && row >= 0 && column < whole[0] && row < whole[1];
      own[y * width + x] = inside ? large[3 * (row * whole[0] + column)]! : 0;
    }
  }
  const size = [width, height] as const;
  return { ...image, data: warped(image.data, size, warpPlaces(own, size)) };
}

/** The question of another picture than the trial's own. */
async function answerOf(trial: Trial, encoded: EncodedImage): Promise<string> {
  const { subject, request } = trial;
  const cache = subject.model.newCache();
  try {
    const prompt = promptFor(subject, request.question, encoded.placement.grid);
    return await answerAlone(trial, { encoded, prompt, cache, layers: subject.model.profile.layers });
  } finally {
    cache.dispose();
  }
}
