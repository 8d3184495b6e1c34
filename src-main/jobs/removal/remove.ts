/**
 * Removes samples from a project. Where decisions would go, the database is copied first: `fovea restore` takes the removal
 * back, and the journal keeps what was decided either way.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { backUp, ensureDir } from '../../store/backup/backup.ts';
import { copyName, noRoomFor } from '../../store/backup/copies.ts';
import { JournalFile } from '../../store/journal/file.ts';
import { JOURNAL_FILE } from '../../store/journal/journal.ts';
import { removalLines } from '../../store/journal/removal-line.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { dropUnused, storedPicturesOf } from '../pictures/stored.ts';
import { forgetStrayEmbeddings } from '../../store/embeddings/embedding.ts';
import {
  chunksOf,
  countRemoval,
  forgetEmptyImports,
  type RemovalCounts,
  removeSamples,
} from '../../store/samples/removal.ts';

export interface RemovalReport extends RemovalCounts {
  /** The database from before, or null: nothing that was decided went. */
  readonly copy: string | null;
}

export interface RemovalOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Removes these samples. @param ids ascending
 * @throws FoveaError `cancelled` (says how many are gone), `no_space` and what the database says; `io` when the journal lacks
 *   decisions, which nothing may take away then
 */
export async function removeFromProject(
  project: Project,
  ids: readonly number[],
  { signal, onProgress }: RemovalOptions = {},
): Promise<RemovalReport> {
  if (project.readOnly) throw project.readOnly;
  const { db } = project;
  const counts = countRemoval(db, ids);
  const copy = counts.decided > 0 ? await copyBefore(project) : null;
  const journal = new JournalFile(join(project.path, JOURNAL_FILE));
  let gone = 0;
  try {
    for (const chunk of chunksOf(ids)) {
      if (signal?.aborted) {
        throw new FoveaError(
          'cancelled',
          `stopped; ${gone} of ${counted(counts.samples, 'sample')} removed`,
          {
            next: 'Remove the rest the same way',
          },
        );
      }
      // Said first: a removal that the journal knows of and that then fails takes nothing away.
      journal.append(removalLines(db, chunk));
      const pictures = storedPicturesOf(db, chunk);
      gone += await patiently(() => removeSamples(db, chunk));
      // The copy from before shows them.
      if (copy === null) await patiently(() => dropUnused(project, pictures));
      onProgress?.(gone, counts.samples);
      await breathe();
    }
  } finally {
    journal.close();
    await patiently(() => forgetEmptyImports(db));
    await patiently(() => forgetStrayEmbeddings(db));
  }
  return { ...counts, copy };
}

async function copyBefore(project: Project): Promise<string> {
  const problem = project.journalProblem();
  if (problem !== null) {
    throw new FoveaError('io', `the journal lacks decisions: ${problem}`, {
      where: join(project.path, JOURNAL_FILE),
      next: 'Decisions must be in the journal before their samples are removed; make it writable, then remove them',
    });
  }
  const lack = noRoomFor(project.path, statSync(project.db.name).size);
  if (lack !== null) {
    throw new FoveaError('no_space', lack, {
      where: project.path,
      next: 'Free some space: before decisions are removed the project is copied',
    });
  }
  const file = join(ensureDir(project.path), copyName(new Date(), 'manual'));
  await backUp(project.db, file);
  return file;
}
