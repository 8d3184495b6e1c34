import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { squaredQwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { answerText } from '../../src-main/pipeline/subject/answer-text.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import { NativeView } from '../../src-main/pipeline/passes/native.ts';
import { promptFor, promptTokens } from '../../src-main/pipeline/subject/prompted.ts';
import { pruningOf } from '../../src-main/pipeline/passes/prune.ts';
import { askRpn, prefillForRpn, rpnDepth } from '../../src-main/pipeline/passes/rpn.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { roiByRule } from '../../src-shared/kernels/roi/rule.ts';
import { cellBoxToWholePixels, nativeTransform } from '../../src-shared/kernels/transform.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { joined } from '../support/golden-model.ts';
import { expectedArray, oracleCases, REGENERATE, relativeDifference, TOLERANCE } from '../support/oracle.ts';

/** Maps are stored as float16. */
const MAP_TOLERANCE = 1e-3;

const preset = presetSchema.parse({
  id: 'tiny-qwen',
  name: 'Tiny Qwen',
  family: 'qwen2_5_vl',
  grounding: [{ layer: 3, heads: [0, 2] }],
  sink: [{ layer: 1, heads: [1] }],
  rows: 'answer',
  labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
  roi: { variant: 'qwen', form: 'mask', threshold: 0 },
  rpn: null,
  teacher: { squareTokens: 16, prompt: 'natural' },
  maxNewTokens: 32,
});

for (const golden of await oracleCases('qwen2_5_vl')) {
  const { teacher, crop } = golden;
  assert.ok(teacher && crop, REGENERATE);
  const checkpoint = await openQwen(golden.dir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  test.after(() => model.dispose());
  const subject = { checkpoint, model };
  const close = (actual: ArrayLike<number>, what: string, tolerance = TOLERANCE): void => {
    const difference = relativeDifference(actual, expectedArray(golden, what));
    assert.ok(difference <= tolerance, `${what} differ by ${difference}; ${REGENERATE}`);
  };
  const request: Omit<LabelRequest, 'model'> = {
    preset,
    imagePath: golden.image,
    question: teacher.question,
    answerMode: 'self',
    answer: null,
    want: { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [1, 3] },
  };

  test(`${golden.name}: the teacher's square, prompt, answer and maps are transformers'`, async () => {
    const { pixels, grid } = squaredQwenPixels(
      await decodeImage(golden.image),
      checkpoint.preprocessor,
      teacher.square_tokens,
    );
    const width = pixels.length / (4 * grid[0] * grid[1]);
    const rows = expectedArray(golden, 'teacher_pixel_rows') as number[];
    close(
      joined(rows.map((row) => ({ data: pixels.subarray(row * width, (row + 1) * width) }))),
      'teacher_pixel_values',
    );
    const { ids, visual } = promptFor(subject, teacher.question, grid, 'natural');
    assert.deepEqual(
      [...ids.before, checkpoint.config.imageTokenId, ...ids.after],
      teacher.input_ids,
      REGENERATE,
    );
    assert.equal(visual[1] - visual[0], 16);

    const outcome = await analyseSample(subject, request);
    assert.deepEqual(outcome.grid, teacher.grid);
    assert.deepEqual(outcome.answerTokens, expectedArray(golden, 'teacher_answer_ids'), REGENERATE);
    close(
      joined(outcome.headMaps.map(({ map }) => ({ data: decodeFloat16(map) }))),
      'teacher_maps',
      MAP_TOLERANCE,
    );
    assert.equal(outcome.labels.length, 16);
    for (const name of ['grounding', 'sink', 'denoised'] as const) {
      const { grid: own, transform, bits } = outcome.maps[name]!;
      assert.deepEqual([own, transform, bits.length], [outcome.grid, outcome.transform, 16]);
    }
    // A threshold of 0 takes the whole picture in its own geometry, not the square.
    assert.deepEqual(outcome.secondStage?.crop, [0, 0, ...golden.image_size]);
  });

  test(`${golden.name}: a given answer is seen through the same square`, async () => {
    const outcome = await analyseSample(subject, {
      ...request,
      answerMode: 'teacher',
      answer: 'red',
      want: { questionMap: false, rpn: true, secondStage: false, allHeadsOf: [] },
    });
    assert.deepEqual(outcome.grid, teacher.grid);
    assert.equal(outcome.maps.grounding?.bits.length, 16);
  });

  test(`${golden.name}: the RPN is asked about the picture as it is, in the forward pass its boxes come from`, async () => {
    const { maps, boxes, secondStage } = await analyseSample(subject, {
      ...request,
      question: golden.question,
    });
    const { grid, transform, bits } = maps.rpn!;
    assert.deepEqual(grid, golden.grid);
    assert.deepEqual(transform, nativeTransform(golden.image_size, golden.grid));
    close(decodeFloat16(bits), 'rpn_logits', MAP_TOLERANCE);
    assert.deepEqual(boxes.rpn, [secondStage?.crop]);
    assert.equal(secondStage?.from, 'rpn');
  });

  test(`${golden.name}: without an RPN the denoised map's box is cropped, off the square, and questions share the rest`, async () => {
    const native = new NativeView();
    const alone = {
      ...request,
      preset: { ...preset, roi: { ...preset.roi, threshold: 0.05 } },
      want: { ...request.want, rpn: false },
    };
    const outcome = await analyseSample(subject, alone, { native });
    const { maps, boxes, secondStage } = outcome;
    assert.deepEqual([maps.rpn, boxes.rpn], [null, []]);
    assert.ok(secondStage);
    assert.deepEqual([secondStage.from, secondStage.crop], ['denoised', boxes.denoised[0]]);
    // The box of METHOD §4 in cells of the square, by the square's transform.
    const cells = roiByRule(decodeFloat16(maps.denoised!.bits), 'attention', outcome.grid, alone.preset.roi);
    assert.deepEqual(
      secondStage.crop,
      cellBoxToWholePixels(outcome.transform, cells.boxes[0]!, golden.image_size),
    );
    assert.deepEqual((await analyseSample(subject, alone, { native })).secondStage, secondStage);
    native.dispose();
  });

  test(`${golden.name}: the answer with a crop is transformers'`, async () => {
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, golden.image, watch);
    const prompt = promptFor(subject, golden.question, encoded.placement.grid);
    const cache = model.newCache();
    const used = model.newCache();
    const answer = (box: typeof crop, into: typeof cache) =>
      answerWithCrops(
        subject,
        encoded,
        prompt,
        [{ box, keep: null }],
        into,
        { ...preset, maxNewTokens: 16 },
        watch,
      );
    // Another crop leaves other keys and positions behind the prefix.
    await answer([0, 0, ...golden.image_size], used);
    for (const [what, into] of [
      ['alone', cache],
      ['reusing the prefix', used],
    ] as const) {
      const { tokens, logits } = await answer(crop, into);
      close(logits, 'crop_logits');
      assert.deepEqual(tokens, expectedArray(golden, 'crop_answer_ids'), `${what}; ${REGENERATE}`);
    }
  });

  const { pruning_threshold: threshold } = golden;
  test(`${golden.name}: the answer with a crop and without the tokens that the question does not score is transformers'`, async () => {
    const watch = new Stopwatch();
    const encoded = await encodeImageFile(subject, golden.image, watch);
    const { grid } = encoded.placement;
    const prompt = promptFor(subject, golden.question, grid);
    const switched = {
      ...preset,
      pruning: { aboveTokens: grid[0] * grid[1] - 1, threshold: threshold ?? 0.5 },
    };
    if (threshold === undefined) {
      assert.equal(pruningOf(subject, switched, grid), null, 'a full-width product says nothing of tokens');
      return;
    }
    const cache = model.newCache();
    const start = { cache, hidden: null };
    const hidden = await prefillForRpn(subject, encoded, prompt, start, rpnDepth(subject), watch);
    const says = await askRpn(
      subject,
      prompt,
      hidden,
      { pruning: pruningOf(subject, switched, grid), rules: undefined },
      watch,
    );
    close(says.logits, 'rpn_logits');
    assert.ok(says.keep, 'pruning takes place');
    assert.deepEqual([...says.keep], expectedArray(golden, 'pruned_kept'), REGENERATE);
    const { tokens, logits } = await answerWithCrops(
      subject,
      encoded,
      prompt,
      [{ box: crop, keep: null }],
      cache,
      { ...preset, maxNewTokens: 16 },
      watch,
      says.keep,
    );
    close(logits, 'pruned_crop_logits');
    assert.deepEqual(tokens, expectedArray(golden, 'pruned_crop_answer_ids'), REGENERATE);
  });

  test(`${golden.name}: a sample is pruned only above the preset's size, and leaves the next question's prefix whole`, async () => {
    const tokens = golden.grid[0] * golden.grid[1];
    const asked = { ...request, question: golden.question };
    const withPruning = (aboveTokens: number) => ({
      ...asked,
      preset: { ...preset, pruning: { aboveTokens, threshold: threshold ?? 0.5 } },
    });
    const native = new NativeView();
    const plain = await analyseSample(subject, asked);
    assert.equal(plain.secondStage?.pruned, undefined);
    const atLimit = await analyseSample(subject, withPruning(tokens), { native });
    assert.deepEqual(atLimit.secondStage, plain.secondStage);
    const above = await analyseSample(subject, withPruning(tokens - 1), { native });
    assert.deepEqual(above.maps.rpn, plain.maps.rpn);
    assert.deepEqual(
      above.secondStage?.pruned,
      threshold === undefined ? undefined : { kept: expectedArray(golden, 'pruned_kept').length, of: tokens },
    );
    const after = await analyseSample(subject, asked, { native });
    assert.deepEqual(after.secondStage, plain.secondStage);
    native.dispose();
  });

  test(`${golden.name}: a second look by itself at the stored map is the one of the first run, pruned too`, async () => {
    const asked = { ...request, question: golden.question };
    for (const aboveTokens of [1, 10_000]) {
      const own = { ...preset, pruning: { aboveTokens, threshold: threshold ?? 0.5 } };
      const { maps, secondStage, answer } = await analyseSample(subject, { ...asked, preset: own });
      const again = { preset: own, imagePath: golden.image, question: golden.question, answer };
      const { grid, bits } = maps.rpn!;
      const look = await lookAgain(subject, { ...again, at: { from: 'rpn', grid, bits } });
      assert.deepEqual(look.secondStage, secondStage);
    }
    const alone = { ...preset, roi: { ...preset.roi, threshold: 0.05 } };
    const { maps, secondStage, answer } = await analyseSample(subject, {
      ...asked,
      preset: alone,
      want: { ...request.want, rpn: false },
    });
    const { grid, bits } = maps.denoised!;
    const at = { from: 'denoised', grid, bits } as const;
    const look = await lookAgain(subject, {
      preset: alone,
      imagePath: golden.image,
      question: golden.question,
      answer,
      at,
    });
    assert.deepEqual(look.secondStage, secondStage);
  });

  test(`${golden.name}: a second look at a box that was drawn is transformers' with that crop`, async () => {
    const look = { preset: { ...preset, maxNewTokens: 16 }, imagePath: golden.image, answer: 'first' };
    const at = { box: crop };
    const { secondStage } = await lookAgain(subject, { ...look, question: golden.question, at });
    const ids = expectedArray(golden, 'crop_answer_ids') as number[];
    assert.deepEqual(secondStage, { crop, from: null, answer: answerText(subject, ids), skipped: null });
    const [width] = golden.image_size;
    await assert.rejects(
      lookAgain(subject, { ...look, question: golden.question, at: { box: [0, 0, width + 1, 5] } }),
      { code: 'bad_input' },
    );
  });

  test(`${golden.name}: the placeholder counts as said`, () => {
    const { imageTokenId } = checkpoint.config;
    assert.ok(promptTokens(promptFor(subject, golden.question)).includes(imageTokenId));
  });
}
