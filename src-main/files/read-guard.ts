/**
 * Keeps a share that does not answer from stopping the program. A call on such a file occupies one of libuv's four
 * threads until the share is back, and nothing can take it away; with all four gone no file of any disk is read any
 * more. So few calls are under way at a time, one that takes long stops being waited for in turn, and once as many as
 * may be lost are lost, others are refused at once instead of lost as well.
 */
import { dirname, sep } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';

export interface GuardLimits {
  /** Under way at once, while nothing is slow. */
  readonly atOnce: number;
  /** After so long a call makes room for others. */
  readonly slowMs: number;
  /** After so long it is given up. */
  readonly lostMs: number;
  /** So many slow or lost ones; then nothing new is begun. */
  readonly mostLost: number;
}

/** At most half of libuv's threads at once, and one always left. */
export const LIMITS: GuardLimits = { atOnce: 2, slowMs: 1000, lostMs: 10_000, mostLost: 3 };

/** Looks in the time after which a call is given up: where this process itself stood still, one look is late, not the disk. */
const LOOKS = 10;

/** A call that does not come back. */
interface Slow {
  /** Beside and below this folder no other call is begun. */
  readonly folder: string;
  lost: boolean;
}

export class ReadGuard {
  readonly #limits: GuardLimits;
  readonly #slow = new Set<Slow>();
  readonly #waiting: {
    readonly path: string;
    readonly go: () => void;
    readonly refuse: (e: Error) => void;
  }[] = [];
  #running = 0;

  constructor(limits: GuardLimits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * Runs `body`, which reads the file at `path`.
   * @throws FoveaError `io` when the file, or too many others, do not answer; `body` may then still be under way
   */
  async run<T>(path: string, body: () => Promise<T>): Promise<T> {
    await this.#turn(path);
    return this.#watch(path, body(), true);
  }

  /** As {@link run}, for work that may well take long: it waits for no turn, and is given up after `lostMs`. */
  async long<T>(path: string, lostMs: number, body: () => Promise<T>): Promise<T> {
    this.#refuseLost(path);
    return this.#watch(path, body(), false, lostMs);
  }

  #watch<T>(path: string, work: Promise<T>, inTurn: boolean, lostMs = this.#limits.lostMs): Promise<T> {
    const call: Slow = { folder: dirname(path), lost: false };
    let holds = inTurn;
    const letGo = (): void => {
      if (holds) this.#running--;
      holds = false;
      this.#next();
    };
    return new Promise<T>((resolve, reject) => {
      const slow = inTurn
        ? setTimeout(() => {
            this.#slow.add(call);
            letGo();
          }, this.#limits.slowMs)
        : undefined;
      let looks = 0;
      const lost = setInterval(() => {
        if (++looks < LOOKS) return;
        clearInterval(lost);
        call.lost = true;
        this.#slow.add(call);
        reject(notAnswering(path));
        this.#next();
      }, lostMs / LOOKS);
      const end = (): void => {
        clearTimeout(slow);
        clearInterval(lost);
        this.#slow.delete(call);
        letGo();
      };
      work.then(resolve, reject).finally(end);
    });
  }

  async #turn(path: string): Promise<void> {
    this.#refuseLost(path);
    if (this.#mayBegin(path)) {
      this.#running++;
      return;
    }
    await new Promise<void>((go, refuse) => this.#waiting.push({ path, go, refuse }));
  }

  #refuseLost(path: string): void {
    const lost = [...this.#slow].filter((call) => call.lost);
    if (lost.length >= this.#limits.mostLost || lost.some(({ folder }) => isBeside(folder, path))) {
      throw notAnswering(path);
    }
  }

  #mayBegin(path: string): boolean {
    const { atOnce, mostLost } = this.#limits;
    const free = Math.min(atOnce, mostLost - this.#slow.size);
    return this.#running < free && ![...this.#slow].some(({ folder }) => isBeside(folder, path));
  }

  /** Lets those go on whose turn it is, and refuses those that have nothing to wait for. */
  #next(): void {
    for (let at = 0; at < this.#waiting.length;) {
      const { path, go, refuse } = this.#waiting[at]!;
      try {
        this.#refuseLost(path);
      } catch (thrown) {
        this.#waiting.splice(at, 1);
        refuse(FoveaError.from(thrown));
        continue;
      }
      if (this.#mayBegin(path)) {
        this.#waiting.splice(at, 1);
        this.#running++;
        go();
      } else {
        at++;
      }
    }
  }
}

function isBeside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function notAnswering(path: string): FoveaError {
  return new FoveaError('io', 'the file does not answer', {
    where: path,
    next: 'Check the disk or network share it lies on; it is tried again once that answers',
  });
}
