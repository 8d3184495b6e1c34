/** Samples in flight together are stored as they are one at a time, whatever happens to some of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineClient } from '../../src-main/engine/client.ts';
import type { LabelRequest } from '../../src-main/engine/protocol.ts';
import { MOST } from '../../src-shared/contract/limits.ts';
import { roomFor, sequenceBytes } from '../../src-main/engine/room.ts';
import { demoGolden } from '../support/demo.ts';
import { demoPreset, demoRequest, loadDemo } from '../support/demo-subject.ts';
import {
  askAll,
  mixedSamples,
  openWorker,
  roundedAs,
  type Came,
  type Question,
} from '../support/together.ts';

const questions = demoGolden<Question[]>('greedy_100.json');

test('mixed samples in batches of 1, 3 and 8, with failures and cancels, give what they give one after the other', async () => {
  const ask = openWorker();
  const samples = mixedSamples(questions, 27);
  const expected = await askAll(samples, 0, ask);
  const codes = (all: readonly Came[]) => all.filter((one) => typeof one === 'string');
  assert.ok(codes(expected).includes('bad_image'));
  for (const width of [1, 3, 8]) {
    const came = await askAll(samples, width, ask);
    came.forEach((one, i) => {
      // A cancel comes before or after the sample is done.
      const cancelled =
        samples[i]?.cancelAfter !== null && (one === 'cancelled' || expected[i] === 'cancelled');
      if (!cancelled)
        assert.deepEqual(roundedAs(one, expected[i]), expected[i], `sample ${i} of ${width} at once`);
    });
    assert.ok(codes(came).includes('bad_image'));
  }
});

test('a question that somebody asks while samples are in flight does not wait for all of them', async (t) => {
  const client = new EngineClient({ cpuThreads: 1 });
  t.after(() => client.dispose());
  const samples = mixedSamples(questions, 16).map(({ request }) => request);
  const [asked, ...rest] = samples as [LabelRequest, ...LabelRequest[]];
  let done = 0;
  const flow = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      await client.label({ ...next, together: true }).catch(() => undefined);
      done++;
    }
  };
  const flows = [1, 2, 3].map(flow);
  while (done === 0) await sleep(5);
  const [label, info] = await Promise.all([client.label(asked), client.modelInfo(asked.model)]);
  assert.ok(done < 12, `${done} of 15 samples were done before`);
  await Promise.all(flows);
  assert.equal(info.layers, 6);
  assert.deepEqual(label.answerTokens, (await client.label(asked)).answerTokens);
});

test('there is room for as many as half of the free memory holds, and for one in any case', async () => {
  const { model, checkpoint } = await loadDemo();
  const opened = { model, checkpoint };
  const request = demoRequest({ image: 'x.png', text: '' });
  // 6 layers, keys and values of 128 floats; the picture is 256 tokens.
  const tokens = 256 + 256 + demoPreset.maxNewTokens;
  assert.equal(sequenceBytes(opened, request), 2 * 6 * 128 * 4 * tokens);
  const crop = { ...request, want: { ...request.want, secondStage: true } };
  assert.equal(sequenceBytes(opened, crop), 2 * 6 * 128 * 4 * (tokens + 256));
  const room = (sequences: number, batches = true, device = 'cpu') =>
    roomFor(
      { checkpoint, model: { profile: { ...model.profile, batches, device } } },
      request,
      2 * sequences * sequenceBytes(opened, request),
    );
  assert.deepEqual(
    [0.4, 1, 5.5, 1000].map((n) => room(n)),
    [1, 1, 5, MOST.inFlight],
  );
  assert.equal(room(1000, false), 1, 'one where the device takes one sequence at a time');
  assert.equal(room(5.5, true, 'webgpu'), 5, 'a card may have the memory of the system');
  // A sample of which a card takes three: 1 GiB is what keys and values may have there.
  const { config } = checkpoint;
  const large = { ...checkpoint, config: { ...config, text: { ...config.text, headDim: 32 * 300 } } };
  const each = sequenceBytes({ model, checkpoint: large }, request);
  const onCard = (device: string, free: number) =>
    roomFor({ checkpoint: large, model: { profile: { ...model.profile, device } } }, request, free);
  assert.equal(onCard('webgpu', 2 * 20 * each), Math.floor(2 ** 30 / each));
  assert.equal(onCard('webgpu', 0), Math.floor(2 ** 30 / each));
  assert.equal(onCard('cpu', 2 * 20 * each), 20);
  assert.ok(each < 2 ** 30 && 2 ** 30 / each < 20, String(each));
  await model.dispose();
});
