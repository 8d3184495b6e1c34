/** Where a list has a sample. One that was removed from the project has given its place to what lay next to it. */
import {
  IMPORT_ORDER,
  NO_FILTER,
  type RpcClient,
  type SampleFilter,
  type SampleSort,
} from '../../src-shared/contract/procedures.ts';

export interface Found {
  readonly id: number;
  readonly position: number;
}

/**
 * Asks where a list has a sample, or what takes its place where it was removed.
 * @param around the sample and those around it, nearest first, as they were; at most FILTER_IDS_MAX
 * @returns null: the list has neither, or the project has the sample outside of it, or none is asked for
 */
export async function findInList(
  client: RpcClient,
  id: number | null,
  view: { readonly filter: SampleFilter; readonly sort: SampleSort },
  around: () => readonly number[],
): Promise<Found | null> {
  if (id === null) return null;
  const { position } = await client.call('samples.position', { ...view, id });
  if (position !== null) return { id, position };
  if ((await among(client, [id], NO_FILTER)).length > 0) return null;
  const near = around();
  const here = await among(client, near, view.filter);
  const next = near.find((one) => here.includes(one));
  if (next === undefined) return null;
  const there = await client.call('samples.position', { ...view, id: next });
  return there.position === null ? null : { id: next, position: there.position };
}

/** Those of some samples that the project has and a filter lets through. */
async function among(client: RpcClient, ids: readonly number[], filter: SampleFilter): Promise<number[]> {
  const asked = filter.ids.length === 0 ? ids : ids.filter((id) => filter.ids.includes(id));
  if (asked.length === 0) return [];
  const these = { ...filter, ids: [...asked] };
  return client.call('samples.ids', { filter: these, sort: IMPORT_ORDER, offset: 0, limit: asked.length });
}
