/**
 * A project that does not open, made whole again: from what is readable of its database, else from the newest sound copy,
 * and from the journal. What was there stays beside it. A sound project only gets what the journal has and it lacks.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { projectMigrations } from '../../../db/migrations/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { temporaryBeside } from '../../files/temporary.ts';
import { discard } from '../backup/backup.ts';
import { listCopies } from '../backup/copies.ts';
import { placeDatabase, restoreDatabase, syncFile } from './restore.ts';
import { storeError } from '../errors.ts';
import { checkHeader } from '../file/header.ts';
import { JOURNAL_FILE } from '../journal/journal.ts';
import { setStaleLogAside } from '../file/leftover-log.ts';
import { readDealt, readJournal, readRemovals, readRounds, readTags, readVerdicts } from '../journal/read.ts';
import { PROJECT_FILE } from '../file/connect.ts';
import { openProject } from '../file/project.ts';
import { refreshAllSampleStates } from '../samples/state.ts';
import { removeAgain, replay, type Replayed } from './replay.ts';
import { endRounds, replayRounds } from './replay-rounds.ts';
import { replayTags } from './replay-tags.ts';
import { replayVerdicts } from './replay-verdicts.ts';
import { mendSchema, schemaProblems } from '../file/schema-check.ts';
import { salvage, type Salvaged } from './salvage.ts';

export interface Repaired extends Replayed {
  /** What the database is now: as it was, put together from what could be read, or a copy of that name. */
  readonly database: 'sound' | 'rebuilt' | { readonly copy: string };
  /** Where the damaged one lies. */
  readonly aside: string | null;
  /** Where a log lies that belonged to another database; null: there was none. */
  readonly logAside: string | null;
  /** What of the schema was put back: triggers and indexes that were missing or changed, in words. */
  readonly schema: readonly string[];
  /** Rows that could not be carried over, by table. */
  readonly lost: Readonly<Record<string, number>>;
  /** Changes of tags put back. */
  readonly tags: number;
  /** Verdicts on answers put back. */
  readonly verdicts: number;
  /** Rounds of dealing put back. */
  readonly rounds: number;
  /** Samples that the copy still held and that had been removed since. */
  readonly removedAgain: number;
}

/**
 * @throws FoveaError `not_found` when the folder holds nothing of a project, `bad_project` when there is neither anything
 *   readable nor a sound copy, `project_too_new`, `no_space`, `read_only`
 */
export async function repairProject(folder: string, now = new Date()): Promise<Repaired> {
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file) && listCopies(folder).length === 0) {
    throw new FoveaError('not_found', 'there is neither a project nor a copy of one here', {
      where: folder,
      next: 'Give the folder that held project.db',
    });
  }
  const logAside = setStaleLogAside(folder, file);
  const { database, aside, lost } = whyUnsound(file) === null ? SOUND : rebuild(folder, now);
  const schema = mendedSchema(file);
  const project = openProject(folder);
  try {
    if (database !== 'sound') refreshAllSampleStates(project.db);
    const journal = join(folder, JOURNAL_FILE);
    const removals = await readRemovals(journal);
    // A sound database holds what it shall hold, also where somebody put an older one back on purpose.
    const removedAgain = database === 'sound' ? 0 : removeAgain(project.db, removals);
    const said = await readRounds(journal);
    const rounds = await replayRounds(project.db, said, readDealt(journal), removals);
    const counts = await replay(project.db, readJournal(journal), removals);
    endRounds(project.db, said);
    const tags = await replayTags(project.db, readTags(journal), removals);
    const verdicts = await replayVerdicts(project.db, readVerdicts(journal), removals);
    return { tags, verdicts, rounds, database, aside, logAside, lost, schema, removedAgain, ...counts };
  } finally {
    project.close();
  }
}

type Outcome = Pick<Repaired, 'database' | 'aside' | 'lost'>;
const SOUND: Outcome = { database: 'sound', aside: null, lost: {} };

/** In words what is wrong with a database, whole-file check included; null: nothing. @throws `project_too_new` */
export function whyUnsound(file: string): string | null {
  if (!existsSync(file)) return 'project.db is missing';
  try {
    checkHeader(file, projectMigrations.at(-1)?.version ?? 0);
    const db = new Database(file);
    try {
      const answer = db.pragma('integrity_check(1)', { simple: true });
      if (answer !== 'ok') return String(answer);
      return schemaProblems(db, projectMigrations).find(({ mend }) => mend === null)?.words ?? null;
    } finally {
      db.close();
    }
  } catch (thrown) {
    const error = storeError(thrown, file);
    if (error.code === 'bad_project') return error.message;
    throw error;
  }
}

function mendedSchema(file: string): string[] {
  const db = new Database(file);
  try {
    return mendSchema(db, projectMigrations);
  } catch (thrown) {
    throw storeError(thrown, file);
  } finally {
    db.close();
  }
}

function rebuild(folder: string, now: Date): Outcome {
  const file = join(folder, PROJECT_FILE);
  const made = existsSync(file) ? trySalvage(folder, file) : null;
  if (made) {
    return { database: 'rebuilt', aside: placeDatabase(folder, made.file, 'damaged', now), lost: made.lost };
  }
  for (const copy of listCopies(folder)) {
    if (whyUnsound(copy.path) !== null) continue;
    return { database: { copy: copy.name }, aside: restoreDatabase(folder, copy.path, now), lost: {} };
  }
  throw new FoveaError(
    'bad_project',
    'nothing of the database can be read, and there is no sound copy of it',
    {
      where: file,
      next: `Restore the folder from a backup of your own; the decisions are in ${JOURNAL_FILE} as text`,
    },
  );
}

/** A new database with what could be read; null when its samples could not. */
function trySalvage(folder: string, file: string): { file: string; lost: Salvaged['lost'] } | null {
  const target = temporaryBeside(join(folder, PROJECT_FILE));
  try {
    const { rows, lost } = salvage(file, target);
    if ((rows.sample ?? 0) === 0 || (rows.project ?? 0) !== 1 || whyUnsound(target) !== null) {
      discard(target);
      return null;
    }
    syncFile(target);
    return { file: target, lost };
  } catch (thrown) {
    discard(target);
    const error = storeError(thrown, file);
    if (error.code === 'no_space' || error.code === 'read_only') throw error;
    return null;
  }
}
