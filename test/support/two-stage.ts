/**
 * The second look of SD-RPN's own modules (test/golden/oracle/two_stage), taken again by Fovea: prompt, states entering
 * the branch, RPN logits, boxes, crop pixels, logits and answer with the crop.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cropImage, cut, normalise } from '../../src-main/checkpoint/image/clip-processor.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { answerText } from '../../src-main/pipeline/subject/answer-text.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { pruningOf } from '../../src-main/pipeline/passes/prune.ts';
import { roiOf } from '../../src-main/pipeline/labels/roi.ts';
import { askRpn, prefillForRpn, rpnDepth } from '../../src-main/pipeline/passes/rpn.ts';
import { answerWithCrops } from '../../src-main/pipeline/passes/second-stage.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile, type Subject } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { presetSchema, REFERENCE_PRUNING, type Preset } from '../../src-shared/contract/preset.ts';
import { settledPreset } from '../../src-shared/contract/rules.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import { joined } from './golden-model.ts';
import { readArrays, relativeDifference } from './oracle.ts';

const whole = z.number().int();
const box = z.tuple([whole, whole, whole, whole]);
const lookSchema = z.object({
  family: z.enum(['llava', 'qwen2_5_vl']),
  question: z.string(),
  form: z.enum(['bbox', 'mask']),
  threshold: z.number(),
  grid: z.tuple([whole, whole]),
  input_ids: z.array(whole),
  image_span: z.tuple([whole, whole]),
  /** Source pixels; empty: no second look. */
  boxes: z.array(box),
  /** How much longer the second sequence is. */
  crop_tokens: whole,
});

/** Every `PIXEL_STEP`th value of a crop is kept (`shared.py`). */
const PIXEL_STEP = 499;
const NEW_TOKENS = 12;

/** Largest relative difference by what differs; 0 or Infinity for what must be the same. */
export type Differences = ReadonlyMap<string, number>;

/** Every look at the picture of one model, by name. */
export async function lookAtCase(folder: string): Promise<Map<string, Differences>> {
  const checkpoint = await openModel(join(folder, 'model'));
  const model = await loadModel(checkpoint, { device: 'cpu' });
  try {
    const looks = readdirSync(folder, { withFileTypes: true }).filter(
      (at) => at.isDirectory() && at.name !== 'model',
    );
    const found = new Map<string, Differences>();
    for (const { name } of looks.sort((a, b) => a.name.localeCompare(b.name))) {
      found.set(
        name,
        await differences({ checkpoint, model }, join(folder, name), join(folder, 'image.png')),
      );
    }
    return found;
  } finally {
    await model.dispose();
  }
}

async function differences(subject: Subject, folder: string, imagePath: string): Promise<Differences> {
  const look = lookSchema.parse(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')));
  const expected = await readArrays(join(folder, 'expected.safetensors'));
  const found = new Map<string, number>();
  const close = (what: string, actual: ArrayLike<number>): void => {
    found.set(what, relativeDifference(actual, expected.get(what)?.data ?? []));
  };
  const same = (what: string, actual: unknown, wanted: unknown): void => {
    found.set(what, JSON.stringify(actual) === JSON.stringify(wanted) ? 0 : Infinity);
  };
  const { model } = subject;
  const watch = new Stopwatch();
  const preset = settledPreset(presetOf(look), subject.checkpoint.rules);
  const encoded = await encodeImageFile(subject, imagePath, watch);
  const { grid } = encoded.placement;
  same('grid', grid, look.grid);
  const d = model.profile.hiddenSize;
  const features = expected.get('visual_features')!.data;
  close('visual_features', encoded.features.subarray(0, features.length));
  const prompt = promptFor(subject, look.question, grid);
  same('prompt', [...prompt.ids.before, prompt.placeholder ?? -1, ...prompt.ids.after], look.input_ids);
  same('span', prompt.visual, look.image_span);

  const cache = model.newCache();
  const hidden = await prefillForRpn(
    subject,
    encoded,
    prompt,
    { cache, hidden: null },
    rpnDepth(subject),
    watch,
  );
  const states = expected.get('layer_k')!.data;
  close('layer_k', hidden.subarray(prompt.length * d - states.length, prompt.length * d));
  const says = await askRpn(
    subject,
    prompt,
    hidden,
    { pruning: pruningOf(subject, preset, grid), rules: preset.roi.rules },
    watch,
  );
  close('rpn_logits', says.logits);
  const { crops } = roiOf(says.logits, 'rpn', encoded.placement, preset.roi);
  same(
    'boxes',
    crops.map((crop) => crop.box),
    look.boxes,
  );
  cache.dispose();

  const outcome = await analyseSample(subject, {
    preset,
    imagePath,
    question: look.question,
    answerMode: 'self',
    answer: null,
    want: { questionMap: false, rpn: true, secondStage: true, allHeadsOf: [] },
  });
  const answer = [...(expected.get('answer_ids')?.data ?? [])];
  same('answer_text', outcome.secondStage?.answer, answerText(subject, answer));
  if (crops.length === 0 || look.boxes.length === 0) return found;

  close(
    'crop_pixels',
    joined(crops.map((crop) => ({ data: sampled(cropPixels(subject, encoded.image, crop.box)) }))),
  );
  const second = model.newCache();
  const { tokens, logits } = await answerWithCrops(
    subject,
    encoded,
    prompt,
    crops,
    second,
    preset,
    watch,
    says.keep,
  );
  close('second_logits', logits);
  same('answer_ids', tokens, answer);
  same('crop_tokens', second.length - (tokens.length - 1) - prompt.length, look.crop_tokens);
  second.dispose();
  return found;
}

/** What the crop is encoded from, by the same functions as the second stage. */
function cropPixels(
  { checkpoint: { preprocessor } }: Subject,
  image: Parameters<typeof cut>[0],
  at: SourceXyxy,
): Float32Array {
  return preprocessor.geometry === 'dynamic'
    ? qwenPixels(cut(image, at), preprocessor).pixels
    : normalise(cropImage(image, at, preprocessor.side), preprocessor);
}

function sampled(pixels: Float32Array): Float32Array {
  return pixels.filter((_, i) => i % PIXEL_STEP === 0);
}

function presetOf({ family, form, threshold }: z.infer<typeof lookSchema>): Preset {
  const qwen = family === 'qwen2_5_vl';
  return presetSchema.parse({
    id: 'two-stage',
    name: 'Two stages',
    family,
    grounding: [{ layer: 1, heads: [0] }],
    sink: null,
    rows: 'answer',
    labels: {
      variant: qwen ? 'qwen' : 'llava',
      sinkThresh: 1,
      binaryCoff: 0.2,
      bgCoff: 0.1,
      maxRatioLimit: 1,
    },
    roi: { variant: qwen ? 'qwen' : 'llava', form, threshold },
    ...(qwen ? { pruning: REFERENCE_PRUNING } : {}),
    rpn: null,
    maxNewTokens: NEW_TOKENS,
  });
}
