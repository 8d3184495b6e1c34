import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findInList } from '../../../src-renderer/queue/find-in-list.ts';
import {
  IMPORT_ORDER,
  NO_FILTER,
  type RpcClient,
  type SampleFilter,
} from '../../../src-shared/contract/procedures.ts';

const PENDING: SampleFilter = { ...NO_FILTER, states: ['pending'] };

/** A project of these samples, some of which are pending. */
function project(samples: readonly number[], pending: readonly number[]): RpcClient {
  const listed = (filter: SampleFilter) => {
    const found = samples.filter((id) => filter.states.length === 0 || pending.includes(id));
    return filter.ids.length === 0 ? found : found.filter((id) => filter.ids.includes(id));
  };
  const call = (name: string, input: { readonly filter: SampleFilter; readonly id: number }) => {
    const found = listed(input.filter);
    const at = found.indexOf(input.id);
    return Promise.resolve(name === 'samples.position' ? { position: at < 0 ? null : at } : found);
  };
  return { call } as unknown as RpcClient;
}

const pending = { filter: PENDING, sort: IMPORT_ORDER };

test('in place of a removed sample comes the nearest one that the project has and the filter lets through', async () => {
  const client = project([1, 2, 4, 5, 6], [1, 4, 6]);
  const around = (...ids: readonly number[]) => findInList(client, ids[0]!, pending, () => ids);
  assert.deepEqual(await around(4, 5, 6, 2, 1), { id: 4, position: 1 }, 'it is there');
  assert.deepEqual(await around(3, 5, 6, 2, 1), { id: 6, position: 2 });
  assert.deepEqual(await around(3, 2, 1), { id: 1, position: 0 });
  assert.equal(await around(3, 5, 2), null);
  assert.equal(await around(3), null);
  assert.equal(await findInList(client, null, pending, () => []), null);
});

test('a sample that only went out of the filter gives its place to nobody', async () => {
  const client = project([1, 2, 3], [1, 3]);
  assert.equal(await findInList(client, 2, pending, () => [2, 3, 1]), null);
});

test('a list of named samples is never asked about all that the project has', async () => {
  const client = project([1, 2, 4, 5], [1, 2, 4, 5]);
  const named = { filter: { ...NO_FILTER, ids: [2, 3] }, sort: IMPORT_ORDER };
  assert.deepEqual(await findInList(client, 3, named, () => [3, 2]), { id: 2, position: 0 });
  assert.equal(await findInList(client, 3, named, () => [3, 4, 5]), null);
});
