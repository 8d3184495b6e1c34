/** The same model, picture and question as a prediction, for asking the engine more about it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ModelRef } from '../../engine/protocol.ts';
import { isModelOf } from './model-fingerprint.ts';
import { requireThisPicture } from '../../store/pictures/change.ts';
import { type PredictionSource, predictionSource } from '../../store/predictions/source.ts';
import type { Project } from '../../store/file/project.ts';
import { settlePicture } from '../pictures/settle.ts';

export interface Again {
  readonly source: PredictionSource;
  readonly model: ModelRef;
  /** Absolute path of the picture. */
  readonly imagePath: string;
}

/**
 * Throws `bad_input` for a label that came with an import, `not_found` without such a prediction, picture or model folder, `conflict` when the picture was replaced, and `bad_checkpoint` when the folder now holds
 * another model: what it says would be put beside what the first one said.
 */
export async function askAgain(project: Project, predictionId: number): Promise<Again> {
  const source = predictionSource(project.db, predictionId);
  if (source.imported) {
    throw new FoveaError('bad_input', 'the label came with an import: no model here made it', {
      where: source.model.dir,
      next: 'Label the sample with a model to ask about it',
    });
  }
  const { fingerprint, precision, ...folders } = source.model;
  const picture = await settlePicture(project, source.imageId, { fingerprint: false });
  if (picture.outcome === 'unshown') throw picture.error;
  requireThisPicture(project.db, predictionId);
  if (!(await isModelOf(folders, { ...folders, fingerprint }))) {
    throw new FoveaError('bad_checkpoint', 'the folder no longer holds the model that made this prediction', {
      where: folders.dir,
      next: 'Put the old files back, or label again with the new ones',
    });
  }
  return {
    source,
    imagePath: picture.path,
    model: {
      ...folders,
      device: 'auto',
      ...(precision === 'as-stored' ? {} : { precision }),
    },
  };
}
