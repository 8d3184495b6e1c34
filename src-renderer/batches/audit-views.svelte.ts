/** What an audit shows of its samples, fetched a few ahead: facts, and the map or label that tints the picture. */
import type { SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Heat, HeatKind, RpcClient } from '../../src-shared/contract/procedures.ts';
import { pictureAddress } from '../../src-shared/rpc/connect.ts';
import { whyUnseen } from '../canvas/unseen.ts';
import { SvelteMap } from 'svelte/reactivity';

export type AuditView =
  | {
      readonly state: 'ready';
      readonly detail: SampleDetail;
      readonly heats: ReadonlyMap<HeatKind, Heat | null>;
    }
  | { readonly state: 'failed'; readonly error: FoveaError };

export class AuditViews {
  readonly #client: RpcClient;
  readonly #views = new SvelteMap<number, AuditView>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #asked = new Set<string>();

  constructor(client: RpcClient) {
    this.#client = client;
  }

  /** Undefined while it is on its way. */
  get(sampleId: number): AuditView | undefined {
    return this.#views.get(sampleId);
  }

  /** These are looked at now or next. */
  want(sampleIds: readonly number[], kind: HeatKind | null): void {
    for (const id of sampleIds) {
      const key = `${id} ${kind}`;
      if (this.#asked.has(key)) continue;
      this.#asked.add(key);
      void this.#fetch(id, kind);
    }
  }

  async #fetch(id: number, kind: HeatKind | null): Promise<void> {
    try {
      const [detail, heats] = await Promise.all([
        this.#client.call('samples.get', { id }),
        kind && this.#client.call('gallery.heat', { sampleIds: [id], kind }),
      ]);
      await requireSeen(detail);
      const known = this.#views.get(id);
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
      const all = new Map(known?.state === 'ready' ? known.heats : []);
      if (kind) all.set(kind, heats?.[0] ?? null);
      this.#views.set(id, { state: 'ready', detail, heats: all });
    } catch (thrown) {
      this.#asked.delete(`${id} ${kind}`);
      this.#views.set(id, { state: 'failed', error: FoveaError.from(thrown) });
    }
  }
}

/** A verdict on a picture that is not there, or is not the one that was labelled, would be blind. */
async function requireSeen({ image }: SampleDetail): Promise<void> {
  const picture = new Image();
  picture.src = pictureAddress(image.url);
  const shown = await picture.decode().then(
    () => true,
    () => false,
  );
  const unseen = whyUnseen(image, shown);
  if (unseen)
    throw new FoveaError('bad_image', `This cannot be judged: ${unseen.message}`, { next: unseen.next });
}
