/** Removes a run in commits that others can work between: what was removed when it is stopped is gone, the rest is as it was. */
import { setImmediate as breathe } from 'node:timers/promises';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RunRemoval } from '../../../src-shared/contract/procedures.ts';
import type { ReadableDb } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import {
  countGoing,
  countStaying,
  endRemoval,
  leaveRun,
  removeLabels,
  requireRemovable,
} from '../../store/shown/run-removal.ts';

/** Labels counted before others have their turn. */
const COUNTED_AT_ONCE = 5000;

export interface RunRemovalOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Counted extends RunRemoval {
  /** The run that most undecided samples would show instead; null: none. */
  readonly most: number | null;
}

/** What removing a run would take away and leave; nothing is written. Throws as {@link removeRun}. */
export async function countRunRemoval({ db }: Pick<Project, 'db'>, runId: number): Promise<RunRemoval> {
  const { most: _, ...counts } = await count(db, runId);
  return counts;
}

/**
 * Removes what only this run made, and the run where nobody decided on a label of it.
 * @throws FoveaError `not_found`; `conflict` while something works with its labels, and where every label of it was decided on;
 *   `cancelled` (says how many labels are gone) by the signal; `read_only` and what the database says
 */
export async function removeRun(
  project: Project,
  runId: number,
  { signal, onProgress }: RunRemovalOptions = {},
): Promise<RunRemoval> {
  if (project.readOnly) throw project.readOnly;
  const { db } = project;
  const { most, ...counts } = await count(db, runId);
  await patiently(() => leaveRun(db, runId, most));
  let [gone, after] = [0, 0];
  for (;;) {
    if (signal?.aborted) {
      throw new FoveaError('cancelled', `stopped; ${gone} of ${counted(counts.labels, 'label')} removed`, {
        next: 'Remove the rest the same way',
      });
    }
    const chunk = await patiently(() => removeLabels(db, runId, after));
    if (chunk === null) break;
    gone += chunk.removed;
    after = chunk.last;
    onProgress?.(gone, counts.labels);
    await breathe();
  }
  const kept = await patiently(() => endRemoval(db, runId));
  return { ...counts, labels: gone, kept };
}

async function count(db: ReadableDb, runId: number): Promise<Counted> {
  requireRemovable(db, runId);
  const to = new Map<number | null, number>();
  let labels = 0;
  for (let after: number | null = 0; after !== null;) {
    const page = countGoing(db, runId, after, COUNTED_AT_ONCE);
    labels += page.labels;
    for (const [run, samples] of page.to) to.set(run, (to.get(run) ?? 0) + samples);
    after = page.next;
    await breathe();
  }
  const kept = countStaying(db, runId);
  if (labels === 0 && kept > 0) {
    throw new FoveaError('conflict', `a person decided on every label that run ${runId} has`, {
      next: 'Decisions stay with their labels, and the run with them; give it another name instead',
    });
  }
  const unlabelled = to.get(null) ?? 0;
  to.delete(null);
  const [most] = [...to].sort(([, a], [, b]) => b - a);
  return {
    labels,
    kept,
    elsewhere: [...to.values()].reduce((sum, n) => sum + n, 0),
    unlabelled,
    most: most?.[0] ?? null,
  };
}
