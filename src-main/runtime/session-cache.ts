/**
 * Sessions by key, made on demand and the least recently used let go. Where weights are mapped a session is cheap; on a
 * GPU each holds its own copy of the weights, so few are kept; sessions of one layer each are all kept.
 */
import type { Session } from './session.ts';

interface Entry {
  readonly session: Promise<Session>;
  users: number;
}

export class SessionCache {
  #limit: number;
  /** Insertion order is use order. */
  readonly #entries = new Map<string, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` with the session of `key`, which stays open at least until then. */
  async use<T>(
    key: string,
    open: () => Promise<Session>,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const entry = this.#entries.get(key) ?? { session: this.#open(open), users: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    try {
      return await work(await entry.session);
    } catch (error) {
      // A session that never opened must not be found again.
      await entry.session.catch(() => this.#entries.delete(key));
      throw error;
    } finally {
      entry.users--;
      await this.#trim(this.#limit);
    }
  }

  /** Releases the session of `key`, unless there is none or it is in use. */
  async close(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry?.users === 0) await this.#release(key, entry);
  }

  /** Releases every session, one in use as soon as its work is done. */
  async dispose(): Promise<void> {
    this.#limit = 0;
    await this.#trim(0);
  }

  /** Makes room first: two large sessions at once may be one too many. */
  async #open(open: () => Promise<Session>): Promise<Session> {
    await this.#trim(this.#limit - 1);
    return open();
  }

  async #trim(limit: number): Promise<void> {
    for (const [key, entry] of [...this.#entries]) {
      if (this.#entries.size <= limit) return;
      if (entry.users > 0) continue;
      await this.#release(key, entry);
    }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    this.#entries.delete(key);
    await entry.session.then(
      (session) => session.release(),
      () => undefined,
    );
  }
}
