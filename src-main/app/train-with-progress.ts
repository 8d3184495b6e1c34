/** Trains on a project in this process, with a bar: what `fovea train` does. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { runTrainJob, type TrainReport } from '../jobs/train/train.ts';
import type { Engine } from '../engine/protocol.ts';
import type { Project } from '../store/file/project.ts';
import { inApp } from './app-root.ts';
import { withEngine } from './engine.ts';
import { Progress, type ProgressStream } from './progress.ts';
import { withTrainer } from './trainer.ts';
import { appVersion } from './version.ts';

const STAGES = { pictures: 'Comparing pictures', features: 'Computing features' } as const;
const packageSchema = z.object({ dependencies: z.object({ 'onnxruntime-node': z.string() }) });

/** What a run keeps of the programs that compute. */
export function versions(): { readonly fovea: string; readonly onnxruntime: string } {
  const { dependencies } = packageSchema.parse(JSON.parse(readFileSync(inApp('package.json'), 'utf8')));
  return { fovea: appVersion(), onnxruntime: dependencies['onnxruntime-node'] };
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
  let progress = new Progress('Training', stderr);
  let stage = '';
  const show = (name: string, done: number, total: number): void => {
    if (stage !== name) {
      progress.end();
      progress = new Progress(name, stderr);
      stage = name;
    }
    progress.update({ done, total, failed: 0, rate: null, etaSeconds: null });
  };
  try {
    const report = await withEngine((engine) =>
      withTrainer(async (trainer) => {
        const id = await job(engine);
        return runTrainJob(project, engine, trainer, id, {
          signal,
          onAbort: 'release',
          onStage: (name, done, total) => show(STAGES[name], done, total),
          onPoint: ({ settings }, { step, loss, heldOut, seconds }) => {
            show('Training', step, settings.steps);
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
    progress.end();
  }
}
