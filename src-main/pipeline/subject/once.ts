/** Something that is made once however many ask for it at once. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';

export class Once<T> {
  #made: Promise<T> | null = null;

  /**
   * What was made, or is being made, or `make` makes. A failure is told to those that waited for it and not kept; when it
   * was that the one who made it was cancelled, the next one makes it.
   */
  async get(make: () => Promise<T>): Promise<T> {
    for (;;) {
      const others = this.#made;
      if (others === null) return this.#make(make);
      try {
        return await others;
      } catch (error) {
        if (FoveaError.from(error).code !== 'cancelled') throw error;
        if (this.#made === others) this.#made = null;
      }
    }
  }

  forget(): void {
    this.#made = null;
  }

  async #make(make: () => Promise<T>): Promise<T> {
    const made = make();
    this.#made = made;
    try {
      return await made;
    } catch (error) {
      if (this.#made === made) this.#made = null;
      throw error;
    }
  }
}
