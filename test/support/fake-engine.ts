/**
 * An engine in this process whose maps follow from the question's text: same sample, same bytes, so tests can tell
 * what must be stored. It can be told to fail, to die, or to wait.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { MAPPED } from '../../src-shared/contract/evaluation.ts';
import { SD_RPN_RULES } from '../../src-shared/contract/rules.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { NO_NEEDS } from '../../src-shared/kernels/gate/signals.ts';
import { EMBEDDING_SIZE } from '../../src-shared/kernels/embeddings/embed.ts';
import { encodeFeatures } from '../../src-main/features/codec.ts';
import type {
  EmbedRequest,
  Engine,
  FeaturesRequest,
  LabelOutcome,
  LabelRequest,
  LookRequest,
  ModelInfo,
  PictureEmbedding,
  PredictOutcome,
  PredictRequest,
  ReanswerOutcome,
  ReanswerRequest,
  TokensOutcome,
  TokensRequest,
  TryAnswer,
  TryRequest,
} from '../../src-main/engine/protocol.ts';

export interface FakeEngine extends Engine {
  /** Every sample it was asked about. */
  readonly asked: LabelRequest[];
  /** Every question about what is known already. */
  readonly inspected: (TokensRequest | ReanswerRequest)[];
  /** Every second look by itself. */
  readonly looked: LookRequest[];
  /** Every question that was asked by a method. */
  readonly tried: TryRequest[];
  /** Every question whose features were asked for by themselves. */
  readonly featured: FeaturesRequest[];
  /** Every picture that was only encoded. */
  readonly embedded: EmbedRequest[];
  /** Everything an RPN alone was asked about. */
  readonly predicted: PredictRequest[];
}

type FakeRequest =
  LabelRequest | TokensRequest | ReanswerRequest | LookRequest | TryRequest | FeaturesRequest;

/** Runs before each answer; throw to fail, await to delay. */
export type FakeBehaviour = (request: FakeRequest, signal?: AbortSignal) => void | Promise<void>;

export const FAKE_GRID = [4, 5] as const;
const FAKE_TRANSFORM = { scaleX: 0.16, scaleY: 0.13, offsetX: 0.1, offsetY: 0.7 };

/** @param onPredict runs before each answer of the RPN alone, likewise; `onEmbed`: before each picture that is only encoded */
export function fakeEngine(
  behaviour: FakeBehaviour = () => {},
  onPredict: (request: PredictRequest) => void | Promise<void> = () => {},
  onEmbed: (request: EmbedRequest, signal?: AbortSignal) => void | Promise<void> = () => {},
): FakeEngine {
  const asked: LabelRequest[] = [];
  const looked: LookRequest[] = [];
  const tried: TryRequest[] = [];
  const featured: FeaturesRequest[] = [];
  const embedded: EmbedRequest[] = [];
  const predicted: PredictRequest[] = [];
  const inspected: (TokensRequest | ReanswerRequest)[] = [];
  /** Like the real one, it is not asked at all under a signal that has fired. */
  const ask = async <R>(
    all: R[],
    request: R,
    signal: AbortSignal | undefined,
    behave: (request: R, signal?: AbortSignal) => void | Promise<void>,
  ): Promise<void> => {
    throwIfStopped(signal);
    all.push(request);
    await behave(request, signal);
    throwIfStopped(signal);
  };
  return {
    asked,
    inspected,
    looked,
    tried,
    featured,
    embedded,
    predicted,
    pid: null,
    async modelInfo(model): Promise<ModelInfo> {
      if (!existsSync(model.dir)) throw new FoveaError('not_found', 'no such model', { where: model.dir });
      return {
        dir: model.dir,
        name: 'fake',
        family: 'llava',
        layers: 6,
        heads: 4,
        grid: FAKE_GRID,
        parameters: 1,
        rpn: { k: 4, t: 2 },
        rules: SD_RPN_RULES,
        device: 'cpu',
        precision: 'as-stored',
        selfCheck: null,
        loadMs: 1,
        threads: 1,
        held: [],
      };
    },
    async choosePrecision(model) {
      if (!existsSync(model.dir)) throw new FoveaError('not_found', 'no such model', { where: model.dir });
      return { precision: 'as-stored', why: 'the fake has no other' };
    },
    async label(request, signal) {
      await ask(asked, request, signal, behaviour);
      const headMaps = request.want.allHeadsOf.flatMap((layer) =>
        [0, 1, 2, 3].map((head) => ({ layer, head, map: fakeHeadMap(layer, head) })),
      );
      const features =
        request.want.featuresOf === undefined ? {} : { features: fakeFeatures(request.question) };
      const embedding = fakeEmbedding(request.imagePath);
      return { ...fakeOutcome(request.question), headMaps, ...features, embedding };
    },
    async tokens(request, signal) {
      await ask(inspected, request, signal, behaviour);
      return fakeTokens(request);
    },
    async reanswer(request, signal) {
      await ask(inspected, request, signal, behaviour);
      return fakeReanswer(request);
    },
    async look(request, signal) {
      await ask(looked, request, signal, behaviour);
      const crop = 'box' in request.at ? request.at.box : ([2, 2, 6, 6] as const);
      const from = 'box' in request.at ? null : request.at.from;
      const secondStage = { crop, from, answer: `closer at ${crop.join()}`, skipped: null };
      return { secondStage, timings: { total: 1 }, device: 'cpu' };
    },
    async tryMethod(request, signal) {
      await ask(tried, request, signal, behaviour);
      return fakeTry(request);
    },
    async features(request, signal) {
      await ask(featured, request, signal, behaviour);
      return { features: fakeFeatures(request.question), timings: { total: 1 }, device: 'cpu' };
    },
    async embed(request, signal) {
      await ask(embedded, request, signal, onEmbed);
      return { embedding: fakeEmbedding(request.imagePath), timings: { total: 1 }, device: 'cpu' };
    },
    async predict(request, signal) {
      await ask(predicted, request, signal, onPredict);
      return fakePrediction(request);
    },
    dispose: async () => {},
  };
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FoveaError('cancelled', 'stopped');
}

/** The fake's map of one head: the same for every question. */
export function fakeHeadMap(layer: number, head: number): Uint16Array {
  return new Uint16Array(FAKE_GRID[0] * FAKE_GRID[1]).fill(0x2000 + layer * 16 + head);
}

/** What the fake's RPN reads of a question: 9 tokens of 4 numbers, a picture of 2×3 among them. */
export function fakeFeatures(question: string): Uint8Array {
  const noise = createHash('shake256', { outputLength: 36 }).update(question).digest();
  return encodeFeatures({
    rows: Float32Array.from(noise, (byte) => byte - 128),
    length: 9,
    hiddenSize: 4,
    visual: [1, 7],
    grid: [2, 3],
    picture: { width: 30, height: 20, turned: 1 },
  });
}

/** What the fake's RPN says: it follows from the features and from the RPN's folder. */
export function fakePrediction({ features, model }: PredictRequest): PredictOutcome {
  const noise = createHash('shake256', { outputLength: 6 })
    .update(features)
    .update(model.rpnDir ?? 'own')
    .digest();
  const transform = { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 };
  const bits = Uint16Array.from(noise, (byte) => 0x2000 + byte);
  return {
    rpn: { grid: [2, 3], transform, bits },
    boxes: [[2, 2, 8, 6]],
    timings: { rpn: 1, total: 1 },
    device: 'cpu',
  };
}

/** What the fake finds for a question. */
/** Of a picture by its name: those whose names begin with the same letters before a `-` are nearly the same. */
export function fakeEmbedding(imagePath: string): PictureEmbedding {
  const name = basename(imagePath);
  const numbers = (text: string): Buffer =>
    createHash('shake256', { outputLength: EMBEDDING_SIZE }).update(text).digest();
  const [family, own] = [numbers(name.split('-')[0]!), numbers(name)];
  const data = Int8Array.from(family, (byte, i) => (byte - 128) * 0.9 + (own[i]! - 128) * 0.05);
  return { scale: 0.5, data, squareTokens: null };
}

export function fakeOutcome(question: string): LabelOutcome {
  const size = FAKE_GRID[0] * FAKE_GRID[1];
  const noise = createHash('shake256', { outputLength: size }).update(question).digest();
  const bits = Uint16Array.from(noise, (byte) => 0x2000 + byte);
  const map = { grid: FAKE_GRID, transform: FAKE_TRANSFORM, bits };
  // The picture as it is, where the label's grid lies on a square.
  const rpn = {
    grid: [2, 3] as const,
    transform: { scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 },
    bits: bits.slice(0, 6),
  };
  const labels = Int8Array.from(noise, (byte) => (byte > 200 ? 1 : byte > 100 ? 0 : -100));
  return {
    answer: `answer to ${question}`,
    answerTokens: [1, 2, 3],
    imageSize: [30, 20],
    grid: FAKE_GRID,
    transform: FAKE_TRANSFORM,
    maps: { grounding: map, sink: null, question: map, denoised: map, rpn },
    headMaps: [],
    labels,
    dropped: noise[0] % 4 === 0 ? { rule: 'area', value: 0.61, limit: 0.5 } : null,
    boxes: { raw: [[0, 0, 9, 9]], denoised: [[1, 1, 5, 5]], rpn: [] },
    secondStage: { crop: [1, 1, 5, 5], from: 'rpn', answer: 'closer', skipped: null },
    timings: { total: 1.5 },
    device: 'cpu',
  };
}

/** One token per word of the question, one per token of the answer; the last of the answer has no map. */
export function fakeTokens({ question, answerTokens }: TokensRequest): TokensOutcome {
  const size = FAKE_GRID[0] * FAKE_GRID[1];
  const mapFor = (n: number): Uint16Array => new Uint16Array(size).fill(0x2000 + n);
  const words = question.split(' ');
  const asked = words.map((text, i) => ({
    id: i,
    text,
    role: 'question' as const,
    used: false,
    map: mapFor(i),
  }));
  const answered = answerTokens.map((id, i) => ({
    id,
    text: `t${id}`,
    role: 'answer' as const,
    used: i < answerTokens.length - 1,
    map: i < answerTokens.length - 1 ? mapFor(100 + i) : null,
  }));
  return {
    tokens: [...asked, ...answered],
    grid: FAKE_GRID,
    transform: FAKE_TRANSFORM,
    timings: { prefill: 1, total: 2 },
    device: 'cpu',
  };
}

/** The answer depends on the box [1, 1, 5, 5] alone. */
export function fakeReanswer({ question, edit, score }: ReanswerRequest): ReanswerOutcome {
  const [x0, y0] = edit?.box ?? [0, 0];
  const onBox = edit !== null && x0 === 1 && y0 === 1;
  const seen = edit === null || (edit.kind === 'keep') === onBox;
  return {
    answer: seen ? `answer to ${question}` : 'another answer',
    answerTokens: seen ? [1, 2, 3] : [4],
    logProbs: score.map(() => (seen ? -0.1 : -4)),
    fill: { colour: [122, 116, 104], source: 'padding' },
    timings: { total: 1 },
    device: 'cpu',
  };
}

/** What a method finds: the map and the box of {@link fakeOutcome}, and an answer that names it. */
export function fakeTry({ question, method }: TryRequest): TryAnswer {
  const { maps, boxes, imageSize } = fakeOutcome(question);
  // Odd ones are sure of their answer, even ones are not.
  const certainty = Number(/\d+/.exec(question)?.[0] ?? 0) % 2 === 0 ? 0.75 : 0.25;
  return {
    method,
    answer: `${method} to ${question}`,
    variant: method === 's2' ? 'mean of two scales' : null,
    layer: method === 'relative' || method === 'vicrop' || method === 'warp' ? 4 : null,
    crops: method === 'alone' || method === 's2' ? [] : boxes.denoised,
    skipped: null,
    map: (MAPPED as readonly string[]).includes(method) ? maps.grounding : null,
    needs: {
      ...NO_NEEDS,
      ...(method === 'alone' ? { sure: certainty, weakest: certainty } : {}),
      ...(method === 'rpn' ? { peak: 0.5 } : {}),
    },
    imageSize,
    visualTokens: 40,
    encodedTokens: 40,
    timings: { total: 2.5 },
    device: 'cpu',
    memoryBytes: method === 'alone' ? 1_000_000 : 3_000_000,
  };
}
