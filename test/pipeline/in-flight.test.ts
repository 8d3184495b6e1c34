/** Samples in flight on one model: what runs in turn, what is made together, and that nobody waits for ever. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { InFlight } from '../../src-main/pipeline/in-flight.ts';
import type { Member } from '../../src-main/pipeline/in-flight.ts';
import type {
  ForwardRequest,
  ForwardResult,
  KvCache,
  VisionLanguageModel,
} from '../../src-main/pipeline/ports.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';

const RESULT: ForwardResult = { logits: Float32Array.of(1), taps: [], hidden: null };
const step = (token: number): ForwardRequest => ({ parts: [{ tokens: [token] }], logits: 'last' });
const PROMPT: ForwardRequest = { parts: [{ tokens: [1, 2, 3] }] };
const cache = {} as KvCache;
/** Tokens of a chunk of the model here. */
const CHUNK = 10;
const long = (chunks: number): ForwardRequest => ({
  parts: [{ tokens: new Array<number>(CHUNK * chunks).fill(1) }],
});

/** A model that writes down what it is asked, one thing at a time. */
function listening(
  steps: (tokens: readonly number[]) => PromiseSettledResult<ForwardResult>[] = (tokens) =>
    tokens.map((token) => ({ status: 'fulfilled', value: { ...RESULT, logits: Float32Array.of(token) } })),
  batches = true,
  fails: (tokens: number, chunk: number) => boolean = () => false,
) {
  const heard: (string | number[])[] = [];
  let busy = false;
  const alone = async <T>(what: string | number[], result: () => T): Promise<T> => {
    assert.equal(busy, false, 'one thing at a time');
    busy = true;
    heard.push(what);
    await turn();
    busy = false;
    return result();
  };
  const model = {
    profile: { batches },
    async forward(_: KvCache, { parts: [part] }: ForwardRequest, pause?: () => Promise<void>) {
      const count = part && 'tokens' in part ? part.tokens.length : 0;
      const chunks = Math.ceil(count / CHUNK);
      if (chunks <= 1) return alone(count > 0 ? `fed ${count}` : 'fed', () => RESULT);
      for (let i = 1; i <= chunks; i++) {
        if (i > 1) await pause?.();
        await alone(`${i} of ${chunks}`, () => {
          if (fails(count, i)) throw new FoveaError('out_of_memory', 'no memory for it');
        });
      }
      return RESULT;
    },
    steps: (requests: readonly { token: number }[]) => {
      const tokens = requests.map(({ token }) => token);
      return alone(tokens, () => steps(tokens));
    },
    encodeImage: () => alone('picture', () => new Float32Array()),
  } as unknown as VisionLanguageModel;
  return { model, heard };
}

/** A prompt, then so many steps. */
async function sample(member: Member, id: number, steps: number): Promise<void> {
  try {
    await member.model.forward(cache, PROMPT);
    for (let i = 0; i < steps; i++) {
      const { logits } = await member.model.forward(cache, step(id));
      assert.deepEqual(logits, Float32Array.of(id));
    }
  } finally {
    member.leave();
  }
}

test('prompts first; then every step of all that are in flight is one; who ends makes room', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const members = [3, 1, 2].map((steps, id) => ({ steps, id, member: samples.join() }));
  await Promise.all(members.map(({ member, id, steps }) => sample(member, id, steps)));
  assert.deepEqual(heard, ['fed 3', 'fed 3', 'fed 3', [0, 1, 2], [0, 2], [0]]);
});

test('one that joins is waited for, and decodes with the others from then on', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const first = sample(samples.join(), 7, 4);
  while (heard.length < 3) await turn();
  await Promise.all([first, sample(samples.join(), 8, 2)]);
  assert.deepEqual(heard.filter((one) => typeof one === 'string').length, 2);
  assert.ok(heard.some((one) => String(one) === '7,8'));
});

test('steps are put off by prompts for a while, not for ever', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const waiting = samples.join();
  const busy = samples.join();
  let over = false;
  const feeding = (async () => {
    while (!over) await busy.model.forward(cache, PROMPT);
    busy.leave();
  })();
  await waiting.model.forward(cache, step(1));
  over = true;
  waiting.leave();
  await feeding;
  const fed = heard.findIndex((one) => typeof one !== 'string');
  assert.ok(fed >= 4 && fed <= 12, `${fed} prompts went first`);
});

test('a cancelled sample is out at once, and the others go on without it', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const stop = new AbortController();
  const [gone, other, late] = [samples.join(stop.signal), samples.join(), samples.join()];
  const cancelled = assert.rejects(gone.model.forward(cache, step(1)), { code: 'cancelled' });
  const going = other.model.forward(cache, step(2));
  stop.abort();
  await cancelled;
  await assert.rejects(gone.model.forward(cache, PROMPT), { code: 'cancelled' });
  gone.leave();
  gone.leave();
  await late.model.forward(cache, step(3));
  await going;
  assert.deepEqual(heard, [[2, 3]]);
});

test('a step that fails fails alone, also when it takes all that were made with it down', async () => {
  const bad = new FoveaError('bad_input', 'too long');
  for (const whole of [false, true]) {
    const { model, heard } = listening((tokens) => {
      if (whole && tokens.includes(2)) throw bad;
      return tokens.map((token) =>
        token === 2 ? { status: 'rejected', reason: bad } : { status: 'fulfilled', value: RESULT },
      );
    });
    const samples = new InFlight(model);
    const made = await Promise.allSettled(
      [1, 2, 3]
        .map((token) => ({ token, member: samples.join() }))
        .map(({ token, member }) => member.model.forward(cache, step(token))),
    );
    assert.deepEqual(
      made.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(heard, whole ? [[1, 2, 3], [1], [2], [3]] : [[1, 2, 3]]);
  }
});

test('what is no step, and every step where the device takes one sequence at a time, runs by itself', async () => {
  const asked: ForwardRequest[] = [
    { ...step(1), hiddenOf: 0 },
    { ...step(1), layers: 1 },
    { ...step(1), logits: 'none' },
    { parts: [{ features: new Float32Array(1), count: 1 }] },
  ];
  for (const batches of [true, false]) {
    const { model, heard } = listening(undefined, batches);
    const member = new InFlight(model).join();
    for (const request of batches ? asked : [step(1)]) await member.model.forward(cache, request);
    assert.ok(heard.every((one) => typeof one === 'string'));
  }
});

/** Decodes so many tokens, then leaves. */
async function decode(member: Member, id: number, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) await member.model.forward(cache, step(id));
  member.leave();
}

test('between every two chunks of a long prompt those who decode make a step', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const decoding = [1, 2, 3].map((id) => ({ id, member: samples.join() }));
  const joining = samples.join();
  const prompt = joining.model.forward(cache, long(4)).finally(() => joining.leave());
  await Promise.all([prompt, ...decoding.map(({ member, id }) => decode(member, id, 5))]);
  assert.deepEqual(heard, [
    '1 of 4',
    [1, 2, 3],
    '2 of 4',
    [1, 2, 3],
    '3 of 4',
    [1, 2, 3],
    '4 of 4',
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test('a prompt that nobody waits beside goes on at once, and one prompt ends before the next begins', async () => {
  const { model, heard } = listening();
  const samples = new InFlight(model);
  const [one, other] = [samples.join(), samples.join()];
  await Promise.all([one.model.forward(cache, long(3)), other.model.forward(cache, long(2))]);
  assert.deepEqual(heard, ['1 of 3', '2 of 3', '3 of 3', '1 of 2', '2 of 2']);
});

test('less than half of those in flight wait for a prompt to end, unless somebody waits for one of them', async () => {
  for (const asked of [false, true]) {
    const { model, heard } = listening();
    const samples = new InFlight(model);
    const decoding = samples.join(undefined, asked);
    const others = [samples.join(), samples.join()];
    const fed = others.map((member) => member.model.forward(cache, long(2)).finally(() => member.leave()));
    await Promise.all([decode(decoding, 7, 2), ...fed]);
    const chunks = ['1 of 2', '2 of 2', '1 of 2', '2 of 2'];
    const expected = asked
      ? ['1 of 2', [7], '2 of 2', [7], '1 of 2', '2 of 2']
      : // Two are left when the first prompt has ended, and one of two is half.
        [...chunks.slice(0, 3), [7], ...chunks.slice(3), [7]];
    assert.deepEqual(heard, expected);
  }
});

test('a sample that is cancelled between two chunks is out, and what it fed with it', async () => {
  for (const at of ['pause', 'chunk']) {
    const { model, heard } = listening();
    const samples = new InFlight(model);
    const stop = new AbortController();
    const [gone, other] = [samples.join(stop.signal), samples.join()];
    const prompt = gone.model.forward(cache, long(4)).finally(() => gone.leave());
    const cancelled = assert.rejects(prompt, { code: 'cancelled' });
    const going = decode(other, 2, 3);
    // Chunk and step take turns: after two the step runs and the prompt waits, after three its second chunk runs.
    while (heard.length < (at === 'pause' ? 2 : 3)) await turn();
    stop.abort();
    await Promise.all([cancelled, going]);
    const before = at === 'pause' ? ['1 of 4', [2]] : ['1 of 4', [2], '2 of 4'];
    assert.deepEqual(heard, [...before, [2], [2]]);
  }
});

test('a chunk that fails fails its sample alone', async () => {
  const { model, heard } = listening(undefined, true, (tokens, chunk) => tokens === 30 && chunk === 2);
  const samples = new InFlight(model);
  const [bad, good, decoding] = [samples.join(), samples.join(), samples.join()];
  const failed = assert.rejects(
    bad.model.forward(cache, long(3)).finally(() => bad.leave()),
    { code: 'out_of_memory' },
  );
  const fed = good.model.forward(cache, long(2)).finally(() => good.leave());
  await Promise.all([failed, fed, decode(decoding, 5, 2)]);
  assert.deepEqual(heard, ['1 of 3', '2 of 3', '1 of 2', [5], '2 of 2', [5]]);
});
