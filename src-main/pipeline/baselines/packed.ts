/** Every region that the RPN finds, or that is given, in one crop: laid side by side at the picture's own scale. */
import { packBoxes } from '../../../src-shared/kernels/baselines/pack-boxes.ts';
import { regionsByRule } from '../../../src-shared/kernels/roi/regions.ts';
import { roiRulesOf } from '../../../src-shared/kernels/roi/rules.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { meanColour } from '../../checkpoint/image/clip-processor.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import { quantise } from '../labels/maps.ts';
import { around } from '../labels/roi.ts';
import { boxesOf, requireRpn, rpnSays } from './known.ts';
import { answerAt } from './trial.ts';
import type { Trial, Tried } from './trial.ts';

/** The strongest so many: more regions are no longer read at any size. */
const MOST = 16;

/** @throws FoveaError `unsupported_model` for a checkpoint without an RPN, where no boxes are given */
export async function packed(trial: Trial): Promise<Tried> {
  const { subject, image, watch } = trial;
  const given = boxesOf(trial);
  if (given.length === 0) requireRpn(trial);
  const says = given.length === 0 ? await rpnSays(trial) : null;
  const boxes = says ? regionsOf(trial, says) : given;
  const map = says ? { map: quantise(says.map), placement: says.placement } : undefined;
  const scene = await trial.scene();
  if (boxes.length === 0) {
    return { ...(await answerAt(trial, scene, { crops: [], none: 'no_box' })), ...(map ? { map } : {}) };
  }
  const colour = meanColour(subject.checkpoint.preprocessor.mean);
  const picture = await watch.time('pack', () => Promise.resolve(laidTogether(image, boxes, colour)));
  const crops = [{ box: around(boxes), keep: null, picture }];
  const { answer } = await answerAt(trial, scene, { crops, none: null });
  return { answer, boxes, skipped: null, ...(map ? { map } : {}) };
}

function regionsOf(
  { request }: Trial,
  { map, placement }: NonNullable<Awaited<ReturnType<typeof rpnSays>>>,
): readonly SourceXyxy[] {
  const { roi } = request.preset;
  return regionsByRule(map, 'rpn', placement.grid, roi)
    .slice(0, MOST)
    .map((cells) => placement.toSource(cells, roiRulesOf(roi)))
    .filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0);
}

function laidTogether(
  image: RgbImage,
  boxes: readonly SourceXyxy[],
  colour: readonly [number, number, number],
): RgbImage {
  const { width, height, places } = packBoxes(boxes);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set(colour, i);
  boxes.forEach(([x0, y0, x1, y1], i) => {
    const [left, top] = places[i] as readonly [number, number];
    for (let y = y0; y < y1; y++) {
      const from = (y * image.width + x0) * 3;
      data.set(image.data.subarray(from, from + (x1 - x0) * 3), ((top + y - y0) * width + left) * 3);
    }
  });
  return { width, height, data };
}
