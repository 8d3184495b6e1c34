/** What there is to know at the end of a list: how its samples stand, and what waits for a decision elsewhere. */
import type { SampleState } from '../../src-shared/contract/domain.ts';
import type { SampleFilter } from '../../src-shared/contract/procedures.ts';
import type { SavedFilter } from '../../src-shared/contract/procedures.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** In the order they are told in. */
export const TOLD: readonly SampleState[] = ['accepted', 'corrected', 'rejected', 'pending', 'unlabelled'];

/** Saved filters that are looked into: as many as one reads through. */
const FILTERS_MOST = 6;

export interface EndCounts {
  /** Of what the filter lets through whatever its state: the list itself holds only those it was made with. */
  readonly byState: Readonly<Record<SampleState, number>>;
  /** Of the whole project: waiting for a decision. */
  readonly waiting: number;
  /** Saved filters with something left to decide. */
  readonly filters: readonly { readonly saved: SavedFilter; readonly waiting: number }[];
}

/** @throws FoveaError whatever the calls do */
export async function countAtEnd(
  { client, project }: Session,
  { filter }: Queue,
  saved: readonly SavedFilter[],
): Promise<EndCounts> {
  const count = async (of: SampleFilter, state: SampleState): Promise<number> =>
    (await client.call('samples.list', { filter: { ...of, states: [state] }, offset: 0, limit: 1 })).total;
  const states = TOLD.map(async (state) => [state, await count(filter, state)] as const);
  const others = saved.slice(0, FILTERS_MOST).map(async (one) => {
    const { states: wanted } = one.filter;
    const asks = wanted.length === 0 || wanted.includes('pending');
    return { saved: one, waiting: asks ? await count(one.filter, 'pending') : 0 };
  });
  return {
    byState: Object.fromEntries(await Promise.all(states)) as Record<SampleState, number>,
    waiting: project?.byState.pending ?? 0,
    filters: (await Promise.all(others)).filter(({ waiting }) => waiting > 0),
  };
}
