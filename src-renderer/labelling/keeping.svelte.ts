/** Whether the job that is asked about keeps features as well, in how much room, and how much that will be. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { FeatureSize, KeepFeatures, LabelPreview } from '../../src-shared/contract/procedures.ts';
import { bytesOfRoom, roomOf } from './keeping.ts';
import type { Session } from '../shell/session.svelte.ts';

export class FeatureKeeping {
  readonly #session: Session;
  #asked = 0;
  #model = '';

  on = $state(false);
  /** Room in GB as typed; null: what holds already. */
  typed = $state<string | null>(null);
  /** Null until it is known. */
  size = $state.raw<FeatureSize | null>(null);
  error = $state.raw<FoveaError | null>(null);

  readonly room = $derived(this.typed ?? (this.size ? roomOf(this.size.budgetBytes) : ''));
  readonly bad = $derived(this.typed !== null && bytesOfRoom(this.typed) === null);
  readonly budgetBytes = $derived(bytesOfRoom(this.room) ?? this.size?.budgetBytes ?? 0);

  constructor(session: Session) {
    this.#session = session;
  }

  /** What a job is asked; absent when nothing is kept. */
  get wish(): { readonly keepFeatures?: KeepFeatures } {
    if (!this.on) return {};
    return { keepFeatures: { budgetBytes: this.typed === null ? null : bytesOfRoom(this.typed) } };
  }

  /** A dialog opens: nothing is kept unless a person says so, and sizes are asked anew. */
  reset(): void {
    this.#asked++;
    this.#model = '';
    this.on = false;
    this.typed = null;
    this.size = null;
    this.error = null;
  }

  /** Asks how much features of this model take; once for each. */
  async ask({ model: { dir, adapterDir }, preset }: LabelPreview): Promise<void> {
    const squareTokens = preset.teacher?.squareTokens ?? null;
    const model = `${dir}\n${adapterDir}\n${squareTokens}`;
    if (model === this.#model) return;
    this.#model = model;
    const turn = ++this.#asked;
    this.size = null;
    this.error = null;
    try {
      const size = await this.#session.client.call('jobs.featureSize', { dir, adapterDir, squareTokens });
      if (turn === this.#asked) this.size = size;
    } catch (thrown) {
      if (turn === this.#asked) this.error = FoveaError.from(thrown);
    }
  }
}
