/** Samples whose prompts are fed in chunks: what they come to, alone and with others in flight, and what they leave. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelGraphs } from '../../models/architectures/index.ts';
import type { LabelOutcome } from '../../src-main/engine/protocol.ts';
import { sequenceBytes } from '../../src-main/engine/room.ts';
import { analyseSample } from '../../src-main/pipeline/analyse.ts';
import { heeding } from '../../src-main/pipeline/heeding.ts';
import { InFlight } from '../../src-main/pipeline/in-flight.ts';
import type { KvCache, VisionLanguageModel } from '../../src-main/pipeline/ports.ts';
import type { Subject } from '../../src-main/pipeline/subject/subject.ts';
import { OnnxModel } from '../../src-main/runtime/model.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { demoGolden } from '../support/demo.ts';
import { openDemo } from '../support/golden-model.ts';
import { assertClose } from '../support/numbers.ts';
import { mixedSamples, type Question } from '../support/together.ts';

/** The demo's prompts have some 280 tokens. */
const ROWS = 64;
const WIDTH = 4;
/** Of probabilities, and of logits relative to the largest: a softmax that sums fewer keys, then a step of float16. */
const TOLERANCE = 2 ** -9;

const checkpoint = await openDemo();
const open = (rows: number) =>
  new OnnxModel(modelGraphs(checkpoint), { device: 'cpu', cpuThreads: 1 }, 'exact', false, null, rows);
const [whole, chunked] = [open(Infinity), open(ROWS)];
test.after(() => Promise.all([whole.dispose(), chunked.dispose()]));

const samples = mixedSamples(demoGolden<Question[]>('greedy_100.json'), 10).map(({ request }, i) => ({
  ...request,
  preset: { ...request.preset, maxNewTokens: Math.max(2, request.preset.maxNewTokens) },
  want: { ...request.want, rpn: true, ...(i % 3 === 0 ? { featuresOf: 1 } : {}) },
}));

/** What the model was asked, in order, and every cache that was made of it. */
function watched(model: OnnxModel): { model: VisionLanguageModel; heard: string[]; caches: KvCache[] } {
  const heard: string[] = [];
  const caches: KvCache[] = [];
  const noted: VisionLanguageModel = {
    profile: model.profile,
    encodeImage: model.encodeImage.bind(model),
    pixelCount: model.pixelCount.bind(model),
    rpn: model.rpn.bind(model),
    gate: model.gate.bind(model),
    dispose: () => Promise.resolve(),
    newCache: () => {
      const cache = model.newCache();
      caches.push(cache);
      return cache;
    },
    forward: (...[cache, request, pause]: Parameters<VisionLanguageModel['forward']>) => {
      heard.push('prompt');
      const next = async (): Promise<void> => {
        await pause?.();
        heard.push('chunk');
      };
      return model.forward(cache, request, next);
    },
    steps: (...args: Parameters<VisionLanguageModel['steps']>) => {
      heard.push('step');
      return model.steps(...args);
    },
  };
  return { model: noted, heard, caches };
}

const outcomeOf = ({ timings: _, ...outcome }: LabelOutcome) => outcome;

async function oneByOne(model: VisionLanguageModel) {
  const came = [];
  for (const request of samples) came.push(outcomeOf(await analyseSample({ checkpoint, model }, request)));
  return came;
}

/** @param signals of samples that may be cancelled; those give null */
async function inFlight(
  model: VisionLanguageModel,
  width: number,
  signals: readonly (AbortSignal | undefined)[] = [],
) {
  const flight = new InFlight(model);
  const came: (ReturnType<typeof outcomeOf> | null)[] = [];
  let next = 0;
  const flow = async (): Promise<void> => {
    while (next < samples.length) {
      const i = next++;
      const signal = signals[i];
      const member = flight.join(signal);
      const subject: Subject = { checkpoint, model: member.model };
      const request = samples[i] as (typeof samples)[0];
      came[i] = await analyseSample(subject, request, signal ? { signal } : {})
        .then(outcomeOf)
        .catch((error: unknown) => {
          assert.ok(signal?.aborted, String(error));
          return null;
        })
        .finally(() => member.leave());
    }
  };
  await Promise.all(Array.from({ length: width }, flow));
  return came;
}

test('answers and labels of prompts in chunks are those of whole ones, maps to the last digit of float16', async () => {
  const expected = await oneByOne(whole);
  const came = await oneByOne(chunked);
  for (const [i, one] of came.entries()) {
    const other = expected[i] as (typeof expected)[0];
    const { answer, answerTokens, labels, dropped, secondStage } = one;
    assert.deepEqual(
      { answer, answerTokens, labels, dropped, second: secondStage?.answer },
      {
        answer: other.answer,
        answerTokens: other.answerTokens,
        labels: other.labels,
        dropped: other.dropped,
        second: other.secondStage?.answer,
      },
      `sample ${i}`,
    );
    for (const name of ['grounding', 'sink', 'question', 'denoised', 'rpn'] as const) {
      const wanted = other.maps[name] && decodeFloat16(other.maps[name].bits);
      const map = one.maps[name] && decodeFloat16(one.maps[name].bits);
      const largest = wanted?.reduce((a, b) => Math.max(a, Math.abs(b)), 0) ?? 0;
      assertClose(map ?? [], wanted ?? [], TOLERANCE * largest, `sample ${i}: ${name}`);
    }
  }
});

test('with others in flight a sample in chunks is what it is alone, bit for bit, and steps come between chunks', async () => {
  const alone = await inFlight(chunked, 1);
  const { model, heard, caches } = watched(chunked);
  const peak = peakOf(caches);
  const came = await inFlight(peak.watch(model), WIDTH);
  assert.deepEqual(came, alone);
  const between = heard.filter((what, i) => what === 'step' && heard[i + 1] === 'chunk').length;
  assert.ok(between > 3, `${between} steps came between two chunks`);
  const most = samples.reduce(
    (all, request) => Math.max(all, sequenceBytes({ model: whole, checkpoint }, request)),
    0,
  );
  assert.ok(
    peak.bytes() <= WIDTH * most,
    `${peak.bytes()} bytes of keys and values, room was made for ${WIDTH * most}`,
  );
  assert.ok(caches.every(({ length }) => length === 0));
});

test('samples that are cancelled on their way through a prompt leave nothing, and the others come out as ever', async () => {
  const expected = await inFlight(chunked, 1);
  const { model, caches } = watched(chunked);
  const stops = samples.map((_, i) => (i % 3 === 1 ? new AbortController() : null));
  let chunks = 0;
  const cancelling = Object.assign(Object.create(model) as VisionLanguageModel, {
    forward: (...[cache, request, pause]: Parameters<VisionLanguageModel['forward']>) =>
      model.forward(cache, request, async () => {
        await pause?.();
        // Every fifth chunk one sample goes: the one that is fed, or one that waits.
        if (++chunks % 5 === 0) stops.splice(stops.findIndex(Boolean), 1)[0]?.abort();
      }),
  });
  const signals = stops.map((stop) => stop?.signal);
  const came = await inFlight(cancelling, WIDTH, signals);
  assert.ok(
    came.some((one) => one === null),
    'some were cancelled',
  );
  came.forEach((one, i) => one && assert.deepEqual(one, expected[i], `sample ${i}`));
  assert.ok(caches.every(({ length }) => length === 0));
});

test('a call that has the model for itself is cancelled between two chunks', async () => {
  const stop = new AbortController();
  const { model, heard, caches } = watched(chunked);
  const alone = heeding(
    Object.assign(Object.create(model) as VisionLanguageModel, {
      forward: (...[cache, request, pause]: Parameters<VisionLanguageModel['forward']>) =>
        model.forward(cache, request, async () => {
          if (cache.length > ROWS) stop.abort();
          await pause?.();
        }),
    }),
    stop.signal,
  );
  const [request] = samples as [(typeof samples)[0]];
  const analysing = analyseSample({ checkpoint, model: alone }, request, { signal: stop.signal });
  await assert.rejects(analysing, { code: 'cancelled' });
  assert.deepEqual(heard, ['prompt', 'chunk']);
  assert.ok(caches.length > 0 && caches.every(({ length }) => length === 0));
});

/** The most keys and values that all caches held at once, seen whenever the model is asked for something. */
function peakOf(caches: readonly KvCache[]) {
  const { layers, kvHeads, headDim } = checkpoint.config.text;
  let rows = 0;
  const look = (): void => {
    rows = Math.max(
      rows,
      caches.reduce((sum, { length }) => sum + length, 0),
    );
  };
  const watch = (model: VisionLanguageModel): VisionLanguageModel =>
    Object.assign(Object.create(model) as VisionLanguageModel, {
      forward: (...[cache, request, pause]: Parameters<VisionLanguageModel['forward']>) =>
        model.forward(cache, request, async () => {
          look();
          await pause?.();
        }),
      steps: async (...args: Parameters<VisionLanguageModel['steps']>) => {
        const made = await model.steps(...args);
        look();
        return made;
      },
    });
  return { watch, bytes: () => 2 * 4 * layers * kvHeads * headDim * rows };
}
