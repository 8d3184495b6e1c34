import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError, type ErrorCode } from '../../../src-shared/contract/errors.ts';
import { FlagKeeper, type Flagged } from '../../../src-renderer/flags/flag-keeper.ts';

/** Flags as the store holds them, with switches for what goes wrong on the way. */
class Server {
  readonly flags = new Set<string>();
  calls = 0;
  tasks: (() => void)[] = [];
  refused: string[] = [];
  saved: string[] = [];
  /** Fails so before anything is written; `answer`: after it. */
  fails: ErrorCode | 'answer' | null = null;
  readonly keeper = new FlagKeeper({
    set: (flagged) => this.#set(flagged),
    asError: (thrown) => FoveaError.from(thrown),
    later: (task) => {
      this.tasks.push(task);
      return () => (this.tasks = this.tasks.filter((one) => one !== task));
    },
    onSaved: ({ sampleId, flag, on }) => this.saved.push(`${sampleId} ${flag} ${on}`),
    onRefused: ({ sampleId, flag }, { code }) => this.refused.push(`${sampleId} ${flag} ${code}`),
    onChange: () => undefined,
  });

  async answers(): Promise<void> {
    for (let i = 0; i < 30; i++) await Promise.resolve();
  }

  async wait(): Promise<void> {
    const due = this.tasks;
    this.tasks = [];
    for (const task of due) task();
    await this.answers();
  }

  async #set({ sampleId, flag, on }: Flagged): Promise<void> {
    this.calls++;
    await Promise.resolve();
    const lost = this.fails === 'answer';
    if (this.fails !== null && this.fails !== 'answer') throw new FoveaError(this.fails, 'it went wrong');
    if (on) this.flags.add(`${sampleId} ${flag}`);
    else this.flags.delete(`${sampleId} ${flag}`);
    if (lost) throw new FoveaError('io', 'the connection is lost');
  }
}

const example = (sampleId: number, on = true): Flagged => ({ sampleId, flag: 'example', on });

test('a flag that could not be saved is tried again until it is, and counted until then', async () => {
  const server = new Server();
  server.fails = 'project_busy';
  server.keeper.set(example(1));
  server.keeper.set(example(2));
  await server.answers();
  assert.deepEqual([server.keeper.waiting, server.keeper.error?.code], [2, 'project_busy']);
  await server.wait();
  assert.equal(server.keeper.waiting, 2);
  server.fails = null;
  await server.wait();
  assert.deepEqual([...server.flags], ['1 example', '2 example']);
  assert.deepEqual([server.keeper.waiting, server.keeper.error, server.tasks.length], [0, null, 0]);
});

test('set and taken away while nothing can be saved, only the last of it is sent', async () => {
  const server = new Server();
  server.fails = 'io';
  server.keeper.set(example(1));
  await server.answers();
  const before = server.calls;
  assert.ok(server.keeper.isWaiting(example(1)) && !server.keeper.isWaiting(example(2)));
  server.keeper.set(example(1, false));
  server.keeper.set(example(1));
  server.keeper.set(example(1, false));
  assert.equal(server.keeper.waiting, 1);
  server.fails = null;
  server.keeper.retry();
  await server.answers();
  assert.deepEqual([...server.flags], []);
  assert.equal(server.calls, before + 1);
});

test('a lost answer is made good by sending the same again', async () => {
  const server = new Server();
  server.fails = 'answer';
  server.keeper.set(example(1));
  await server.answers();
  assert.equal(server.keeper.waiting, 1, 'nobody knows that it was written');
  server.fails = null;
  server.keeper.retry();
  await server.answers();
  assert.deepEqual([server.keeper.waiting, [...server.flags]], [0, ['1 example']]);
});

test('what cannot be is given up and told, and does not hold up the others', async () => {
  const server = new Server();
  server.fails = 'not_found';
  server.keeper.set(example(9));
  await server.answers();
  assert.deepEqual([server.refused, server.keeper.waiting], [['9 example not_found'], 0]);
  server.fails = null;
  server.keeper.set(example(1));
  await server.answers();
  assert.deepEqual([...server.flags], ['1 example']);
});

test('with another project what waits is forgotten, and said to be lost', async () => {
  const server = new Server();
  server.fails = 'io';
  server.keeper.set(example(1));
  await server.answers();
  assert.equal(server.keeper.abandon(), 1);
  server.fails = null;
  await server.wait();
  assert.deepEqual([[...server.flags], server.keeper.waiting], [[], 0]);
});

test('what is saved is told once it holds, and not when more was asked meanwhile', async () => {
  const server = new Server();
  server.keeper.set(example(1));
  server.keeper.set(example(2));
  server.keeper.set(example(2, false));
  assert.deepEqual(server.saved, []);
  await server.answers();
  assert.deepEqual(server.saved, ['1 example true', '2 example false']);
  server.keeper.set(example(3));
  server.keeper.set(example(3, false));
  await server.answers();
  assert.deepEqual(server.saved.slice(2), ['3 example false'], 'the first of the two holds no more');
  server.fails = 'not_found';
  server.keeper.set(example(4));
  await server.answers();
  assert.equal(server.saved.length, 3);
});
