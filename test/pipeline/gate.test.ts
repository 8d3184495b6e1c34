/** A preset's gate on the demo model: who gets a second look, and what is noted of it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { tryMethod } from '../../src-main/pipeline/try-method.ts';
import type { GateSettings } from '../../src-shared/contract/gate.ts';
import { demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest, loadDemo } from '../support/demo-subject.ts';

const subject = await loadDemo();
after(() => subject.model.dispose());
const [question] = demoGolden<{ image: string; text: string }[]>('greedy_100.json');
const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };

const asked = (gate: GateSettings | null, changes: Parameters<typeof demoRequest>[1] = {}) =>
  demoRequest(question!, { preset: { ...demoPreset, gate }, want, ...changes });
const look = async (by: GateSettings['by'], threshold: number) =>
  (await analyseSample(subject, asked({ by, threshold }))).secondStage!;

test('a need below the threshold, strictly, gets no second look; what the gate said is noted either way', async () => {
  const plain = await analyseSample(subject, asked(null));
  assert.equal(plain.secondStage!.skipped, null);
  const [alone, rpn] = await Promise.all(
    (['alone', 'rpn'] as const).map(async (method) => {
      const { preset, imagePath, question: text } = asked(null);
      return (await tryMethod(subject, { preset, imagePath, question: text, method })).needs;
    }),
  );
  const needs = { sure: alone!.sure!, weakest: alone!.weakest!, peak: rpn!.peak! };
  for (const by of ['sure', 'weakest', 'peak'] as const) {
    const need = needs[by];
    const taken = await look(by, need);
    const { gate, ...rest } = taken;
    assert.deepEqual(rest, plain.secondStage);
    assert.deepEqual(gate, { by, threshold: need, need });
    const threshold = Math.min(1, need * 1.01 + 1e-6);
    assert.deepEqual(await look(by, threshold), {
      crop: null,
      from: null,
      answer: plain.answer,
      skipped: 'not_needed',
      gate: { by, threshold, need },
    });
  }
});

test('a gate that cannot be asked is refused before anything runs', async () => {
  const refused = (gate: GateSettings, changes: Parameters<typeof demoRequest>[1] = {}) =>
    analyseSample(subject, asked(gate, changes));
  const weakest = { by: 'weakest', threshold: 0.5 } as const;
  await assert.rejects(refused(weakest, { answerMode: 'teacher', answer: 'red' }), {
    code: 'bad_input',
    message: /own answer/,
  });
  await assert.rejects(refused({ by: 'peak', threshold: 0.5 }, { want: { ...want, rpn: false } }), {
    code: 'unsupported_model',
    message: /RPN/,
  });
  await assert.rejects(refused({ by: 'trained', threshold: 0.1 }), {
    code: 'unsupported_model',
    message: /the checkpoint has none/,
  });
  // Where no second look is wanted there is nothing to leave out.
  const none = await refused({ by: 'trained', threshold: 0.1 }, { want: { ...want, secondStage: false } });
  assert.equal(none.secondStage, null);
});
