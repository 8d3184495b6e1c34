/** Another run of a generated project that says something else than the one on screen, on some of its samples. */
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { BG, FG } from '../../../src-shared/kernels/types.ts';
import { transact } from '../../../src-main/store/db.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { putMaps } from '../../../src-main/store/scores/maps.ts';
import { putPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { ensureRun, getRun } from '../../../src-main/store/runs/run.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';

/** Raw attention of the second run inside its label and outside; exact as float16. */
export const INSIDE = 0.75;
export const OUTSIDE = 0.25;

/**
 * Adds the run; the one on screen stays. Its label is foreground in the first four rows and background below.
 * @returns the run's id and that label, `[H*W]` on the grid of the first run
 */
export function addSecondRun(
  path: string,
  sampleIds: readonly number[],
): { readonly runId: number; readonly label: Int8Array } {
  const project = openProject(path);
  const { db } = project;
  try {
    const first = sampleDetail(db, sampleIds[0]!).prediction!;
    const { preset } = getRun(db, first.runId);
    const { grid, transform } = first;
    const [rows, cols] = grid;
    const label = Int8Array.from({ length: rows * cols }, (_, i) => (i < 4 * cols ? FG : BG));
    const bits = encodeFloat16(Float32Array.from(label, (value) => (value === FG ? INSIDE : OUTSIDE)));
    const maps = {
      grounding: { grid, transform, bits },
      sink: null,
      question: null,
      denoised: { grid, transform, bits },
      rpn: null,
    };
    const runId = transact(db, () => {
      const modelId = ensureModel(db, {
        fingerprint: 'second',
        dir: '/models/second',
        name: 'second',
        family: preset.family,
      });
      const presetId = ensurePreset(db, { ...preset, id: 'second', name: 'Second' });
      const id = ensureRun(db, { modelId, presetId, settings: {}, answerMode: 'self' });
      for (const sampleId of sampleIds) {
        putPrediction(db, id, sampleId, putMaps(db, maps), {
          answer: 'second',
          answerTokens: [1],
          grid,
          transform,
          labels: label,
          dropped: null,
          boxes: { raw: [], denoised: [], rpn: [] },
          secondStage: null,
          timings: { total: 1 },
          device: 'cpu',
        });
      }
      return id;
    });
    return { runId, label };
  } finally {
    project.close();
  }
}
