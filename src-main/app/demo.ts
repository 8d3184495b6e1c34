/** The demo project: made when missing, labelled when it is not, so that an interrupted first run is simply gone on with. */
import { createDemoProject } from '../jobs/import/demo-project.ts';
import type { LabelReport } from '../jobs/label/label.ts';
import { isProject, openProject } from '../store/file/project.ts';
import { projectSummary } from '../store/dashboard/summary.ts';
import type { ProgressStream } from './progress.ts';
import { labelWithProgress } from './label-with-progress.ts';
import { appResources } from './resources.ts';

export interface DemoReport {
  readonly created: boolean;
  /** Null when every sample had a prediction already. */
  readonly labelled: LabelReport | null;
  readonly samples: number;
}

/**
 * Makes sure that `dir` holds a labelled demo project.
 * @throws FoveaError as {@link createDemoProject}, {@link openProject} and {@link labelWithProgress}
 */
export async function ensureDemo(
  dir: string,
  stderr: ProgressStream,
  signal: AbortSignal,
): Promise<DemoReport> {
  const created = !isProject(dir);
  if (created) stderr.write(`Making the demo project in ${dir}\n`);
  const project = created ? await createDemoProject(dir, appResources()) : openProject(dir);
  try {
    const { samples, byState } = projectSummary(project.db, project.path);
    const wish = { modelDir: null, presetId: null, answerMode: 'self', limit: null } as const;
    const labelled = byState.unlabelled > 0 ? await labelWithProgress(project, wish, stderr, signal) : null;
    return { created, labelled, samples };
  } finally {
    project.close();
  }
}
