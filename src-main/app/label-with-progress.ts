/** Labels a project in this process, with a bar: what `fovea label`, `fovea demo` and the first `npm start` do. */
import { counted } from '../../src-shared/contract/counts.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { labelParams, modelFolders, type LabelWish } from '../jobs/label/params.ts';
import type { LabelJobParams } from '../jobs/label/run.ts';
import { runLabelJob, type LabelReport } from '../jobs/label/label.ts';
import type { Project } from '../store/file/project.ts';
import { Progress, type ProgressStream } from './progress.ts';
import { withEngine } from './engine.ts';
import { precisionWithProgress } from './precision-with-progress.ts';
import { quantiseWithProgress } from './quantise-with-progress.ts';
import { appResources } from './resources.ts';

/**
 * Labels what lacks a prediction. Stopping it keeps what is done; calling it again goes on.
 * @param agree hears what would be labelled before it is; what it throws ends it there
 * @throws FoveaError `cancelled` when `signal` stopped it, and what the job throws
 */
export async function labelWithProgress(
  project: Project,
  wish: LabelWish,
  stderr: ProgressStream,
  signal: AbortSignal,
  agree: (params: LabelJobParams) => Promise<void> = async () => undefined,
): Promise<LabelReport> {
  const progress = new Progress('Labelling', stderr);
  try {
    const report = await withEngine(async (engine) => {
      const resources = appResources();
      const folders = await modelFolders(project, wish, resources);
      const ref = { ...folders, device: wish.device ?? 'auto' };
      const settled = await precisionWithProgress(project, engine, ref, wish.precision, stderr, signal);
      await quantiseWithProgress({ ...folders, precision: settled.precision }, stderr, signal);
      const params = await labelParams(project, engine, { ...wish, ...settled }, resources);
      await agree(params);
      return runLabelJob(project, engine, params, {
        signal,
        onAbort: 'release',
        onProgress: (job) => progress.update(job),
      });
    });
    if (!report.cancelled) return report;
    throw new FoveaError('cancelled', `Stopped after ${counted(report.done, 'sample')}`, {
      where: project.path,
      next: `Go on with: fovea label ${project.path}`,
    });
  } finally {
    progress.end();
  }
}
