/**
 * A second look by itself: at the crop that stored maps give under other thresholds, or at a box that a person drew. The
 * rest is the second stage's (METHOD §4): the picture as it is, the crop right after it, the question, the answer.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { SecondStage } from '../../src-shared/contract/outcome.ts';
import { rulesNote, settledPreset } from '../../src-shared/contract/rules.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { turnedPair } from '../../src-shared/kernels/labels/orientation.ts';
import { decodeImage } from '../checkpoint/image/decode.ts';
import type { LookOutcome, LookRequest } from '../engine/protocol.ts';
import { promptFor } from './subject/prompted.ts';
import type { Prompted } from './subject/prompted.ts';
import { pruningOf } from './passes/prune.ts';
import { around, roiOf } from './labels/roi.ts';
import type { Roi } from './labels/roi.ts';
import { askRpn, prefillForRpn, rpnDepth } from './passes/rpn.ts';
import { secondLook } from './passes/second-look.ts';
import { seenBox, seenMap, storedStage } from './labels/stored.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import { encodeImage, preparePixels } from './subject/subject.ts';
import type { EncodedImage, Subject } from './subject/subject.ts';
import { viewOf } from './subject/view.ts';

/**
 * @throws FoveaError `cancelled`, `bad_input` for a box outside of the picture or a map of another grid, and what reading
 *   the picture throws.
 */
export async function lookAgain(
  subject: Subject,
  asked: Omit<LookRequest, 'model'>,
  signal?: AbortSignal,
): Promise<LookOutcome> {
  const watch = new Stopwatch(signal);
  const { rules } = subject.checkpoint;
  const request = { ...asked, preset: settledPreset(asked.preset, rules) };
  const { preset, at, answer } = request;
  const note = rulesNote(preset, rules);
  const image = await watch.time('decode', () => decodeImage(request.imagePath, preset.picture));
  const encoded = await encodeImage(subject, image, watch, null);
  const { crops, none } = cropsOf(subject, encoded, request);
  const end = () => ({ timings: watch.report(), device: subject.model.profile.device });
  if (none) return { secondStage: { crop: null, from: null, answer, skipped: none, ...note }, ...end() };
  const prompt = promptFor(subject, request.question, encoded.placement.grid);
  const cache = subject.model.newCache();
  try {
    const keep = await keptTokens(subject, encoded, prompt, request, watch);
    const scene = { encoded, prompt, cache, layers: subject.model.profile.layers };
    const second = await secondLook(subject, scene, crops, preset, keep, watch);
    const secondStage: SecondStage = {
      crop: around(crops.map(({ box }) => box)),
      from: 'box' in at ? null : at.from,
      ...second,
      skipped: null,
      ...note,
    };
    return { secondStage: storedStage(secondStage, image), ...end() };
  } finally {
    cache.dispose();
  }
}

/** A drawn box is one crop of which every token stays; a map gives what the preset's rule makes of it. */
function cropsOf(
  subject: Subject,
  { image, placement }: EncodedImage,
  { preset, at }: Pick<LookRequest, 'preset' | 'at'>,
): Roi {
  if ('box' in at) {
    const box = seenBox(at.box, image);
    const [x0, y0, x1, y1] = box;
    if (!(x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1 && x1 <= image.width && y1 <= image.height)) {
      const [width, height] = turnedPair([image.width, image.height] as const, image.turned ?? 1);
      throw new FoveaError('bad_input', `the box ${at.box.join(', ')} is not inside the picture`, {
        next: `Give whole pixels inside ${width} × ${height}`,
      });
    }
    return { crops: [{ box, keep: null }], none: null };
  }
  const { squareTokens } = viewOf(subject.model.profile, preset);
  const lies =
    at.from === 'rpn' || squareTokens === null
      ? placement
      : preparePixels(subject, image, squareTokens).placement;
  const { grid, bits } = seenMap(at.grid, at.bits, image);
  if (lies.grid[0] !== grid[0] || lies.grid[1] !== grid[1]) {
    throw new FoveaError(
      'bad_input',
      `the stored map is ${grid.join('×')}, the model sees ${lies.grid.join('×')}`,
      {
        next: 'Label the sample again',
      },
    );
  }
  return roiOf(decodeFloat16(bits), at.from === 'rpn' ? 'rpn' : 'attention', lies, preset.roi);
}

/** The picture's own tokens that stay; null: all. */
async function keptTokens(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  { preset, at }: Pick<LookRequest, 'preset' | 'at'>,
  watch: Stopwatch,
): Promise<Uint32Array | null> {
  const pruning = pruningOf(subject, preset, prompt.grid);
  // As in the first run: only beside a crop of the RPN's; a drawn box stands for one.
  if (!pruning || ('from' in at && at.from !== 'rpn')) return null;
  const cache = subject.model.newCache();
  try {
    const start = { cache, hidden: null };
    const hidden = await prefillForRpn(subject, encoded, prompt, start, rpnDepth(subject), watch);
    return (await askRpn(subject, prompt, hidden, { pruning, rules: preset.roi.rules }, watch)).keep;
  } finally {
    cache.dispose();
  }
}
