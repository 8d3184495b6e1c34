/** Rows asked for again, as the main side has them now. */
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import {
  FILTER_IDS_MAX,
  IMPORT_ORDER,
  NO_FILTER,
  type RpcClient,
} from '../../src-shared/contract/procedures.ts';

/** A pause in which more samples may join: a quick reviewer's next decision. */
const GATHER_MS = 300;

/** The rows of these samples, a part at a time; those that the project has no more are left out. */
export async function* rowsAnew(client: RpcClient, ids: readonly number[]): AsyncGenerator<SampleRow[]> {
  for (let at = 0; at < ids.length; at += FILTER_IDS_MAX) {
    const filter = { ...NO_FILTER, ids: ids.slice(at, at + FILTER_IDS_MAX) };
    const call = { filter, sort: IMPORT_ORDER, offset: 0, limit: FILTER_IDS_MAX };
    yield (await client.call('samples.list', call)).rows;
  }
}

/** The row of one sample; undefined when the project does not have it. */
export async function rowAnew(client: RpcClient, id: number): Promise<SampleRow | undefined> {
  for await (const [row] of rowsAnew(client, [id])) return row;
  return undefined;
}

/** Gathers samples for a moment and tells of their rows once. */
export class Gathered {
  readonly #client: RpcClient;
  readonly #tell: (row: SampleRow) => void;
  readonly #ids = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: RpcClient, tell: (row: SampleRow) => void) {
    this.#client = client;
    this.#tell = tell;
  }

  add(id: number): void {
    this.#ids.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#ask();
    }, GATHER_MS);
  }

  async #ask(): Promise<void> {
    const ids = [...this.#ids];
    this.#ids.clear();
    try {
      for await (const rows of rowsAnew(this.#client, ids)) rows.forEach(this.#tell);
    } catch {
      // The connection banner says so; the list is asked for anew once it is back.
    }
  }
}
