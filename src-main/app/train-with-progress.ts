/** Trains on a project in this process, with a bar: what `fovea train` does. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { counted } from '../../src-shared/contract/counts.ts';
import { writeAtomically } from '../files/atomic-file.ts';
import { curvePlot } from '../jobs/train/curve-plot.ts';
import type { CurvePlan, CurveReport } from '../jobs/train/curve.ts';
import type { TrainJobParams } from '../jobs/train/params.ts';
import { runCurve } from '../jobs/train/run-curve.ts';
import { runTrainJob, type TrainReport } from '../jobs/train/train.ts';
import type { Engine } from '../engine/protocol.ts';
import type { Project } from '../store/file/project.ts';
import { withEngine } from './engine.ts';
import { Progress, type ProgressStream } from './progress.ts';
import { withTrainer } from './trainer.ts';

const STAGES = { pictures: 'Comparing pictures', features: 'Computing features' } as const;

/** Bars of a training and what comes before it, one after the other. */
class Stages {
  readonly #stderr: ProgressStream;
  #progress: Progress | null = null;
  #name = '';

  constructor(stderr: ProgressStream) {
    this.#stderr = stderr;
  }

  show(name: string, done: number, total: number): void {
    if (this.#name !== name) {
      this.end();
      this.#progress = new Progress(name, this.#stderr);
      this.#name = name;
    }
    this.#progress?.update({ done, total, failed: 0, rate: null, etaSeconds: null });
  }

  end(): void {
    this.#progress?.end();
    this.#progress = null;
  }
}

/**
 * Works on a training job.
 * @param job gives its number once the engine can be asked about the model
 * @throws FoveaError `cancelled` when `signal` stopped it (the state is saved), and what the job throws
 */
export async function trainWithProgress(
  project: Project,
  job: (engine: Engine) => Promise<number>,
  stderr: ProgressStream,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<TrainReport> {
  const stages = new Stages(stderr);
  try {
    const report = await withEngine((engine) =>
      withTrainer(async (trainer) => {
        const id = await job(engine);
        return runTrainJob(project, engine, trainer, id, {
          signal,
          onAbort: 'release',
          onStage: (name, done, total) => stages.show(STAGES[name], done, total),
          onPoint: ({ settings }, { step, loss, heldOut, seconds }) => {
            stages.show('Training', step, settings.steps);
            const auc = heldOut?.auc ?? null;
            if (auc === null) return;
            const lost = loss === null ? '' : `loss ${loss.toFixed(4)}, `;
            say(`step ${step}: ${lost}held-out AUC ${auc.toFixed(4)} (${seconds.toFixed(0)} s)`);
          },
        });
      }),
    );
    if (report.ended !== 'stopped' && report.ended !== 'cancelled') return report;
    throw new FoveaError('cancelled', `Stopped after step ${report.steps}; the state is saved`, {
      where: project.path,
      next: `Go on with: fovea train ${project.path} --resume`,
    });
  } finally {
    stages.end();
  }
}

/** Runs a curve with a bar. Errors as `runCurve` */
export async function curveWithProgress(
  project: Project,
  plan: CurvePlan,
  params: (engine: Engine) => Promise<TrainJobParams>,
  stderr: ProgressStream,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<CurveReport> {
  const stages = new Stages(stderr);
  let done = 0;
  try {
    return await withEngine((engine) =>
      withTrainer(async (trainer) =>
        runCurve(project, engine, trainer, await params(engine), plan, {
          signal,
          onStage: (name, at, total) => stages.show(STAGES[name], at, total),
          onRow: ({ at, seed, samples, student }, of) => {
            stages.show('Trainings', ++done, of);
            const auc = student.auc === null ? 'unknown' : student.auc.toFixed(4);
            say(`${plan.kind} ${at}, seed ${seed} (${counted(samples, 'sample')}): AUC ${auc}`);
          },
        }),
      ),
    );
  } finally {
    stages.end();
  }
}

/** Writes the curve as a picture, whole or not at all. Errors as `writeAtomically` */
export async function writeCurvePlot(report: CurveReport, path: string): Promise<void> {
  await writeAtomically(path, (sink) => sink.write(curvePlot(report)));
}
