/** What a feed has made on the device and has to give back, however it ends. */
import type { Resident } from './resident.ts';

export class Scratch {
  readonly #made = new Set<Resident>();

  add<T extends Readonly<Record<string, Resident>>>(made: T): T {
    for (const one of Object.values(made)) this.#made.add(one);
    return made;
  }

  /** It belongs to somebody else from now on. */
  handOver(one: Resident): Resident {
    this.#made.delete(one);
    return one;
  }

  /** Gives back those that are not needed any more; what is not of the device is none of it. */
  drop(...those: readonly unknown[]): void {
    for (const one of this.#made) if (those.includes(one)) this.#drop(one);
  }

  clear(): void {
    for (const one of this.#made) this.#drop(one);
  }

  #drop(one: Resident): void {
    this.#made.delete(one);
    one.release();
  }
}
