import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NoteKeeper, type UnsavedNote } from '../../../src-renderer/sample/note-keeper.ts';

/** One note per sample as the store writes it, with switches for what goes wrong on the way. */
class Server {
  readonly notes = new Map<number, { id: number; text: string }>();
  readonly calls: UnsavedNote[] = [];
  tasks: (() => void)[] = [];
  kept: readonly UnsavedNote[] = [];
  fails = false;
  keeper = this.open();
  /** Samples that are not in the project. */
  readonly gone = new Set<number>();
  readonly removed: [sampleId: number, text: string][] = [];
  #lastId = 0;

  open(): NoteKeeper {
    return new NoteKeeper({
      write: (draft) => this.#write(draft),
      asError: (thrown) => FoveaError.from(thrown),
      onRemoved: (sampleId, text) => void this.removed.push([sampleId, text]),
      later: (task) => {
        this.tasks.push(task);
        return () => (this.tasks = this.tasks.filter((one) => one !== task));
      },
      keep: (unsaved) => (this.kept = unsaved),
      onChange: () => undefined,
    });
  }

  /** Lets every pause end, and answers come in. */
  async wait(): Promise<void> {
    const due = this.tasks;
    this.tasks = [];
    for (const task of due) task();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }

  async #write(draft: UnsavedNote): Promise<{ id: number; text: string } | null> {
    this.calls.push(draft);
    await Promise.resolve();
    if (this.gone.has(draft.sampleId)) throw new FoveaError('not_found', 'there is no sample');
    if (this.fails) throw new FoveaError('io', 'the disk is full');
    const text = draft.text.trim();
    if (text === '') {
      this.notes.delete(draft.sampleId);
      return null;
    }
    const note = { id: draft.id ?? ++this.#lastId, text };
    this.notes.set(draft.sampleId, note);
    return note;
  }
}

test('typing is saved once, after a pause, and then in place', async () => {
  const server = new Server();
  for (const text of ['l', 'lo', 'look ']) server.keeper.type(7, text);
  assert.equal(server.calls.length, 0);
  assert.deepEqual(server.kept, [{ sampleId: 7, id: null, was: '', text: 'look ' }]);
  await server.wait();
  assert.equal(server.notes.get(7)?.text, 'look');
  assert.equal(server.keeper.text(7), 'look ', 'the field stays as it was typed');
  assert.ok(server.keeper.isSaved(7));
  assert.deepEqual(server.kept, []);
  server.keeper.type(7, 'look here');
  await server.wait();
  assert.deepEqual(server.calls.at(-1), { sampleId: 7, id: 1, was: 'look', text: 'look here' });
  server.keeper.type(7, '');
  await server.wait();
  assert.equal(server.notes.size, 0);
});

test('what is typed while a save is under way is saved after it', async () => {
  const server = new Server();
  server.keeper.type(1, 'one');
  server.keeper.flush();
  server.keeper.type(1, 'one two');
  server.keeper.flush();
  assert.equal(server.calls.length, 1, 'one call at a time');
  await server.wait();
  await server.wait();
  assert.equal(server.notes.get(1)?.text, 'one two');
  assert.equal(server.calls.at(-1)?.id, 1, 'in place of the first');
});

test('a failed save is tried again until it works, and is kept meanwhile', async () => {
  const server = new Server();
  server.fails = true;
  server.keeper.type(1, 'words');
  await server.wait();
  await server.wait();
  assert.equal(server.keeper.error(1)?.message, 'the disk is full');
  assert.equal(server.keeper.waiting, 1);
  assert.equal(server.kept[0]?.text, 'words');
  server.fails = false;
  await server.wait();
  assert.equal(server.notes.get(1)?.text, 'words');
  assert.deepEqual([server.keeper.error(1), server.keeper.waiting], [null, 0]);
});

test('a reload goes on with what was not saved', async () => {
  const server = new Server();
  server.keeper.type(1, 'words');
  server.keeper.stop();
  await server.wait();
  assert.equal(server.calls.length, 0, 'a page that is gone saves nothing');
  const next = server.open();
  next.restore(server.kept);
  assert.equal(next.text(1), 'words');
  await server.wait();
  assert.equal(server.notes.get(1)?.text, 'words');
});

test('news never replaces words that are not saved, nor what a later call said', async () => {
  const server = new Server();
  const { keeper } = server;
  keeper.learn(1, { id: 4, text: 'old' }, keeper.asking(1));
  assert.equal(keeper.text(1), 'old');
  const asked = keeper.asking(1);
  keeper.type(1, 'old and new');
  keeper.learn(1, { id: 4, text: 'theirs' }, asked);
  assert.equal(keeper.text(1), 'old and new');
  await server.wait();
  assert.deepEqual(server.calls[0], { sampleId: 1, id: 4, was: 'old', text: 'old and new' });
  keeper.learn(1, { id: 4, text: 'old' }, asked);
  assert.equal(keeper.text(1), 'old and new', 'asked before the save, answered after it');
  keeper.learn(1, { id: 4, text: 'theirs' }, keeper.asking(1));
  assert.equal(keeper.text(1), 'theirs');
});

test('words on a sample that was removed are handed back, and nothing is tried again', async () => {
  const server = new Server();
  server.gone.add(1);
  server.keeper.type(1, 'words');
  await server.wait();
  assert.deepEqual(server.removed, [[1, 'words']]);
  assert.deepEqual([server.keeper.waiting, server.kept, server.tasks], [0, [], []]);
});
