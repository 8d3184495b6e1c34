import { addGoOnJob } from '../../jobs/queue/go-on.ts';
import { countRunRemoval, removeRun } from '../../jobs/removal/remove-run.ts';
import { renameRun } from '../../store/runs/run.ts';
import { runStandings } from '../../store/shown/run-list.ts';
import { putBackRun, takeBackRun } from '../../store/shown/run-shown.ts';
import type { Session } from '../session.ts';
import { freeSession, type Handlers } from './context.ts';
import { during } from './during.ts';
import { queued } from './jobs.ts';

export const runHandlers = {
  'runs.list': ({ session }) => runStandings(session().project),

  'runs.takeBack': ({ session }, { runId }) => {
    const open = session();
    return changed(open, takeBackRun(open.project.db, runId));
  },

  'runs.putBack': ({ session }, { runId }) => {
    const open = session();
    return changed(open, putBackRun(open.project.db, runId));
  },

  'runs.goOn': ({ session }, { runId }) => {
    const open = session();
    return queued(open, addGoOnJob(open.project, runId));
  },

  'runs.rename': ({ session }, { runId, name }) => {
    const open = session();
    const run = renameRun(open.project.db, runId, name);
    open.projectChanged(true);
    return run;
  },

  'runs.removal': ({ session }, { runId }) => countRunRemoval(session().project, runId),

  'runs.remove': async (context, { runId, slot }) => {
    const open = await freeSession(context);
    return during(open, context.publish, slot, async (signal, onProgress) => {
      try {
        return await removeRun(open.project, runId, { signal, onProgress });
      } finally {
        changed(open, null);
      }
    });
  },
} satisfies Partial<Handlers>;

function changed<T>(open: Session, change: T): T {
  open.scoreMissing();
  open.samplesChanged();
  open.projectChanged(true);
  return change;
}
