/** Keeps a way back while a project is open: the copy of the day, and word of what cannot be kept. */
import type { Keeping } from '../../src-shared/contract/procedures.ts';
import { type Automatic, backUpDaily } from '../store/backup/backup.ts';
import { listCopies } from '../store/backup/copies.ts';
import { JOURNAL_FILE } from '../store/journal/journal.ts';
import type { Project } from '../store/file/project.ts';

/** A project that stays open over midnight gets the next day's copy within an hour. */
const LOOK_AGAIN_MS = 3_600_000;
/** Whoever opens a project looks at it first. */
const FIRST_COPY_MS = 10_000;
const MOST_SHOWN = 20;

export interface Keeper {
  state(): Keeping;
  /** Looks whether something can no longer be kept, and tells. Cheap: called after each decision. */
  check(): void;
  stop(): void;
}

/** @param run runs a long call that closing waits for; @param tell hears of every change */
export function keepWayBack(
  project: Project,
  run: (body: () => Promise<void>) => Promise<void>,
  tell: (keeping: Keeping) => void,
  firstCopyMs = FIRST_COPY_MS,
): Keeper {
  let leftOut = whyLeftOut(project.beforeMigration);
  let problem = project.journalProblem();
  const state = (): Keeping => ({
    folder: project.path,
    copies: listCopies(project.path)
      .slice(0, MOST_SHOWN)
      .map(({ name, kind, day, bytes }) => ({ name, kind, day, bytes })),
    leftOut,
    logAside: project.logAside,
    journal: JOURNAL_FILE,
    journalProblem: project.journalProblem(),
  });
  const copy = (): void => {
    if (project.readOnly) return;
    void run(async () => {
      const outcome = await backUpDaily(project.db, project.path);
      leftOut = whyLeftOut(outcome) ?? (outcome === null ? leftOut : null);
      if (outcome) tell(state());
    });
  };
  const first = setTimeout(copy, firstCopyMs);
  const timer = setInterval(copy, LOOK_AGAIN_MS);
  first.unref();
  timer.unref();
  return {
    state,
    check() {
      const now = project.journalProblem();
      if (now === problem) return;
      problem = now;
      tell(state());
    },
    stop() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}

function whyLeftOut(outcome: Automatic): string | null {
  return outcome && 'leftOut' in outcome ? outcome.leftOut : null;
}
