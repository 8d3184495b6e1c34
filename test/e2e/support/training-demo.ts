/** The labelled demo project with a dozen of its samples left, for specs that train on it. */
import type { TestContext } from 'node:test';
import { transact } from '../../../src-main/store/db.ts';
import { getPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { sampleIdsAfter } from '../../../src-main/store/samples/query.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { demoProject } from './demo-project.ts';

/** @param corrected of how many samples a person moved the region by a cell */
export async function trainingDemo(
  t: Pick<TestContext, 'after'>,
  { samples = 12, corrected = 0 } = {},
): Promise<string> {
  const path = await demoProject(t);
  const project = openProject(path);
  try {
    const { db } = project;
    const ids = sampleIdsAfter(db, 0, 1000);
    transact(db, () => removeSamples(db, ids.slice(samples)));
    for (const sampleId of ids.slice(0, corrected)) {
      const predictionId = sampleState(db, sampleId)!.predictionId!;
      const { label } = getPrediction(db, predictionId).prediction;
      const moved = Uint8Array.from(label, (_, i) => label[Math.max(0, i - 1)]!);
      submitReview(
        db,
        { sampleId, decision: 'correct', label: moved, predictionId, reviewer: 'ann', note: null },
        undefined,
      );
    }
  } finally {
    project.close();
  }
  return path;
}
