/** Stands where `src-shared/rpc/connect.ts` does when the page is built over the fake backend. */
import type { RpcClient } from '../../../src-shared/contract/procedures.ts';
import { FakeBackend } from './fake-backend.ts';

export function electronBridge(): null {
  return null;
}

export function connect(): Promise<RpcClient> {
  const { location } = globalThis as unknown as { location: { search: string } };
  const query = new URLSearchParams(location.search);
  const backend = new FakeBackend({
    samples: Number(query.get('n') ?? 120),
    open: !query.has('nothing'),
    labelling: query.has('labelling'),
  });
  Object.assign(globalThis, { fakeBackend: backend });
  return Promise.resolve(backend);
}
