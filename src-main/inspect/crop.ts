/**
 * The second answer of the sample on screen: to the crop that its maps give, which the prediction keeps when it has none
 * (relabelling leaves it without), or to a box of the reviewer's, which is only shown.
 */
import type { CropAnswer } from '../../src-shared/contract/inspect.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { Engine } from '../engine/protocol.ts';
import { askAgain } from '../jobs/asking/again.ts';
import { lookAt, secondAnswer } from '../jobs/asking/second-answer.ts';
import { transact } from '../store/db.ts';
import { addSecondStage, getPredictionMaps } from '../store/predictions/prediction.ts';
import type { Project } from '../store/file/project.ts';

export interface CropWish {
  readonly predictionId: number;
  /** Whole source pixels inside the picture; null: what the prediction's maps give. */
  readonly box: SourceXyxy | null;
}

/** Throws as `askAgain` does, `not_found` for lost maps, what the engine says, and `cancelled`. */
export async function cropAnswer(
  project: Project,
  engine: Engine,
  { predictionId, box }: CropWish,
  signal: AbortSignal,
): Promise<CropAnswer> {
  const again = await askAgain(project, predictionId);
  const { preset, sampleId } = again.source;
  const maps = box ? null : getPredictionMaps(project.db, predictionId);
  if (!box && !maps) {
    throw new FoveaError('not_found', 'the maps of this sample are lost', {
      next: 'Label again: it fills in what maps.db lost',
    });
  }
  const at = maps ? lookAt(maps) : { box: box as SourceXyxy };
  const secondStage = await secondAnswer(engine, again, preset, at, signal);
  const kept =
    box === null && transact(project.db, () => addSecondStage(project.db, predictionId, secondStage));
  const crop = secondStage.crop && [...secondStage.crop];
  return { predictionId, sampleId, secondStage: { ...secondStage, crop } as CropAnswer['secondStage'], kept };
}
