/** Each token's own map, against the rows of one uncached pass (probe) and against the maps labelling stores. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import type { AnswerMode, LabelRequest, TokensOutcome } from '../../src-main/engine/protocol.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { probeModel } from '../../src-main/pipeline/probe.ts';
import { SharedPrefix } from '../../src-main/pipeline/subject/shared-prefix.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { inspectTokens } from '../../src-main/pipeline/tokens.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { oracleCases, relativeDifference } from '../support/oracle.ts';

/** Values are float16; a mean of rounded rows is off by as much again. */
const TOLERANCE = 2e-3;
const QUESTION = 'What is the code on the red tag?';

const mean = (maps: readonly Uint16Array[]): Float32Array => {
  const [first] = maps;
  assert.ok(first, 'no map');
  return Float32Array.from(first, (_, i) => {
    const values = maps.map((map) => decodeFloat16(map)[i] as number);
    return values.reduce((a, b) => a + b, 0) / values.length;
  });
};
const mapsOf = (outcome: TokensOutcome, pick: (token: TokensOutcome['tokens'][number]) => boolean) =>
  outcome.tokens.filter(pick).map(({ map }) => map as Uint16Array);

const [llava] = (await oracleCases('llava')).filter(({ name }) => name === 'llava-original-twig');
const [qwen] = (await oracleCases('qwen2_5_vl')).filter(({ name }) => name === 'qwen2_5-vl-windows');
assert.ok(llava && qwen);

for (const golden of [llava, qwen]) {
  const checkpoint = await openModel(golden.dir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  test.after(() => model.dispose());
  const subject = { checkpoint, model };
  const variant = golden.family === 'llava' ? 'llava' : 'qwen';
  const preset = presetSchema.parse({
    id: 'tiny',
    name: 'Tiny',
    family: golden.family,
    grounding: [
      { layer: 1, heads: [0, 2] },
      { layer: 2, heads: [1] },
    ],
    sink: null,
    rows: 'answer',
    labels: { variant, sinkThresh: 1, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 1 },
    roi: { variant, form: 'mask', threshold: 0.2 },
    rpn: null,
    maxNewTokens: 8,
  });
  const teacher =
    variant === 'qwen'
      ? presetSchema.parse({ ...preset, teacher: { squareTokens: 16, prompt: 'natural' } })
      : preset;
  const request = { preset, imagePath: golden.image, question: QUESTION };
  const label = (answerMode: AnswerMode, changes: Partial<LabelRequest> = {}) =>
    analyseSample(subject, {
      ...request,
      answerMode,
      answer: answerMode === 'teacher' ? 'the red' : null,
      want: { questionMap: true, rpn: false, secondStage: false, allHeadsOf: [] },
      ...changes,
    });

  test(`${golden.name}: every token's map is its row of one uncached pass, normalised over all keys`, async () => {
    const { answerTokens } = await label('self');
    const { tokens, grid } = await inspectTokens(subject, { ...request, answerMode: 'self', answerTokens });
    const { arrays } = await probeModel(
      subject,
      { imagePath: golden.image, question: QUESTION, answer: null, layers: [1, 2], maxNewTokens: 8 },
      new Stopwatch(),
    );
    assert.deepEqual(Array.from(arrays['answer_ids']?.data as BigInt64Array, Number), answerTokens);
    const { shape, data } = arrays['attention'] as { shape: readonly number[]; data: Float32Array };
    const [, heads, rows, keys] = shape as [number, number, number, number];
    const visual = Number((arrays['image_span']?.data as BigInt64Array)[0]);
    const row = (layer: number, head: number, at: number) => {
      const from = ((layer * heads + head) * rows + at) * keys;
      return data.subarray(from + visual, from + visual + grid[0] * grid[1]);
    };
    // Rows of probe: the last prompt token, then the answer's.
    const withMap = tokens
      .slice(tokens.findIndex(({ role }) => role === 'answer') - 1)
      .filter(({ map }) => map);
    assert.equal(withMap.length, rows);
    withMap.forEach(({ map }, at) => {
      const [a, b, c] = [row(0, 0, at), row(0, 2, at), row(1, 1, at)];
      const expected = a.map((value, i) => (value + (b[i] as number) + (c[i] as number)) / 3);
      const difference = relativeDifference(decodeFloat16(map as Uint16Array), expected);
      assert.ok(difference <= TOLERANCE, `row ${at} differs by ${difference}`);
      assert.ok(expected.reduce((x, y) => x + y, 0) < 1, 'attention to the picture is only a part of all');
    });
  });

  for (const answerMode of ['self', 'teacher'] as const) {
    test(`${golden.name}, ${answerMode}: the used rows' mean is the stored grounding map, the text's the question map`, async () => {
      const changes = { preset: teacher };
      const outcome = await label(answerMode, changes);
      const { answerTokens } = outcome;
      const inspected = await inspectTokens(subject, { ...request, ...changes, answerMode, answerTokens });
      assert.deepEqual(inspected.grid, outcome.grid);
      assert.deepEqual(inspected.transform, outcome.transform);
      const close = (maps: readonly Uint16Array[], stored: Uint16Array | undefined, what: string) => {
        assert.ok(stored, what);
        const difference = relativeDifference(mean(maps), decodeFloat16(stored));
        assert.ok(difference <= TOLERANCE, `${what} differs by ${difference}`);
      };
      const used = mapsOf(inspected, (token) => token.used);
      const fed = answerMode === 'self' ? answerTokens.length - 1 : answerTokens.length;
      assert.equal(used.length, fed);
      close(used, outcome.maps.grounding?.bits, 'grounding');
      if (variant === 'llava') {
        close(
          mapsOf(inspected, ({ role }) => role !== 'answer'),
          outcome.maps.question?.bits,
          'question',
        );
      }
      const last = inspected.tokens.at(-1);
      assert.equal(last?.map === null, answerMode === 'self', 'only a token that was never fed has no map');
    });
  }

  test(`${golden.name}: the last prompt token's row is the one used where the preset says so`, async () => {
    const changes = { preset: presetSchema.parse({ ...teacher, rows: 'last_prompt' }) };
    const { answerTokens, maps } = await label('self', changes);
    const inspected = await inspectTokens(subject, {
      ...request,
      ...changes,
      answerMode: 'self',
      answerTokens,
    });
    const used = mapsOf(inspected, (token) => token.used);
    assert.equal(used.length, 1);
    const stored = decodeFloat16(maps.grounding?.bits as Uint16Array);
    assert.ok(relativeDifference(decodeFloat16(used[0] as Uint16Array), stored) <= TOLERANCE);
  });

  test(`${golden.name}: the question's words are told from the template's`, async () => {
    const { tokens } = await inspectTokens(subject, {
      ...request,
      preset: teacher,
      answerMode: 'self',
      answerTokens: [],
    });
    const roles = tokens.map(({ role }) => role).join();
    assert.match(roles, /^(template,)+(question,)+(template,?)+$/);
    const asked = tokens.filter(({ role }) => role === 'question').map(({ id }) => id);
    assert.equal(checkpoint.tokenizer.decode(asked), QUESTION);
    assert.ok(tokens.every(({ text }) => text.length > 0));
  });

  test(`${golden.name}: a shared prefix changes nothing, and is left for the next question`, async () => {
    const encoded = await encodeImageFile(subject, golden.image, new Stopwatch());
    const shared = new SharedPrefix();
    const { answerTokens } = await label('self');
    const ask = (options = {}) =>
      inspectTokens(subject, { ...request, answerMode: 'self', answerTokens }, options);
    const alone = mapsOf(await ask(), ({ map }) => map !== null);
    for (const turn of ['first', 'second']) {
      const maps = mapsOf(await ask({ encoded, shared }), ({ map }) => map !== null);
      maps.forEach((map, i) => {
        const other = decodeFloat16(alone[i] as Uint16Array);
        assert.ok(relativeDifference(decodeFloat16(map), other) <= TOLERANCE, `${turn}: token ${i}`);
      });
    }
    const again = await label('self');
    assert.deepEqual(again.answerTokens, answerTokens);
    shared.dispose();
  });

  test(`${golden.name}: tokens of another model and a fired signal are refused`, async () => {
    const wrong = { ...request, answerMode: 'self' as const, answerTokens: [model.profile.vocabSize] };
    await assert.rejects(inspectTokens(subject, wrong), { code: 'bad_input' });
    const asked = { ...request, answerMode: 'self' as const, answerTokens: [] };
    await assert.rejects(inspectTokens(subject, asked, { signal: AbortSignal.abort() }), {
      code: 'cancelled',
    });
  });
}
