import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mropePositions } from '../../models/architectures/mrope.ts';
import { cut } from '../../src-main/checkpoint/image/clip-processor.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import type { QwenCheckpoint } from '../../src-main/checkpoint/qwen/open.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { answerText } from '../../src-main/pipeline/subject/answer-text.ts';
import { withPositions } from '../../src-main/pipeline/labels/crop-positions.ts';
import { lookAgain } from '../../src-main/pipeline/look.ts';
import type { ForwardRequest, VisionLanguageModel } from '../../src-main/pipeline/ports.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { roiOf } from '../../src-main/pipeline/labels/roi.ts';
import { askRpn, prefillForRpn, rpnDepth } from '../../src-main/pipeline/passes/rpn.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { relativeDifference, TOLERANCE } from '../support/oracle.ts';
import type { QzoomPicture } from '../support/qzoom.ts';
import { qzoomFolder, qzoomGolden, REMAKE } from '../support/qzoom.ts';

const root = await mkdtemp(join(tmpdir(), 'fovea-qzoom-'));
test.after(() => rm(root, { recursive: true }));
const { question, pictures } = await qzoomGolden();
const watch = new Stopwatch();
const NEW_TOKENS = 16;

const preset = presetSchema.parse({
  id: 'tiny-qzoom',
  name: 'Tiny Q-Zoom',
  family: 'qwen2_5_vl',
  grounding: [{ layer: 3, heads: [0, 2] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'qwen', sinkThresh: 0.9, binaryCoff: 0.25, bgCoff: 0.05, maxRatioLimit: 1 },
  roi: { variant: 'qwen', form: 'mask', threshold: 0.5 },
  pruning: { aboveTokens: 1, threshold: 0.5 },
  rpn: null,
  teacher: { squareTokens: 16, prompt: 'textual' },
  maxNewTokens: NEW_TOKENS,
});
const want = { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] };

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void => {
  const difference = relativeDifference(actual, expected);
  assert.ok(difference <= TOLERANCE, `${what} differ by ${difference}; ${REMAKE}`);
};

/** The model, and what it was fed since the last time somebody asked. */
function overheard(model: VisionLanguageModel): { model: VisionLanguageModel; fed: ForwardRequest[] } {
  const fed: ForwardRequest[] = [];
  const wrapped: VisionLanguageModel = {
    profile: model.profile,
    encodeImage: (...args) => model.encodeImage(...args),
    pixelCount: (grid) => model.pixelCount(grid),
    newCache: () => model.newCache(),
    forward(cache, request) {
      fed.push(request);
      return model.forward(cache, request);
    },
    steps: (requests) => model.steps(requests),
    rpn: (...args) => model.rpn(...args),
    gate: (...args) => model.gate(...args),
    dispose: () => model.dispose(),
  };
  return { model: wrapped, fed };
}

type Heard = { checkpoint: QwenCheckpoint; model: VisionLanguageModel; fed: ForwardRequest[] };
const opened: { golden: QzoomPicture; subjects: Map<boolean, Heard> }[] = [];
for (const golden of pictures) {
  const subjects = new Map<boolean, Heard>();
  for (const reuse of [false, true]) {
    const checkpoint = await openQwen(await qzoomFolder(root, golden, { reuse_src_pos: reuse }));
    const loaded = await loadModel(checkpoint, { device: 'cpu' });
    test.after(() => loaded.dispose());
    subjects.set(reuse, { checkpoint, ...overheard(loaded) });
  }
  opened.push({ golden, subjects });
}

for (const { golden, subjects } of opened) {
  test(`${golden.name}: prompt, layer-K states, scores, boxes, crops, positions and second answers are Q-Zoom's`, async () => {
    for (const look of golden.looks) {
      const subject = subjects.get(look.reuse_src_pos)!;
      const { checkpoint, model, fed } = subject;
      const what = `threshold ${look.threshold}, reuse_src_pos ${look.reuse_src_pos}`;
      const encoded = await encodeImageFile(subject, golden.image, watch);
      const { image, placement } = encoded;
      assert.deepEqual([placement.grid, [image.width, image.height]], [golden.grid, golden.size]);
      const prompt = promptFor(subject, question, placement.grid);
      const [start, end] = prompt.visual;
      const { before, after } = prompt.ids;
      const pictured = new Array<number>(end - start).fill(checkpoint.config.imageTokenId);
      assert.deepEqual([...before, ...pictured, ...after], golden.prompt);

      const cache = model.newCache();
      const hidden = await prefillForRpn(
        subject,
        encoded,
        prompt,
        { cache, hidden: null },
        rpnDepth(subject),
        watch,
      );
      const d = model.profile.hiddenSize;
      const rows = golden.rows.flatMap((row) => [...hidden.subarray(row * d, (row + 1) * d)]);
      close(rows, golden.layer_k, 'layer-K states');
      const ask = { pruning: null, rules: 'q-zoom' } as const;
      const { logits } = await askRpn(subject, prompt, hidden, ask, watch);
      close(logits, golden.rpn, 'RPN logits');

      const settled = {
        ...preset,
        roi: { ...preset.roi, threshold: look.threshold, rules: 'q-zoom' as const },
      };
      const roi = roiOf(logits, 'rpn', placement, settled.roi);
      const crops = withPositions(roi.crops, encoded, checkpoint.rules);
      assert.deepEqual(
        crops.map(({ box, cells, keep }) => ({ box, cells, keep })),
        [{ box: look.box, cells: look.cells, keep: null }],
        what,
      );
      const { pixels, grid } = qwenPixels(cut(image, look.box), checkpoint.preprocessor);
      assert.deepEqual(grid, look.crop_grid);
      const width = pixels.length / (4 * grid[0] * grid[1]);
      close(
        look.crop_rows.flatMap((row) => [...pixels.subarray(row * width, (row + 1) * width)]),
        look.crop_pixels,
        'crop pixels',
      );

      const layers = { full: model.profile.layers, cut: rpnDepth(subject) };
      for (const depth of [layers.cut, layers.full]) {
        // Keys and values of the whole first prompt in every layer are what a first look leaves; else there are none.
        const held = model.newCache();
        if (depth === layers.full)
          await prefillForRpn(subject, encoded, prompt, { cache: held, hidden: null }, depth, watch);
        fed.length = 0;
        const second = await answerWithCrops(subject, encoded, prompt, crops, held, settled, watch);
        const spans = fed[0]!.parts.map((part) => ('tokens' in part ? { count: part.tokens.length } : part));
        // A reused prefix ends at the source's last visual token; its positions are behind it.
        const reused = depth === layers.full ? end : 0;
        const first = reused === 0 ? 0 : start + Math.max(...placement.grid);
        const { axes } = mropePositions(first, spans);
        axes.forEach((axis, i) =>
          assert.deepEqual(
            [...axis],
            look.positions[i]!.slice(reused).map(Math.fround),
            `axis ${i}, ${what}`,
          ),
        );
        close(second.logits, look.logits, `second logits, ${what}`);
        assert.deepEqual(second.tokens, look.answer, `${what}; ${REMAKE}`);
        held.dispose();
      }
      cache.dispose();
    }
  });

  test(`${golden.name}: a sample takes the checkpoint's rules, says so, and a look at its stored map is the same`, async () => {
    for (const look of golden.looks.slice(2, 4)) {
      const subject = subjects.get(look.reuse_src_pos)!;
      const own = { ...preset, roi: { ...preset.roi, threshold: look.threshold } };
      const asked = {
        preset: own,
        imagePath: golden.image,
        question,
        answerMode: 'self' as const,
        answer: null,
        want,
      };
      const { maps, secondStage, answer } = await analyseSample(subject, asked);
      const rules = { name: 'q-zoom', cropPositions: look.reuse_src_pos ? 'source' : 'own' };
      const expected = {
        crop: look.box,
        from: 'rpn',
        answer: answerText(subject, look.answer),
        skipped: null,
        rules,
      };
      assert.deepEqual(secondStage, expected);
      const { grid, bits } = maps.rpn!;
      const again = { preset: own, imagePath: golden.image, question, answer };
      assert.deepEqual(
        (await lookAgain(subject, { ...again, at: { from: 'rpn', grid, bits } })).secondStage,
        expected,
      );
    }
  });
}

test('a preset’s word brings Q-Zoom’s rules to another checkpoint: scores per head, own positions', async () => {
  const [golden] = pictures;
  const look = golden!.looks.find(({ reuse_src_pos }) => !reuse_src_pos)!;
  const plain = { enable_high_res: null, roi_post_training: null, roi_multi_head: false };
  const checkpoint = await openQwen(await qzoomFolder(root, golden!, plain));
  assert.deepEqual([checkpoint.rules.name, checkpoint.config.rpn?.multiHead], ['sd-rpn', false]);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  const roi = { ...preset.roi, threshold: look.threshold, rules: 'q-zoom' as const };
  const { maps, secondStage } = await analyseSample(
    { checkpoint, model },
    {
      preset: { ...preset, roi },
      imagePath: golden!.image,
      question,
      answerMode: 'self',
      answer: null,
      want,
    },
  );
  assert.ok(relativeDifference(decodeFloat16(maps.rpn!.bits), golden!.rpn) < 1e-3);
  assert.deepEqual(secondStage, {
    crop: look.box,
    from: 'rpn',
    answer: answerText({ checkpoint, model }, look.answer),
    skipped: null,
    rules: { name: 'q-zoom', cropPositions: 'own' },
  });
  await model.dispose();
});

test('a drawn box takes the positions of the nearest cells where the file says so', async () => {
  const { golden, subjects } = opened.find(({ golden: { name } }) => name === 'large')!;
  const subject = subjects.get(true)!;
  // No side of these was grown, so the box has the cells it came from for its nearest.
  const looks = golden.looks.filter(({ box, reuse_src_pos }) => reuse_src_pos && box[2] - box[0] > 28);
  assert.ok(looks.length > 1);
  for (const look of looks) {
    const asked = { preset, imagePath: golden.image, question, answer: 'first', at: { box: look.box } };
    const { secondStage } = await lookAgain(subject, asked);
    assert.equal(secondStage.answer, answerText(subject, look.answer));
    assert.deepEqual(secondStage.rules, { name: 'q-zoom', cropPositions: 'source' });
  }
});

test('where nothing passes the threshold the first answer stands, and the rules are noted', async () => {
  const { golden, subjects } = opened[0]!;
  const roi = { ...preset.roi, threshold: 1 };
  const asked = { preset: { ...preset, roi }, imagePath: golden.image, question, answer: null, want };
  const { answer, secondStage } = await analyseSample(subjects.get(false)!, { ...asked, answerMode: 'self' });
  const rules = { name: 'q-zoom', cropPositions: 'own' };
  assert.deepEqual(secondStage, { crop: null, from: null, answer, skipped: 'no_box', rules });
});
