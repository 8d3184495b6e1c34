/**
 * A preset that has pictures turned upright: the model's answer and boxes are those of the upright picture, and what is
 * kept lies in stored pixels, from which the same label, boxes and looks come again.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { storedMapsOf } from '../../src-main/jobs/relabel/stored-maps.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import { reanswer } from '../../src-main/pipeline/reanswer.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import { inspectTokens } from '../../src-main/pipeline/tokens.ts';
import {
  storedBox,
  turnedPair,
  turnStored,
  turnUpright,
  uprightBox,
  uprightTransform,
} from '../../src-shared/kernels/labels/orientation.ts';
import type { Orientation } from '../../src-shared/kernels/labels/orientation.ts';
import { rederive } from '../../src-shared/kernels/labels/rederive.ts';
import type { Prediction } from '../../src-shared/contract/domain.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { demoGolden, DEMO_PROJECT_SCENES } from '../support/demo.ts';
import { demoPreset, demoRequest, loadDemo } from '../support/demo-subject.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const subject = await loadDemo();
after(() => subject.model.dispose());
const question = demoGolden<{ image: string; text: string }[]>('greedy_100.json')[0];
const want = { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [1] };
const TURNED = { ...demoPreset, picture: { exif: 'turned', alpha: 'dropped' } } as const;
const ALL: Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/** The demo picture, cut to uneven sides, stored as a camera held that way would store it. */
async function storedAs(file: string, orientation: Orientation): Promise<readonly [number, number]> {
  const { width, height, data } = await decodeImage(join(DEMO_PROJECT_SCENES, question.image));
  const [w, h] = [width - 3, height - 26];
  const upright = await sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left: 3, top: 0, width: w, height: h })
    .raw()
    .toBuffer();
  const size = turnedPair([w, h] as const, orientation);
  const channels = [0, 1, 2].map((c) =>
    turnStored(
      Uint8Array.from({ length: w * h }, (_, i) => upright[i * 3 + c]),
      [size[1], size[0]],
      orientation,
    ),
  );
  const pixels = Uint8Array.from({ length: w * h * 3 }, (_, i) => channels[i % 3][Math.floor(i / 3)]);
  await sharp(pixels, { raw: { width: size[0], height: size[1], channels: 3 } })
    .withMetadata({ orientation })
    .png()
    .toFile(file);
  return size;
}

test('turned to and back is nothing, for cells, boxes and transforms', () => {
  const grid = [3, 5] as const;
  const size = [50, 31] as const;
  const values = Float32Array.from({ length: 15 }, (_, i) => i);
  for (const o of ALL) {
    assert.deepEqual(turnStored(turnUpright(values, grid, o), grid, o), values);
    const box = [3, 4, 17, 30] as const;
    assert.deepEqual(uprightBox(storedBox(box, size, o), size, o), box);
  }
  // A camera held upright with its right side up (6): the stored left column, from below, is the first row.
  assert.deepEqual([...turnUpright(values, grid, 6)].slice(0, 3), [10, 5, 0]);
  assert.deepEqual(uprightBox([0, 21, 10, 31], size, 6), [0, 0, 10, 10]);
});

for (const orientation of [3, 6, 7, 8] as const) {
  test(`orientation ${orientation}: what the upright picture gives, kept in stored pixels`, async (t) => {
    const dir = temporaryDir(t);
    const [plain, held] = [join(dir, 'upright.png'), join(dir, 'held.png')];
    await storedAs(plain, 1);
    const size = await storedAs(held, orientation);
    const upright = await analyseSample(subject, { ...demoRequest(question, { want }), imagePath: plain });
    const request = { ...demoRequest(question, { want, preset: TURNED }), imagePath: held };
    const kept = await analyseSample(subject, request);

    assert.equal(kept.answer, upright.answer);
    assert.deepEqual(kept.imageSize, size);
    assert.deepEqual(turnedPair(kept.grid, orientation), upright.grid);
    for (const name of ['grounding', 'sink', 'question', 'denoised', 'rpn'] as const) {
      const [map, seen] = [kept.maps[name], upright.maps[name]];
      assert.deepEqual(map && turnUpright(map.bits, map.grid, orientation), seen?.bits ?? null, name);
    }
    for (const [i, { map }] of kept.headMaps.entries()) {
      assert.deepEqual(turnUpright(map, kept.grid, orientation), upright.headMaps[i].map);
    }
    assert.deepEqual(turnUpright(kept.labels, kept.grid, orientation), upright.labels);
    for (const name of ['raw', 'denoised', 'rpn'] as const) {
      assert.deepEqual(
        kept.boxes[name].map((box) => uprightBox(box, size, orientation)),
        upright.boxes[name],
      );
    }
    const { crop = null } = kept.secondStage ?? {};
    assert.ok(crop);
    assert.deepEqual({ ...kept.secondStage, crop: uprightBox(crop, size, orientation) }, upright.secondStage);
    const back = uprightTransform(kept.transform, size, kept.grid);
    for (const key of ['scaleX', 'scaleY', 'offsetX', 'offsetY'] as const) {
      assert.ok(Math.abs(back[key] - upright.transform[key]) < 1e-9, key);
    }

    // Without the model: the same label, g′ and boxes.
    const stored = {
      transform: kept.transform,
      grid: [...kept.grid],
      boxes: kept.boxes,
    } as unknown as Prediction;
    const again = rederive(storedMapsOf(stored, kept.maps, size), TURNED.roi, TURNED);
    assert.deepEqual(again.labels, kept.labels);
    assert.deepEqual(again.boxes, kept.boxes);
    assert.deepEqual(again.denoised, kept.maps.denoised && decodeFloat16(kept.maps.denoised.bits));

    // With it: the stored map, and a stored box drawn by hand, lead to the same crop and answer.
    const { rpn } = kept.maps;
    assert.ok(rpn);
    const look = { ...request, answer: kept.answer };
    const first = await lookAgain(subject, { ...look, at: { from: 'rpn', grid: rpn.grid, bits: rpn.bits } });
    assert.deepEqual(first.secondStage, kept.secondStage);
    const drawn = await lookAgain(subject, { ...look, at: { box: crop } });
    assert.deepEqual(drawn.secondStage.crop, crop);

    // Hiding a stored region hides it upright.
    const edit = { kind: 'hide', box: crop } as const;
    const asked = { question: question.text, score: kept.answerTokens };
    const hidden = await reanswer(subject, { ...asked, preset: TURNED, imagePath: held, edit });
    const expected = await reanswer(subject, {
      ...asked,
      preset: demoPreset,
      imagePath: plain,
      edit: { kind: 'hide', box: uprightBox(crop, size, orientation) },
    });
    assert.deepEqual(hidden.logProbs, expected.logProbs);

    const tokens = { ...request, answerTokens: kept.answerTokens };
    const seen = await inspectTokens(subject, tokens);
    const plainly = await inspectTokens(subject, { ...tokens, preset: demoPreset, imagePath: plain });
    for (const [i, { map }] of seen.tokens.entries()) {
      assert.deepEqual(map && turnUpright(map, seen.grid, orientation), plainly.tokens[i].map);
    }
    assert.deepEqual(seen.transform, kept.transform);

    // A method's map and crop lie as stored, too.
    const looks = { question: question.text, method: 'vicrop' } as const;
    const turned = await tryMethod(subject, { ...looks, preset: TURNED, imagePath: held });
    const straight = await tryMethod(subject, { ...looks, preset: demoPreset, imagePath: plain });
    assert.deepEqual([turned.answer, turned.imageSize], [straight.answer, size]);
    assert.deepEqual(turnUpright(turned.map!.bits, turned.map!.grid, orientation), straight.map!.bits);
    assert.deepEqual(
      turned.crops.map((box) => uprightBox(box, size, orientation)),
      straight.crops,
    );
  });
}
