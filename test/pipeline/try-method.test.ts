/** Methods that an evaluation compares, on the demo model: each is the pipeline's own second look at another place. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Method } from '../../src-shared/contract/evaluation.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import type { TryQuestion } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import { demoGolden } from '../support/demo.ts';
import { demoRequest, loadDemo } from '../support/demo-subject.ts';

const subject = await loadDemo();
after(() => subject.model.dispose());
const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json').slice(0, 3);
const BOX = [10, 20, 90, 70] as const;

function tried(question: (typeof questions)[number], method: Method, more: Partial<TryQuestion> = {}) {
  const { preset, imagePath, question: text } = demoRequest(question);
  return tryMethod(subject, { preset, imagePath, question: text, method, ...more });
}

test('crops of maps are those of a prediction, with the answer of its second look', async () => {
  for (const question of questions) {
    const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };
    const first = await analyseSample(subject, demoRequest(question, { want }));
    const rpn = await tried(question, 'rpn');
    assert.deepEqual(rpn.crops, first.boxes.rpn);
    assert.deepEqual(
      [rpn.answer, rpn.skipped, rpn.imageSize],
      [first.secondStage?.answer, first.secondStage?.skipped, first.imageSize],
    );
    assert.deepEqual(rpn.map, first.maps.rpn);
    for (const [method, map, boxes] of [
      ['raw', first.maps.grounding, first.boxes.raw],
      ['denoised', first.maps.denoised, first.boxes.denoised],
    ] as const) {
      const outcome = await tried(question, method);
      assert.deepEqual([outcome.map, outcome.crops], [map, boxes]);
      const box = boxes[0];
      if (!box) assert.equal(outcome.answer, first.answer);
    }
    const alone = await tried(question, 'alone');
    assert.deepEqual([alone.answer, alone.crops, alone.map], [first.answer, [], null]);
    assert.deepEqual([alone.visualTokens, alone.encodedTokens], [256, 256]);
  }
});

test('a known box is the second look at a drawn one; none, or one beside the picture, is refused', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const look = await lookAgain(subject, { ...demoRequest(question), answer: '', at: { box: BOX } });
  for (const method of ['truth', 'proposal'] as const) {
    const outcome = await tried(question, method, { boxes: [BOX] });
    assert.equal(outcome.answer, look.secondStage.answer);
    assert.deepEqual(outcome.crops, [BOX]);
    assert.deepEqual([outcome.visualTokens, outcome.encodedTokens], [512, 512]);
    await assert.rejects(tried(question, method), { code: 'bad_input' });
    await assert.rejects(tried(question, method, { boxes: [[0, 0, 9000, 10]] }), { code: 'bad_input' });
  }
});

test('ViCrop looks at its window, relative attention by the preset’s rule; the layer is the preset’s deepest unless it is said', async () => {
  const [question] = questions as [(typeof questions)[number]];
  const vicrop = await tried(question, 'vicrop');
  const relative = await tried(question, 'relative');
  assert.deepEqual([vicrop.layer, relative.layer], [4, 4]);
  assert.deepEqual(vicrop.map, relative.map);
  assert.equal(vicrop.crops.length, 1);
  const [x0, y0, x1, y1] = vicrop.crops[0]!;
  const [width, height] = vicrop.imageSize;
  assert.ok(x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height && x1 - x0 >= 220);
  const look = await lookAgain(subject, {
    ...demoRequest(question),
    answer: '',
    at: { box: vicrop.crops[0]! },
  });
  assert.equal(vicrop.answer, look.secondStage.answer);
  // A ratio: about 1 where the question changes nothing, 0 beside the picture.
  const values = [...decodeFloat16(vicrop.map!.bits)];
  assert.ok(values.every((value) => value >= 0) && Math.max(...values) > 1);
  const other = await tried(question, 'relative', { layer: 1 });
  assert.equal(other.layer, 1);
  assert.notDeepEqual(other.map, relative.map);
  await assert.rejects(tried(question, 'vicrop', { layer: 6 }), { code: 'bad_input' });
});
