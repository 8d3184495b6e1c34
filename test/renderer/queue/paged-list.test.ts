import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_SIZE, PagedList } from '../../../src-renderer/queue/paged-list.ts';

interface Row {
  readonly id: number;
  readonly state: string;
}

/** A main side that filters by state. */
class Server {
  readonly rows: Row[];
  constructor(count: number) {
    this.rows = Array.from({ length: count }, (_, i) => ({ id: i + 1, state: 'pending' }));
  }
  page(offset: number): { rows: Row[]; total: number } {
    const matching = this.rows.filter((row) => row.state === 'pending');
    return { rows: matching.slice(offset, offset + PAGE_SIZE), total: matching.length };
  }
  decide(id: number): void {
    this.rows[id - 1] = { id, state: 'accepted' };
  }
}

function load(list: PagedList<Row>, server: Server, start: number): void {
  const { rows, total } = server.page(list.serverOffset(start));
  list.put(start, rows, total);
}

test('deciding everything in a filtered queue skips nothing and shows nothing twice', () => {
  const server = new Server(350);
  const list = new PagedList<Row>();
  load(list, server, 0);
  const seen: number[] = [];
  for (let index = 0; index < list.total; index++) {
    if (!list.rowAt(index)) load(list, server, list.pageStart(index));
    const row = list.rowAt(index)!;
    seen.push(row.id);
    server.decide(row.id);
    list.update(row.id, { state: 'accepted' }, false);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 350 }, (_, i) => i + 1),
  );
});

test('a decision that is not saved yet does not repeat a row on the next page', () => {
  const server = new Server(150);
  const list = new PagedList<Row>();
  load(list, server, 0);
  list.update(100, { state: 'accepted' }, false);
  load(list, server, 100);
  const ids = Array.from({ length: list.total }, (_, i) => list.rowAt(i)?.id);
  assert.deepEqual(
    ids,
    Array.from({ length: 150 }, (_, i) => i + 1),
  );
});

test('taking a decision back puts the row into the count again', () => {
  const list = new PagedList<Row>();
  load(list, new Server(10), 0);
  list.update(4, { state: 'accepted' }, false);
  assert.equal(list.serverOffset(100), 99);
  list.update(4, { state: 'pending' }, true);
  assert.equal(list.serverOffset(100), 100);
  assert.equal(list.total, 10);
  assert.equal(list.rowAt(3)?.state, 'pending');
});

test('rows that begin to match later come at the end, and nothing that is shown moves', () => {
  const server = new Server(130);
  for (let id = 81; id <= 130; id++) server.decide(id);
  const list = new PagedList<Row>();
  load(list, server, 0);
  server.decide(3);
  list.update(3, { state: 'accepted' }, false);
  for (let id = 81; id <= 130; id++) server.rows[id - 1] = { id, state: 'pending' };
  const { rows, total } = server.page(list.serverOffset(list.total));
  list.append(rows, total);
  assert.equal(list.total, 130);
  assert.deepEqual(
    Array.from({ length: 130 }, (_, i) => list.rowAt(i)?.id),
    Array.from({ length: 130 }, (_, i) => i + 1),
  );
  list.append([], total);
  assert.equal(list.total, 130);
});

test('a range is the rows that are shown, decided ones included; one that is not here says so', () => {
  const server = new Server(150);
  const list = new PagedList<Row>();
  load(list, server, 0);
  server.decide(2);
  list.update(2, { state: 'accepted' }, false);
  assert.deepEqual(list.idsIn(0, 4), [1, 2, 3, 4]);
  assert.equal(list.idsIn(98, 101), null);
  assert.deepEqual([list.goneIn(0, 101), list.goneIn(2, 101)], [[2], []]);
});

test('around a row is what comes after it, then what comes before, as far as rows are here', () => {
  const server = new Server(150);
  const list = new PagedList<Row>();
  load(list, server, 0);
  assert.deepEqual(list.around(97, 96, 7), [97, 98, 99, 100, 96, 95, 94]);
  assert.deepEqual(list.around(1, 0, 3), [1, 2, 3]);
  assert.deepEqual(list.around(121, 120, 4), [121]);
});

test('around a row that the list is made anew without is what lay there, however often it is made anew', () => {
  const server = new Server(30);
  const list = new PagedList<Row>();
  load(list, server, 0);
  for (const gone of [30, 29, 28]) {
    server.decide(gone);
    list.renew(list.around(30, 29, 5));
    load(list, server, 0);
    assert.deepEqual(list.around(30, 29, 5), [30, 29, 28, 27, 26]);
  }
  // Another one is current, and that one never was in the list.
  assert.deepEqual(list.around(40, 26, 4), [40, 27, 26, 25]);
  assert.deepEqual(list.around(40, 3, 4), [40, 4, 5, 6]);
});
