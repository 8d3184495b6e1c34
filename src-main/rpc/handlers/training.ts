import type { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnVersions, trainingWishSchema } from '../../../src-shared/contract/procedures/training.ts';
import { Newest } from '../../inspect/newest.ts';
import { activateVersion } from '../../jobs/rpn/activate.ts';
import { baseOfProject } from '../../jobs/rpn/base.ts';
import { modelFolders } from '../../jobs/label/params.ts';
import type { Resources } from '../../jobs/presets/resources.ts';
import { trainPlan } from '../../jobs/train/plan.ts';
import { cancelTraining, finishTraining, pauseTraining, resumeTraining } from '../../jobs/train/requests.ts';
import { trainingStandings } from '../../jobs/train/standing.ts';
import { addTrainJob } from '../../jobs/train/train.ts';
import { parentOf, type TrainWish, trainParams } from '../../jobs/train/wish.ts';
import type { Project } from '../../store/file/project.ts';
import { labellingRun } from '../../store/runs/run.ts';
import { getRpn, listRpns, requireFreeName, rpnFolder } from '../../store/training/rpn.ts';
import { trainingRunOfJob } from '../../store/training/training-run.ts';
import type { Session } from '../session.ts';
import { freeSession, type HandlerContext, type Handlers } from './context.ts';
import { queued } from './jobs.ts';

/** What a page asks about its wishes, the newest wish only. */
const planning = new WeakMap<Session, Newest>();

export const trainingHandlers = {
  'training.plan': ({ session, publish, options: { resources } }, { slot, wish }) => {
    const open = session();
    const newest = planning.get(open) ?? new Newest();
    planning.set(open, newest);
    return open.task((closing) =>
      newest.run(slot, closing, (signal) =>
        trainPlan(open.project, wishOf(open.project, wish), resources, {
          signal,
          onProgress: (done, total) => publish('training.looking', { slot, done, total }),
        }),
      ),
    );
  },

  'training.start': async (context, wish) => {
    const open = await freeSession(context);
    const { engine, resources, training } = context.options;
    const { project } = open;
    if (project.readOnly) throw project.readOnly;
    if (!training) throw new FoveaError('internal', 'this host has no way to train');
    if (wish.name !== null) requireFreeName(project.db, wish.name);
    const params = await trainParams(project, engine, wishOf(project, wish), resources, training.versions);
    const { id } = queued(open, await addTrainJob(project, params));
    return open.training.changed(trainingRunOfJob(project.db, id)!.id);
  },

  'training.runs': ({ session }) => trainingStandings(session().project.db),

  'training.points': ({ session }, { runId, after }) => session().training.points(runId, after),

  'training.pause': (context, { runId }) => asked(context, runId, pauseTraining),
  'training.resume': (context, { runId }) => asked(context, runId, resumeTraining),
  'training.finish': (context, { runId }) => asked(context, runId, finishTraining),
  'training.cancel': (context, { runId }) => asked(context, runId, cancelTraining),

  'training.versions': async ({ session, options: { resources } }) => {
    const { project } = session();
    const [base, inUse] = [await knownBase(project), await versionInUse(project, resources)];
    return { versions: listRpns(project.db), base, inUse };
  },

  'training.activate': async (context, { rpnId }) => {
    const open = await freeSession(context);
    const { project } = open;
    const version = rpnId === null ? null : getRpn(project.db, rpnId);
    const activated = await activateVersion(project, await baseOfProject(project), version);
    context.publish('training.versions', {});
    open.samplesChanged();
    open.projectChanged(true);
    return activated;
  },
} satisfies Partial<Handlers>;

/** What a page wishes, in the job's words. Throws `not_found` for a version that is not there. */
function wishOf(project: Project, wish: z.output<typeof trainingWishSchema>): TrainWish {
  const { data, fresh, settings, name, truth, rpnId } = wish;
  const rpnDir = rpnId === null ? undefined : rpnFolder(project.path, getRpn(project.db, rpnId).id);
  return { model: { modelDir: null, presetId: null, rpnDir }, fresh, data, settings, name, truth };
}

async function asked(
  context: HandlerContext,
  runId: number,
  ask: (project: Project, runId: number) => void | Promise<void>,
) {
  const open = await freeSession(context);
  if (open.project.readOnly) throw open.project.readOnly;
  await ask(open.project, runId);
  open.queue.wake();
  const standing = open.training.changed(runId);
  const job = standing.run.jobId === null ? null : open.job(standing.run.jobId);
  if (job) open.jobChanged(job);
  return standing;
}

/** As labelling finds it; null where it finds no model, for that is said where it labels. */
async function versionInUse(project: Project, resources: Resources): Promise<number | null> {
  try {
    const wish = { modelDir: null, presetId: null, answerMode: 'self', limit: null } as const;
    return parentOf(project, (await modelFolders(project, wish, resources)).rpnDir);
  } catch {
    return null;
  }
}

/** The base that versions are of; null where nobody can say, for a list of versions is there without it. */
async function knownBase(project: Project): Promise<RpnVersions['base']> {
  const { db } = project;
  try {
    const { dir, fingerprint } = await baseOfProject(project);
    return { name: labellingRun(db)!.modelName, dir, fingerprint };
  } catch {
    return null;
  }
}
