/**
 * One picture, question and answer with everything the passes give: the plumbing that oracles and notebooks compare
 * with. Names and shapes are those of `fovea model probe --help`.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { decodeImage } from '../checkpoint/image/decode.ts';
import type { ProbeArray, ProbeOutcome, ProbeRequest } from '../engine/protocol.ts';
import { answerText } from './subject/answer-text.ts';
import { greedy } from './passes/greedy.ts';
import type { TappedRows } from './ports.ts';
import type { Prompted } from './subject/prompted.ts';
import { promptFor, promptParts, promptTokens } from './subject/prompted.ts';
import { rpnFromHidden } from './passes/rpn.ts';
import type { Stopwatch } from './subject/stopwatch.ts';
import type { Subject } from './subject/subject.ts';
import { preparePixels } from './subject/subject.ts';

/** LLaVA's own number for the picture's place, where the vocabulary has no placeholder. */
const IMAGE_TOKEN_INDEX = -200;

/** @throws FoveaError `bad_input` for a layer the model lacks, and whatever reading the picture throws. */
export async function probeModel(
  subject: Subject,
  request: Omit<ProbeRequest, 'model'>,
  watch: Stopwatch,
): Promise<ProbeOutcome> {
  const { model, checkpoint } = subject;
  const { hiddenSize: d, rpn, device } = model.profile;
  const layers = layersOf(subject, request.layers);
  const { pixels, placement } = preparePixels(subject, await decodeImage(request.imagePath), null);
  const features = await watch.time('encode', () => model.encodeImage(pixels, placement.grid));
  const prompt = promptFor(subject, request.question, placement.grid);
  const parts = promptParts(prompt, features);

  const cache = model.newCache();
  try {
    const prefill = await watch.time('prefill', () =>
      model.forward(cache, { parts, logits: 'last', ...(rpn ? { hiddenOf: rpn.k } : {}) }),
    );
    const logits = prefill.logits as Float32Array;
    const answer =
      request.answer === null
        ? (await greedy(model, cache, logits, greedyOptions(subject, prompt, request.maxNewTokens), watch))
            .tokens
        : checkpoint.tokenizer.encode(request.answer.trim());
    // The last token of the model's own answer is never fed back; of a given one all tokens are.
    const fed = request.answer === null ? answer.slice(0, -1) : answer;
    const start = prompt.length - 1;
    const end = prompt.length + fed.length;
    cache.truncate(0);
    const forced = await watch.time('forced', () =>
      model.forward(cache, {
        parts: [...parts, { tokens: fed }],
        layers: Math.max(...layers) + 1,
        taps: {
          heads: layers.map((layer) => ({ layer, heads: 'all' })),
          rows: [start, end],
          keys: [0, end],
        },
      }),
    );
    const rows = Array.from({ length: end - start }, (_, i) => start + i);
    return {
      device,
      answer: answerText(subject, answer),
      arrays: {
        pixel_values: floats(pixelShape(subject, pixels), pixels),
        visual_features: floats([features.length / d, d], features),
        grid: integers(placement.grid),
        input_ids: integers(idsOnce(prompt)),
        image_span: integers(prompt.visual),
        logits: floats([logits.length], logits),
        layers: integers(layers),
        rows: integers(rows),
        attention: attention(forced.taps),
        answer_ids: integers(answer),
        ...(prefill.hidden && { layer_k: floats([prompt.length, d], prefill.hidden) }),
        ...(prefill.hidden && {
          rpn_logits: vector(await rpnFromHidden(subject, prompt, prefill.hidden, watch)),
        }),
      },
    };
  } finally {
    cache.dispose();
  }
}

function layersOf(subject: Subject, wanted: readonly number[] | null): readonly number[] {
  const { layers } = subject.model.profile;
  if (wanted === null) return Array.from({ length: layers }, (_, i) => i);
  const stray = wanted.find((layer) => layer >= layers);
  if (stray === undefined && wanted.length > 0) return [...new Set(wanted)].sort((a, b) => a - b);
  throw new FoveaError('bad_input', `the model has no layer ${stray ?? '(none named)'}`, {
    next: `Its layers are 0 to ${layers - 1}`,
  });
}

function greedyOptions({ checkpoint }: Subject, prompt: Prompted, maxNewTokens: number) {
  const { generation } = checkpoint;
  return { generation, maxNewTokens, promptTokens: promptTokens(prompt), taps: null };
}

function idsOnce({ ids, placeholder }: Prompted): number[] {
  return [...ids.before, placeholder ?? IMAGE_TOKEN_INDEX, ...ids.after];
}

function pixelShape({ checkpoint: { preprocessor } }: Subject, pixels: Float32Array): number[] {
  if (preprocessor.geometry !== 'dynamic') return [3, preprocessor.side, preprocessor.side];
  const width = 3 * preprocessor.temporalPatchSize * preprocessor.patchSize ** 2;
  return [pixels.length / width, width];
}

/** Taps of all layers as one array `[layer, head, row, key]`. */
function attention(taps: readonly TappedRows[]): ProbeArray {
  const { heads, rows, keys } = taps[0] as TappedRows;
  const size = heads.length * rows * keys;
  const data = new Float32Array(taps.length * size);
  taps.forEach((tap, i) => data.set(tap.data, i * size));
  return floats([taps.length, heads.length, rows, keys], data);
}

const floats = (shape: readonly number[], data: Float32Array): ProbeArray => ({ shape, data });
const vector = (data: Float32Array): ProbeArray => ({ shape: [data.length], data });
const integers = (values: readonly number[]): ProbeArray => ({
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
