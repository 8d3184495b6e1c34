/** What one sample gives: rows, maps, labels, drop reasons, boxes, second answer; and what it refuses. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { labelLlava } from '../../src-shared/kernels/labels/llava.ts';
import { demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest, loadDemo } from '../support/demo-subject.ts';

interface Question {
  image: string;
  text: string;
  answer: string;
  answer_ids: number[];
}
const subject = await loadDemo();
after(() => subject.model.dispose());
const questions = demoGolden<Question[]>('greedy_100.json');
const ALL = { questionMap: true, rpn: true, secondStage: true, allHeadsOf: [1] };
const answerRows: Preset = { ...demoPreset, rows: 'answer', sink: [{ layer: 0, heads: 'all' }] };
const encodes = ({ answer, answer_ids }: Question) =>
  answer_ids.length < demoPreset.maxNewTokens &&
  answer_ids.at(-1) === 2 &&
  subject.checkpoint.tokenizer.encode(answer).join() === answer_ids.slice(0, -1).join();

test('the given answer, teacher-forced, yields the rows the model’s own answer yields', async () => {
  const usable = questions.filter((q) => q.answer_ids.length > 1 && encodes(q)).slice(0, 4);
  assert.ok(usable.length > 0);
  for (const question of usable) {
    for (const rows of ['answer', 'last_prompt'] as const) {
      const base = demoRequest(question, {
        preset: { ...answerRows, rows },
        want: { ...ALL, secondStage: false },
      });
      const self = await analyseSample(subject, base);
      const teacher = await analyseSample(subject, {
        ...base,
        answerMode: 'teacher',
        answer: question.answer,
      });
      assert.equal(self.answer, question.answer);
      assert.deepEqual(teacher.answerTokens, self.answerTokens.slice(0, -1));
      for (const name of ['grounding', 'sink', 'question', 'denoised', 'rpn'] as const) {
        const [a, b] = [self.maps[name], teacher.maps[name]];
        assert.ok(a && b, name);
        const values = decodeFloat16(a.bits);
        const top = Math.max(...values.map(Math.abs));
        decodeFloat16(b.bits).forEach((v, i) =>
          assert.ok(Math.abs(v - values[i]) <= top * 2 ** -9, `${name} ${i}`),
        );
      }
      assert.equal(self.headMaps.length, 4);
      assert.equal(teacher.headMaps.length, 4);
    }
  }
});

test('a given answer longer than the preset feeds is refused, never cut', async () => {
  const text = questions[0].answer;
  const { length } = subject.checkpoint.tokenizer.encode(text);
  assert.ok(length > 1);
  const forced = (answer: string, maxNewTokens: number) =>
    analyseSample(
      subject,
      demoRequest(questions[0], {
        preset: { ...answerRows, maxNewTokens },
        want: { ...ALL, secondStage: false },
        answerMode: 'teacher',
        answer,
      }),
    );
  assert.equal((await forced(text, length)).answerTokens.length, length - 1, 'as in decoding');
  await assert.rejects(forced(text, length - 1), {
    code: 'bad_input',
    message: new RegExp(`has ${length} tokens, and the preset feeds at most ${length - 1}`),
  });
});

test('labels and boxes re-derive from the stored maps', async () => {
  for (const question of questions.slice(0, 6)) {
    const outcome = await analyseSample(subject, demoRequest(question, { preset: answerRows }));
    const { grounding, sink } = outcome.maps;
    if (!grounding || !sink) continue;
    const again = labelLlava(
      decodeFloat16(grounding.bits),
      decodeFloat16(sink.bits),
      outcome.grid,
      answerRows.labels,
    );
    assert.deepEqual(outcome.labels, again.labels);
    assert.deepEqual(outcome.dropped, again.dropped);
    for (const box of [...outcome.boxes.raw, ...outcome.boxes.denoised]) {
      const [w, h] = outcome.imageSize;
      assert.ok(
        box[0] >= 0 && box[1] >= 0 && box[2] <= w && box[3] <= h && box[0] < box[2] && box[1] < box[3],
      );
    }
  }
});

test('every head of a layer is its own map, and their mean is the map of all heads', async () => {
  const preset: Preset = { ...answerRows, grounding: [{ layer: 1, heads: 'all' }] };
  const { headMaps, maps } = await analyseSample(subject, demoRequest(questions[0], { preset, want: ALL }));
  assert.deepEqual(
    headMaps.map(({ layer, head }) => [layer, head]),
    [
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ],
  );
  assert.ok(maps.grounding);
  const heads = headMaps.map(({ map }) => decodeFloat16(map));
  decodeFloat16(maps.grounding.bits).forEach((v, i) => {
    const mean = heads.reduce((sum, head) => sum + head[i], 0) / heads.length;
    assert.ok(Math.abs(v - mean) <= Math.max(...heads.map((h) => h[i])) * 2 ** -9);
  });
});

test('an answer that ends at once is dropped as empty_answer, with its RPN prediction kept', async () => {
  const question = questions[0];
  const generation = { ...subject.checkpoint.generation, eosTokenIds: [question.answer_ids[0]] };
  const ending = { ...subject, checkpoint: { ...subject.checkpoint, generation } };
  const request = demoRequest(question, { preset: answerRows, want: { ...ALL, secondStage: false } });
  for (const outcome of [
    await analyseSample(ending, request),
    await analyseSample(subject, { ...request, answerMode: 'teacher', answer: '  ' }),
  ]) {
    assert.deepEqual(outcome.dropped, { rule: 'empty_answer', value: 0, limit: 1 });
    assert.deepEqual([outcome.answer, outcome.maps.grounding, outcome.maps.denoised], ['', null, null]);
    assert.ok(outcome.labels.every((v) => v === -100));
    assert.ok(outcome.maps.rpn && outcome.maps.question);
    assert.deepEqual(outcome.boxes.raw, []);
  }
  const last: Preset = { ...answerRows, rows: 'last_prompt' };
  assert.ok(
    (await analyseSample(ending, { ...request, preset: last })).maps.grounding,
    'its row is there anyway',
  );
});

test('the second stage answers with the RPN’s box, the denoised map’s without one, or says why not', async () => {
  // Half of the maximum: a rule that gives boxes whatever the thresholds of the preset are tuned to.
  const half: Preset = { ...answerRows, roi: { variant: 'llava', form: 'bbox', threshold: -0.5 } };
  let crops = 0;
  for (const rpn of [true, false]) {
    for (const question of questions.slice(0, 6)) {
      const want = { ...ALL, rpn };
      const outcome = await analyseSample(subject, demoRequest(question, { preset: half, want }));
      const { secondStage, answer } = outcome;
      const boxes = rpn ? outcome.boxes.rpn : outcome.boxes.denoised;
      assert.ok(secondStage);
      if (boxes.length === 0) {
        assert.deepEqual([secondStage.answer, secondStage.crop], [answer, null]);
        assert.ok(secondStage.skipped);
      } else {
        crops++;
        assert.equal(secondStage.skipped, null);
        assert.ok(boxes.length <= 2);
        if (boxes.length === 1) assert.deepEqual(secondStage.crop, boxes[0]);
      }
    }
  }
  assert.ok(crops > 0);
  const never: Preset = { ...answerRows, roi: { variant: 'llava', form: 'mask', threshold: 1 } };
  const { secondStage } = await analyseSample(
    subject,
    demoRequest(questions[0], { preset: never, want: ALL }),
  );
  assert.deepEqual([secondStage?.skipped, secondStage?.crop], ['no_box', null]);
});

test('a cancelled sample stops with `cancelled`', async () => {
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(analyseSample(subject, demoRequest(questions[0]), { signal: controller.signal }), {
    code: 'cancelled',
  });
});

const unfit: Record<string, Partial<Preset>> = {
  'a layer the model lacks': { grounding: [{ layer: 14, heads: [13, 24, 26] }] },
  'a head the model lacks': { sink: [{ layer: 2, heads: [4] }] },
  'another family': { family: 'qwen2_5_vl' },
  'a negative threshold with mask': { roi: { variant: 'llava', form: 'mask', threshold: -0.5 } },
};
for (const [name, changes] of Object.entries(unfit)) {
  test(`a preset is refused before anything runs: ${name}`, async () => {
    const request = demoRequest(questions[0], {
      preset: { ...demoPreset, ...changes },
      imagePath: '/nowhere',
    });
    await assert.rejects(analyseSample(subject, request), { code: 'unsupported_model', where: 'demo' });
  });
}

const refused: Record<string, Partial<Omit<LabelRequest, 'model'>>> = {
  'no answer to force': { answerMode: 'teacher', answer: null },
  'a second <image>': { question: 'what is in <image> here?' },
};
for (const [name, changes] of Object.entries(refused)) {
  test(`a sample is refused: ${name}`, async () => {
    await assert.rejects(analyseSample(subject, demoRequest(questions[0], changes)), { code: 'bad_input' });
  });
}

test('a broken or missing picture is the sample’s error', async () => {
  const request = demoRequest(questions[0]);
  await assert.rejects(analyseSample(subject, { ...request, imagePath: '/nowhere/x.png' }), {
    code: 'not_found',
  });
  await assert.rejects(analyseSample(subject, { ...request, imagePath: import.meta.filename }), {
    code: 'bad_image',
  });
});
