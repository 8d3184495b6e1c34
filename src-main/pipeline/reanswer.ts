/**
 * The same question about a picture of which part is taken away: what the model answers then, and how likely it finds
 * a given answer. One variant of a causal check; picture and prompt are those of the first look (METHOD §1), whose
 * answer and maps are being checked.
 */
import { decodeImage } from '../checkpoint/image/decode.ts';
import type { ReanswerOutcome, ReanswerRequest } from '../engine/protocol.ts';
import { answerText } from './subject/answer-text.ts';
import { greedy } from './passes/greedy.ts';
import { answerLogProbs } from './passes/log-prob.ts';
import { applyEdit, fillOf } from './subject/picture-edit.ts';
import { promptFor, promptParts, promptTokens } from './subject/prompted.ts';
import { seenBox } from './labels/stored.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import { encodeImage } from './subject/subject.ts';
import type { Subject } from './subject/subject.ts';
import { viewOf } from './subject/view.ts';

/** @throws FoveaError `cancelled`, `bad_input` for a box outside of the picture, and what reading the picture throws. */
export async function reanswer(
  subject: Subject,
  request: Omit<ReanswerRequest, 'model'>,
  signal?: AbortSignal,
): Promise<ReanswerOutcome> {
  const watch = new Stopwatch(signal);
  const { model, checkpoint } = subject;
  const { preset, edit, generate = true } = request;
  const view = viewOf(model.profile, preset);
  const fill = fillOf(subject, view);
  const image = await watch.time('decode', () => decodeImage(request.imagePath, preset.picture));
  const edited = edit ? applyEdit(image, { ...edit, box: seenBox(edit.box, image) }, fill) : image;
  const { features, placement } = await encodeImage(subject, edited, watch, view.squareTokens);
  const prompt = promptFor(subject, request.question, placement.grid, view.prompt);
  const cache = model.newCache();
  try {
    const prefill = await watch.time('prefill', () =>
      model.forward(cache, { parts: promptParts(prompt, features), logits: 'last' }),
    );
    // A copy: the array may be the runtime's, and decoding goes on with it.
    const logits = (prefill.logits as Float32Array).slice();
    const options = {
      generation: checkpoint.generation,
      maxNewTokens: preset.maxNewTokens,
      promptTokens: promptTokens(prompt),
      taps: null,
    };
    const tokens = generate ? (await greedy(model, cache, logits, options, watch)).tokens : [];
    cache.truncate(prompt.length);
    return {
      answer: generate ? answerText(subject, tokens) : '',
      answerTokens: tokens,
      logProbs: await answerLogProbs(model, cache, logits, request.score, watch),
      fill,
      timings: watch.report(),
      device: model.profile.device,
    };
  } finally {
    cache.dispose();
  }
}
