/**
 * Runs in a process of its own, over SwiftShader (swiftshader.ts): many samples at once on WebGPU. Prints one JSON line: how far
 * steps in batches are from the CPU's one at a time, what samples of the demo project in flight together come to on either,
 * and what a device is told whose steps of many sequences are wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import type { LoadedModel } from '../../src-main/runtime/index.ts';
import type { KvCache } from '../../src-main/pipeline/ports.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { demoGolden } from './demo.ts';
import { maxDifference } from './numbers.ts';
import { randomWeights, tinyConfig } from './random-checkpoint.ts';
import { askAll, mixedSamples, openWorker, type Came, type Question, type Sample } from './together.ts';
import { wrongTogether } from './wrong-together.ts';

const dir = mkdtempSync(join(tmpdir(), 'fovea-webgpu-'));
const config = tinyConfig({ text: { kvHeads: 2, maxPositions: 256 } });
const tiny = { config, weights: await randomWeights(dir, config) };

const SEQUENCES = 9;
const promptOf = (i: number) => Array.from({ length: 1 + ((i * 7) % 23) }, (_, n) => (3 * n + i) % 32);
/** How many steps each takes: they end at different times, and who waits joins the others then. */
const stepsOf = (i: number): number => 1 + ((5 * i) % 4);
const tapsOf = (i: number) =>
  i % 3 === 0
    ? {}
    : { taps: { heads: [{ layer: i % 2, heads: 'all' as const }], keys: [0, 1 + (i % 2)] as const } };

/** Logits and taps of every step of every sequence, at most `width` at once; 0: by `forward`, which the goldens hold on a device. */
async function decode(model: LoadedModel, width: number): Promise<number[][]> {
  const outputs = Array.from({ length: SEQUENCES }, (): number[] => []);
  const waiting = outputs.map((_, i) => i);
  const running: { i: number; left: number; cache: KvCache }[] = [];
  while (waiting.length + running.length > 0) {
    while (running.length < Math.max(1, width) && waiting.length > 0) {
      const i = waiting.shift() ?? 0;
      const cache = model.newCache();
      await model.forward(cache, { parts: [{ tokens: promptOf(i) }], logits: 'none' });
      running.push({ i, left: stepsOf(i), cache });
    }
    const requests = running.map(({ i, left, cache }) => ({ cache, token: (i + left) % 32, ...tapsOf(i) }));
    const [first] = requests;
    const made =
      width > 0 || first === undefined
        ? await model.steps(requests)
        : await Promise.allSettled([
            model.forward(first.cache, {
              parts: [{ tokens: [first.token] }],
              ...(first.taps ? { taps: { ...first.taps, rows: [0, 1] } } : {}),
            }),
          ]);
    for (const [j, sequence] of [...running].entries()) {
      const result = made[j];
      if (result?.status !== 'fulfilled') throw result?.reason;
      const { logits, taps } = result.value;
      outputs[sequence.i]?.push(...(logits ?? []), ...taps.flatMap(({ data }) => [...data]));
      if (--sequence.left > 0) continue;
      sequence.cache.dispose();
      running.splice(running.indexOf(sequence), 1);
    }
  }
  return outputs;
}

const cpu = await loadModel(tiny, { device: 'cpu' });
const expected = await decode(cpu, 0);
await cpu.dispose();
const gpu = await loadModel(tiny, { device: 'webgpu' });
const errors: Record<string, number> = {};
for (const width of [1, 8]) {
  const made = await decode(gpu, width);
  errors[`${width} at once`] = Math.max(...made.map((own, i) => maxDifference(own, expected[i] ?? [])));
}
const together = { oneAtATime: gpu.info.oneAtATime, batches: gpu.profile.batches };
await gpu.dispose();

const wrong = await loadModel(tiny, { device: 'webgpu', graphsFor: (_, graphs) => wrongTogether(graphs) });
const refused = {
  oneAtATime: wrong.info.oneAtATime,
  batches: wrong.profile.batches,
  code: await wrong.steps([{ cache: wrong.newCache(), token: 5 }]).then(
    () => null,
    (error: unknown) => FoveaError.from(error).code,
  ),
};
await wrong.dispose();
rmSync(dir, { recursive: true });

// The last is cancelled on the way; the others go on as if it had not been there.
const questions = demoGolden<Question[]>('greedy_100.json');
const CHOSEN = [1, 5, 9];
const samples = (device: 'cpu' | 'webgpu') => {
  const mixed = mixedSamples(questions, 10, device);
  return CHOSEN.map((i) => mixed[i] as Sample);
};
const outcomeSchema = z.object({
  answerTokens: z.array(z.number()),
  maps: z.record(z.string(), z.object({ bits: z.instanceof(Uint16Array) }).nullish()),
});
const alone = await askAll(samples('cpu'), 0, openWorker());
const inFlight = samples('webgpu').map((sample, i) =>
  i === CHOSEN.length - 1 ? { ...sample, cancelAfter: 25 } : sample,
);
const asked = await askAll(inFlight, CHOSEN.length, openWorker());
const demo = asked.map((came, i) => compared(came, alone[i] ?? 'nothing'));

/** What a sample came to: its answer on either device and how far maps are apart, of their largest value; or its error. */
function compared(came: Came, expected: Came) {
  if (typeof came === 'string' || typeof expected === 'string') return { code: [came, expected].map(String) };
  const [own, other] = [outcomeSchema.parse(came), outcomeSchema.parse(expected)];
  const maps = Object.entries(other.maps)
    .flatMap(([name, map]) => (map ? [name] : []))
    .map((name) => {
      const numbers = (maps: typeof own.maps) => [...decodeFloat16(maps[name]?.bits ?? new Uint16Array())];
      const [a, b] = [numbers(own.maps), numbers(other.maps)];
      return maxDifference(a, b) / Math.max(...b.map(Math.abs));
    });
  return { answers: [own.answerTokens, other.answerTokens], maps };
}

process.stdout.write(`${JSON.stringify({ errors, together, refused, demo })}\n`);
