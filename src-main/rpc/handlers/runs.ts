import { addGoOnJob } from '../../jobs/queue/go-on.ts';
import { runStandings } from '../../store/shown/run-list.ts';
import { putBackRun, takeBackRun } from '../../store/shown/run-shown.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';
import { queued } from './jobs.ts';

export const runHandlers = {
  'runs.list': ({ session }) => runStandings(session().project.db),

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
} satisfies Partial<Handlers>;

function changed<T>(open: Session, change: T): T {
  open.scoreMissing();
  open.samplesChanged();
  open.projectChanged(true);
  return change;
}
