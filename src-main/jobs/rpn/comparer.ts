/**
 * Compares in a thread, so that whoever answers everybody is held up by neither thousands of maps nor the draws of an interval. The
 * thread stays for as long as somebody compares: it knows what it measured.
 */
import type { Compared, ComparedAgainst, ComparedOver } from '../../../src-shared/contract/training.ts';
import { threadEntry } from '../../files/thread-entry.ts';
import type { Project } from '../../store/file/project.ts';
import { LastingThread, type ThreadHooks } from '../lasting-thread.ts';
import { type FromCompareThread, fromCompareThreadSchema, type ToCompareThread } from './compare-wire.ts';

const ENTRY = threadEntry('compare-thread', new URL('./compare-thread.ts', import.meta.url));

export type ComparerHooks = ThreadHooks;

export interface CompareTask {
  readonly sides: readonly [Compared, Compared];
  readonly against: ComparedAgainst;
  readonly over: ComparedOver | null;
}

/** A comparison, its samples packed and in order (`compared-table.ts`). */
export type ComparedPacked = Omit<Extract<FromCompareThread, { type: 'done' }>, 'type' | 'id'>;

export class Comparer {
  readonly #project: Project;
  readonly #thread = new LastingThread<Omit<ToCompareThread, 'id' | 'stop'>, ComparedPacked>(
    ENTRY,
    (raw) => fromCompareThreadSchema.parse(raw),
    'comparing',
  );

  constructor(project: Project) {
    this.#project = project;
  }

  /** Errors as `compareVersions`; `cancelled` by the signal, `internal` when the thread dies. */
  compare({ sides: [a, b], against, over }: CompareTask, hooks: ComparerHooks): Promise<ComparedPacked> {
    return this.#thread.ask({ projectPath: this.#project.path, sides: [a, b], against, over }, hooks);
  }

  /** The thread ends once nobody waits for it any more. */
  end(): void {
    this.#thread.end();
  }
}
