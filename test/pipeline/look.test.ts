/** A second look by itself, with the demo model: what the first run gave at its own crop, and what it refuses. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import { demoGolden } from '../support/demo.ts';
import { demoRequest, loadDemo } from '../support/demo-subject.ts';

const subject = await loadDemo();
after(() => subject.model.dispose());
const questions = demoGolden<{ image: string; text: string }[]>('greedy_100.json').slice(0, 5);

test('at the stored map it is the second stage of the first run, crop, answer and reason alike', async () => {
  for (const question of questions) {
    for (const rpn of [true, false]) {
      const request = demoRequest(question, {
        want: { questionMap: false, rpn, secondStage: true, allHeadsOf: [] },
      });
      const { maps, answer, secondStage } = await analyseSample(subject, request);
      const map = rpn ? maps.rpn : maps.denoised;
      assert.ok(map);
      const { grid, bits } = map;
      const look = await lookAgain(subject, {
        ...request,
        answer,
        at: { from: rpn ? 'rpn' : 'denoised', grid, bits },
      });
      assert.deepEqual(look.secondStage, secondStage);
    }
  }
});

test('another threshold, another crop; no box leaves the first answer; a map of another grid is refused', async () => {
  const request = demoRequest(questions[0]!, {
    want: { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] },
  });
  const { maps, answer } = await analyseSample(subject, request);
  const { grid, bits } = maps.rpn!;
  const at = { from: 'rpn', grid, bits } as const;
  const under = (threshold: number) => ({
    ...request.preset,
    roi: { ...request.preset.roi, threshold },
  });
  const none = await lookAgain(subject, { ...request, preset: under(0.9999), answer, at });
  assert.deepEqual(none.secondStage, { crop: null, from: null, answer, skipped: 'no_box' });
  const box = [0, 0, 40, 30] as const;
  const drawn = await lookAgain(subject, { ...request, answer, at: { box } });
  assert.deepEqual([drawn.secondStage.crop, drawn.secondStage.from], [box, null]);
  const small = { from: 'rpn', grid: [2, 2], bits: bits.slice(0, 4) } as const;
  await assert.rejects(lookAgain(subject, { ...request, answer, at: small }), { code: 'bad_input' });
});
