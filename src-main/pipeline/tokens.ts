/**
 * Each token's own map: the attention of every text token after the picture, and of every answer token that was fed
 * back, to the visual tokens, at the preset's grounding heads. Rows are softmax over all keys and become float16, as
 * every map does; the mean of the rows marked `used` is the grounding map (METHOD §1).
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { InspectedToken, TokensOutcome, TokensRequest } from '../engine/protocol.ts';
import { mapOf } from './labels/maps.ts';
import { planTaps } from './passes/plan.ts';
import { promptFor, promptParts } from './subject/prompted.ts';
import type { Prompted } from './subject/prompted.ts';
import { questionSpan } from './subject/question-span.ts';
import { sliceRows } from './passes/rows.ts';
import { ownStart } from './subject/shared-prefix.ts';
import type { SharedPrefix } from './subject/shared-prefix.ts';
import { storedTokens } from './labels/stored.ts';
import { Stopwatch } from './subject/stopwatch.ts';
import { encodeImageFile } from './subject/subject.ts';
import type { EncodedImage, Subject } from './subject/subject.ts';
import { tokenTexts } from './subject/token-text.ts';
import { viewOf } from './subject/view.ts';

export interface TokensOptions {
  readonly signal?: AbortSignal;
  /** The picture when it is already encoded, as the preset's teacher sees it. */
  readonly encoded?: EncodedImage;
  /** What earlier questions on `encoded` left to share. */
  readonly shared?: SharedPrefix;
}

/** @throws FoveaError `cancelled`, `unsupported_model` (a preset for another model), what reading the picture throws. */
export async function inspectTokens(
  subject: Subject,
  request: Omit<TokensRequest, 'model'>,
  options: TokensOptions = {},
): Promise<TokensOutcome> {
  const watch = new Stopwatch(options.signal);
  const { model } = subject;
  const { preset, answerMode, answerTokens } = request;
  requireTokens(answerTokens, model.profile.vocabSize);
  const { heads, depth } = planTaps(model.profile, { ...preset, sink: null }, []);
  const view = viewOf(model.profile, preset);
  const encoded =
    options.encoded ??
    (await encodeImageFile(subject, request.imagePath, watch, view.squareTokens, preset.picture));
  const prompt = promptFor(subject, request.question, encoded.placement.grid, view.prompt);
  // The last token of the model's own answer was never fed back (METHOD §1); of a given one the fed tokens are stored.
  const fed = answerMode === 'self' ? answerTokens.slice(0, -1) : answerTokens;
  const lease =
    (await options.shared?.start(subject, prompt, { layers: depth, hiddenOf: null })) ?? ownStart(subject);
  const { cache } = lease;
  try {
    const held = cache.length;
    const rest = held === 0 ? promptParts(prompt, encoded.features) : [{ tokens: [...prompt.ids.after] }];
    const rows = [prompt.visual[1] - held, prompt.length + fed.length - held] as const;
    const { taps } = await watch.time('prefill', () =>
      model.forward(cache, {
        parts: [...rest, { tokens: fed }],
        logits: 'none',
        layers: depth,
        taps: { heads, keys: prompt.visual, rows },
      }),
    );
    lease.filled?.(depth, null);
    const maps = Array.from(
      { length: rows[1] - rows[0] },
      (_, i) => mapOf(sliceRows(taps, i, i + 1), preset.grounding).bits,
    );
    const outcome = {
      tokens: describe(subject, request, prompt, questionSpan(subject, prompt, view.prompt), maps),
      grid: encoded.placement.grid,
      transform: encoded.placement.transform,
      timings: watch.report(),
      device: model.profile.device,
    };
    return storedTokens(outcome, encoded.image);
  } finally {
    lease.end();
  }
}

function describe(
  subject: Subject,
  { preset, answerTokens }: Omit<TokensRequest, 'model'>,
  prompt: Prompted,
  asked: readonly [start: number, end: number],
  maps: readonly Uint16Array[],
): InspectedToken[] {
  const { tokenizer } = subject.checkpoint;
  const { after } = prompt.ids;
  const said = tokenTexts(tokenizer, after).map((text, i): InspectedToken => {
    const last = i === after.length - 1;
    return {
      id: after[i] as number,
      text,
      role: i >= asked[0] && i < asked[1] ? 'question' : 'template',
      used: preset.rows === 'last_prompt' && last,
      map: maps[i] ?? null,
    };
  });
  const answered = tokenTexts(tokenizer, answerTokens).map((text, i): InspectedToken => {
    const map = maps[after.length + i] ?? null;
    const id = answerTokens[i] as number;
    return { id, text, role: 'answer', used: preset.rows === 'answer' && map !== null, map };
  });
  return [...said, ...answered];
}

function requireTokens(ids: readonly number[], vocabSize: number): void {
  const stray = ids.find((id) => id >= vocabSize);
  if (stray === undefined) return;
  throw new FoveaError('bad_input', `the model has no token ${stray}: another model gave this answer`, {
    next: 'Label the sample with this model first',
  });
}
