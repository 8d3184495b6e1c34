/** A share that does not answer costs a bounded number of calls, and nobody else waits for it. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { setImmediate as immediately, setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { ReadGuard } from '../../src-main/files/read-guard.ts';

const limits = { atOnce: 2, slowMs: 20, lostMs: 60, mostLost: 3 };

/** Calls that hang until they are let go. */
function hanging(): { body: () => Promise<string>; begun: () => number; answer: () => void } {
  let begun = 0;
  const waiting: (() => void)[] = [];
  return {
    body: () => {
      begun++;
      return new Promise((resolve) => waiting.push(() => resolve('late')));
    },
    begun: () => begun,
    answer: () => waiting.splice(0).forEach((go) => go()),
  };
}

const quick = (): Promise<string> => Promise.resolve('read');

test('forty pictures of a hung share cost two calls; those of another disk are read meanwhile', async () => {
  const guard = new ReadGuard(limits);
  const share = hanging();
  const asked = Array.from({ length: 40 }, (_, i) => guard.run(`/mnt/share/${i}.png`, share.body));
  const refused = asked.map((one) => assert.rejects(one, { code: 'io', message: /does not answer/ }));
  assert.equal(await guard.run('/home/a/1.png', quick), 'read');
  await Promise.all(refused);
  assert.equal(share.begun(), 2);
  await assert.rejects(guard.run('/mnt/share/deep/er.png', share.body), { code: 'io' });
  assert.equal(share.begun(), 2, 'what is known to hang is not begun again');
  assert.equal(await guard.run('/home/a/2.png', quick), 'read');
});

test('once it answers, it is read again', async () => {
  const guard = new ReadGuard(limits);
  const share = hanging();
  await assert.rejects(guard.run('/mnt/share/a.png', share.body), { where: '/mnt/share/a.png' });
  share.answer();
  await sleep(1);
  assert.equal(await guard.run('/mnt/share/a.png', quick), 'read');
});

test('whatever hangs where, a thread is left: the fourth call is refused at once', async () => {
  const guard = new ReadGuard(limits);
  const shares = hanging();
  const lost = [1, 2, 3].map((n) =>
    assert.rejects(guard.run(`/mnt/${n}/a.png`, shares.body), { code: 'io' }),
  );
  await Promise.all(lost);
  await assert.rejects(guard.run('/mnt/4/a.png', shares.body), { code: 'io' });
  assert.equal(shares.begun(), 3);
  shares.answer();
  await sleep(1);
  assert.equal(await guard.run('/mnt/4/a.png', quick), 'read');
});

test('a process that stands still does not take it for the disk’s silence', async () => {
  const guard = new ReadGuard(limits);
  // Behind here the event loop looks at its clocks before it hears what came from disks.
  await immediately();
  const asked = [
    guard.run('/mnt/share/a.png', () => stat(import.meta.filename)),
    guard.long('/mnt/share/b.png', limits.lostMs, () => stat(import.meta.filename)),
  ];
  await Promise.resolve();
  for (const until = performance.now() + 3 * limits.lostMs; performance.now() < until;);
  for (const { size } of await Promise.all(asked)) assert.ok(size > 0);
  assert.equal(await guard.run('/mnt/share/c.png', quick), 'read');
});

test('long work takes no turn, and is given up as well', async () => {
  const guard = new ReadGuard(limits);
  const share = hanging();
  const decoding = assert.rejects(guard.long('/mnt/share/a.png', 30, share.body), { code: 'io' });
  assert.deepEqual(await Promise.all([1, 2, 3].map((n) => guard.run(`/home/${n}.png`, quick))), [
    'read',
    'read',
    'read',
  ]);
  await decoding;
});
