/** The next sample's picture is fetched while the model looks at this one. */
import type { HeldPicture, PictureSource } from '../pictures/source.ts';
import type { ChunkSample } from '../protocol/chunk.ts';

export class Ahead {
  readonly #source: PictureSource;
  readonly #signal: AbortSignal;
  #next: { readonly id: number; readonly picture: Promise<HeldPicture> } | null = null;

  constructor(source: PictureSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Begins to fetch; nothing where no sample follows. */
  begin(sample: ChunkSample | undefined): void {
    if (sample) this.#next = { id: sample.id, picture: this.#get(sample) };
  }

  /** The sample's picture, begun or not. Errors as {@link PictureSource.get}. */
  take(sample: ChunkSample): Promise<HeldPicture> {
    const next = this.#next;
    this.#next = null;
    return next?.id === sample.id ? next.picture : this.#get(sample);
  }

  /** Lets go of what nobody took. */
  async drop(): Promise<void> {
    const held = await this.#next?.picture.catch(() => null);
    this.#next = null;
    await held?.release().catch(() => undefined);
  }

  #get(sample: ChunkSample): Promise<HeldPicture> {
    const picture = this.#source.get(sample, this.#signal);
    // Whoever takes it hears of it.
    picture.catch(() => undefined);
    return picture;
  }
}
