/** What workers are told of a run of a project. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PlannedRun } from '../../jobs/label/run.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import type { Project } from '../../store/file/project.ts';
import { madeRuns } from '../../store/runs/prompt.ts';
import { FORMAT, presetFingerprint, type RunSpec } from '../protocol/spec.ts';

export interface SpecOptions {
  /** Of this program. */
  readonly version: string;
  readonly chunkSize: number;
  readonly samples: number;
  /** Where workers reach the host's pictures; null: they do not. */
  readonly url: string | null;
}

/** @throws FoveaError `internal` where the run does not say with which prompt it was made */
export function specOf(project: Project, run: PlannedRun, options: SpecOptions): RunSpec {
  const made = madeRuns(project.db).find(({ id }) => id === run.runId);
  if (!made?.prompt) throw new FoveaError('internal', `run ${run.runId} does not say what it was asked with`);
  const { questionMap, rpn, secondStage } = run.want;
  return {
    format: FORMAT,
    version: options.version,
    project: project.path,
    model: {
      name: run.model.dir.split(/[\\/]/).findLast(Boolean) ?? run.model.dir,
      fingerprint: made.model.fingerprint,
      precision: made.model.precision,
    },
    preset: run.preset,
    presetSha256: presetFingerprint(run.preset),
    promptSha256: made.prompt.sha256,
    answerMode: run.answerMode,
    want: { questionMap, rpn, secondStage },
    pictures: {
      url: options.url,
      roots: rootsInUse(project.db, project.path).map(({ id, dir }) => ({ id, dir })),
    },
    chunkSize: options.chunkSize,
    samples: options.samples,
  };
}
