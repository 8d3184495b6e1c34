/** One sample's features, asked of the engine and kept. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { FeatureKey } from '../../features/key.ts';
import type { Project } from '../../store/file/project.ts';
import { getSample } from '../../store/samples/sample.ts';
import { DEATHS_IN_A_ROW, DEATHS_OF_POISON } from '../lease/fatal.ts';
import { pictureToShow, requireUntouched } from '../pictures/at-work.ts';
import type { ProjectFeatures } from './project-features.ts';

/** Who computes, and how often in a row the engine died at it. */
export interface Computing {
  readonly project: Project;
  readonly engine: Engine;
  readonly features: ProjectFeatures;
  readonly signal: AbortSignal | undefined;
  deathsInARow: number;
}

/** A sample's place among the kept ones, of the picture that is there now. Errors as `pictureToShow` and `getSample` */
export async function placeOf(
  { project, features }: Pick<Computing, 'project' | 'features'>,
  sampleId: number,
): Promise<{ readonly key: FeatureKey; readonly imageId: number }> {
  const sample = getSample(project.db, sampleId);
  await pictureToShow(project, sample.imageId);
  return { key: features.keyOf(sample), imageId: sample.imageId };
}

/**
 * Computes, keeps and gives them. An engine that dies is asked again.
 * @returns bytes for `decodeFeatures`
 * @throws FoveaError of the sample; `engine_died` of one that kills it every time, and `internal` when nothing else ever comes
 *   of it; what the disk says
 */
export async function computeFeatures(computing: Computing, sampleId: number): Promise<Uint8Array> {
  const { project, engine, features, signal } = computing;
  const { model, preset, layer } = features.source;
  for (let deaths = 0; ;) {
    const sample = getSample(project.db, sampleId);
    const picture = await pictureToShow(project, sample.imageId);
    try {
      const { question } = sample;
      const encodings = features.encodings(false);
      const asked = { model, preset, imagePath: picture.path, question, layer, encodings };
      const outcome = await engine.features(asked, signal);
      computing.deathsInARow = 0;
      await requireUntouched(project, sample.imageId, picture.version);
      await features.put(features.keyOf(sample), outcome.features);
      return outcome.features;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (error.code !== 'engine_died' || signal?.aborted) throw error;
      deaths++;
      if (++computing.deathsInARow >= DEATHS_IN_A_ROW) {
        throw new FoveaError('internal', `the engine died ${DEATHS_IN_A_ROW} times in a row`, {
          next: 'Run fovea doctor, then do it again: what was computed is kept',
        });
      }
      if (deaths >= DEATHS_OF_POISON) throw error;
    }
  }
}
