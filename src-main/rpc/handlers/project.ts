import { basename, join, resolve } from 'node:path';
import type { ProjectSummary } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { guardedStat } from '../../files/plain-file.ts';
import { createDemoProject } from '../../jobs/import/demo-project.ts';
import { labelParams } from '../../jobs/label/params.ts';
import { addLabelJob } from '../../jobs/label/label.ts';
import { runPrompts } from '../../jobs/label/run-prompts.ts';
import type { ReadableDb } from '../../store/db.ts';
import { unfinishedJobs } from '../../store/jobs/job.ts';
import { createProject, isProject, openProject, PROJECT_FILE } from '../../store/file/project.ts';
import { samplesWithoutMaps } from '../../store/shown/sample-run.ts';
import { activeRunId, setActiveRun } from '../../store/runs/run.ts';
import { renameProject } from '../../store/file/rename.ts';
import { projectSummary } from '../../store/dashboard/summary.ts';
import { forgetProject, forgetProjects, recentProjects, renameRemembered } from '../recent-projects.ts';
import { seenBy } from '../caller.ts';
import type { Session } from '../session.ts';
import { freeSession, type Handlers } from './context.ts';

/** SQLite waits for a share that does not answer, and everybody with it. Throws `io`; what is not there is said elsewhere. */
async function requireAnswer(path: string): Promise<void> {
  await guardedStat(join(path, PROJECT_FILE)).catch((thrown: unknown) => {
    if (thrown instanceof FoveaError) throw thrown;
  });
}

export const projectHandlers = {
  'project.open': async ({ open }, { path }) => {
    await requireAnswer(path);
    return summary(await open(path, async () => openProject(path)));
  },

  'project.create': async ({ open }, { path }) =>
    summary(await open(path, () => createProject(path, basename(resolve(path))))),

  'project.demo': async ({ open, options }, input) => {
    const dir = input.dir ?? options.demoProjectDir;
    const session = await open(dir, async () =>
      isProject(dir) ? openProject(dir) : createDemoProject(dir, options.resources),
    );
    const { project, queue } = session;
    if (somethingToLabel(project.db) && !unfinishedJobs(project.db).some(({ type }) => type === 'label')) {
      const wish = { modelDir: null, presetId: null, answerMode: 'self', limit: null } as const;
      addLabelJob(project, await labelParams(project, options.engine, wish, options.resources));
      queue.wake();
    }
    return summary(session);
  },

  'project.recent': ({ options }) => recentProjects(options.recentFile ?? null),

  'project.forgetRecent': async ({ options, publish }) => {
    await forgetProjects(options.recentFile ?? null);
    publish('project.remembered', {});
    return [];
  },

  'project.forget': async ({ options, publish }, { path }) => {
    const file = options.recentFile ?? null;
    await forgetProject(file, path);
    publish('project.remembered', {});
    return recentProjects(file);
  },

  'project.rename': async (context, { name }) => {
    const open = await freeSession(context);
    renameProject(open.project.db, name);
    await renameRemembered(context.options.recentFile ?? null, open.project.path, name);
    open.projectChanged(true);
    context.publish('project.remembered', {});
    return summary(open);
  },

  'project.summary': ({ session, seen, caller }) => {
    const { path, readOnly } = session().project;
    return seenBy(caller, { ...projectSummary(seen(), path), readOnly: readOnly?.toWire() ?? null });
  },

  'project.prompts': ({ session }) => runPrompts(session().project),

  'project.keeping': ({ session }) => session().keeper.state(),

  'project.setActiveRun': ({ session }, { runId }) => {
    const open = session();
    setActiveRun(open.project.db, runId);
    open.scoreMissing();
    open.projectChanged(true);
    return summary(open);
  },
} satisfies Partial<Handlers>;

/** Going by what samples show: where a recipe was applied, that is not the active run's everywhere. */
function somethingToLabel(db: ReadableDb): boolean {
  return activeRunId(db) === null || samplesWithoutMaps(db, 1).length > 0;
}

function summary({ project }: Session): ProjectSummary {
  return projectSummary(project.db, project.path);
}
