/**
 * ViCrop's relative attention (arXiv 2502.17422, repository saccharomycetes/mllms_know): at one layer, mean over heads, the last prompt
 * token's attention to the picture, over the same of a generic prompt. The authors' variants that need gradients are not here:
 * the runtime makes none of attention.
 */
import { attentionMap } from '../../../src-shared/kernels/attention.ts';
import { GENERAL_QUESTION, relativeMap } from '../../../src-shared/kernels/baselines/relative.ts';
import { searchWindow } from '../../../src-shared/kernels/baselines/search-window.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { BRIEFLY } from '../../checkpoint/qwen/teacher-prompt.ts';
import { quantise } from '../labels/maps.ts';
import type { QuantisedMap } from '../labels/maps.ts';
import { roiOf } from '../labels/roi.ts';
import type { Scene } from '../passes/native.ts';
import { prefixParts, promptFor } from '../subject/prompted.ts';
import type { Prompted } from '../subject/prompted.ts';
import { onPicture, pictureRegion } from './region.ts';
import { answerAt, layerOf } from './trial.ts';
import type { Trial, Tried } from './trial.ts';

/** Side of ViCrop's smallest window for Qwen2.5-VL, in source pixels (`bbox_size` of run.py); elsewhere the encoder's side. */
const QWEN_WINDOW = 224;

/** The map with the preset's box rule. */
export async function relative(trial: Trial): Promise<Tried> {
  const scene = await trial.scene();
  const layer = layerOf(trial);
  const map = await relativeAttention(trial, scene, layer);
  const { placement } = scene.encoded;
  const roi = roiOf(map.values, 'attention', placement, trial.request.preset.roi);
  return { layer, map: { map, placement }, ...(await answerAt(trial, scene, roi)) };
}

/** The map with the authors' window search. */
export async function vicrop(trial: Trial): Promise<Tried> {
  const scene = await trial.scene();
  const layer = layerOf(trial);
  const map = await relativeAttention(trial, scene, layer);
  const { profile } = trial.subject.model;
  const side = profile.dynamicGrid ? QWEN_WINDOW : profile.imageSide;
  const box = await trial.watch.time('search', () => Promise.resolve(windowOf(map.values, scene, side)));
  const roi = { crops: [{ box, keep: null }], none: null };
  const { placement } = scene.encoded;
  return { layer, map: { map, placement }, ...(await answerAt(trial, scene, roi)) };
}

/** The prefix is fed once, through every layer: the answer goes on from it. Questions stop at the layer that is read. */
async function relativeAttention(
  { subject, request, watch }: Trial,
  { encoded, prompt, cache }: Scene,
  layer: number,
): Promise<QuantisedMap> {
  const { model } = subject;
  const parts = prefixParts(prompt, encoded.features);
  await watch.time('prefill', () =>
    model.forward(cache, { parts, logits: 'none', layers: model.profile.layers }),
  );
  const rowOf = async (asked: Prompted): Promise<Float32Array> => {
    const { after } = asked.ids;
    const own = cache.fork(prompt.visual[1]);
    try {
      const { taps } = await watch.time('prefill', () =>
        model.forward(own, {
          parts: [{ tokens: after }],
          logits: 'none',
          layers: layer + 1,
          taps: {
            heads: [{ layer, heads: 'all' }],
            keys: asked.visual,
            rows: [after.length - 1, after.length],
          },
        }),
      );
      return attentionMap(taps);
    } finally {
      own.dispose();
    }
  };
  const { placement, image } = encoded;
  const question = await rowOf(prompt);
  const general = await rowOf(promptFor(subject, generalOf(request.question), placement.grid));
  return quantise(onPicture(relativeMap(question, general), placement, [image.width, image.height]));
}

/** The authors give the generic prompt whatever form their question has. */
function generalOf(question: string): string {
  return question.trimEnd().endsWith(BRIEFLY) ? `${GENERAL_QUESTION} ${BRIEFLY}` : GENERAL_QUESTION;
}

/** The authors' map covers their picture; where a model's does not (padding, a centre crop), the search is in what both share. */
function windowOf(
  map: Float32Array,
  { encoded: { image, placement } }: Pick<Scene, 'encoded'>,
  side: number,
): SourceXyxy {
  const size = [image.width, image.height] as const;
  const { values, grid, box } = pictureRegion(map, placement, size);
  const [left, top, right, bottom] = box;
  const found = searchWindow(values, grid, [right - left, bottom - top], side);
  const span = (axis: 0 | 1, from: number): readonly [start: number, end: number] => {
    const start = found[axis] + from;
    const end = found[axis === 0 ? 2 : 3] + from;
    // Out on one side, it moves in; a longer one than the picture is cut.
    const shift = Math.max(0, -start) - Math.max(0, end - size[axis]);
    return [Math.max(0, start + shift), Math.min(size[axis], end + shift)];
  };
  const [x0, x1] = span(0, left);
  const [y0, y1] = span(1, top);
  return [x0, y0, x1, y1];
}
