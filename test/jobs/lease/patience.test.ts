/** What may pass is waited for, longer each time; what does not is said at once, and a disk that is gone holds up no thousands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from '../../../src-main/jobs/lease/patience.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';

const { signal } = new AbortController();
const away = (): FoveaError => new FoveaError('io', 'the share does not answer');

test('it is asked again until it succeeds, and fails with how often it was tried', async () => {
  const patience = new Patience([1, 1, 1]);
  let asked = 0;
  const third = await patience.tried(async () => {
    if (++asked < 3) throw away();
    return 'there';
  }, signal);
  assert.deepEqual([third, asked], ['there', 3]);
  asked = 0;
  const never = patience.tried(async () => {
    asked++;
    throw away();
  }, signal);
  await assert.rejects(never, { code: 'io', message: 'the share does not answer (tried 4 times)' });
  assert.equal(asked, 4);
});

test('what does not pass by itself is not asked again', async () => {
  let asked = 0;
  const bad = new Patience([1]).tried(async () => {
    asked++;
    throw new FoveaError('bad_image', 'no picture');
  }, signal);
  await assert.rejects(bad, { code: 'bad_image', message: 'no picture' });
  assert.equal(asked, 1);
});

test('after many in vain nobody waits any more, until one succeeds', async () => {
  const patience = new Patience([1, 1]);
  const asks: number[] = [];
  const fail = async (): Promise<void> => {
    let asked = 0;
    await patience
      .tried(async () => {
        asked++;
        throw away();
      }, signal)
      .catch(() => asks.push(asked));
  };
  for (let item = 0; item < 10; item++) await fail();
  assert.deepEqual(asks, [3, 3, 3, 3, 3, 3, 3, 3, 1, 1]);
  await patience.tried(async () => undefined, signal);
  await fail();
  assert.equal(asks.at(-1), 3);
});

test('stopping ends the waiting', async () => {
  const stop = new AbortController();
  const waiting = new Patience([3_600_000]).tried(async () => {
    throw away();
  }, stop.signal);
  stop.abort();
  await assert.rejects(waiting, { code: 'io' });
});
