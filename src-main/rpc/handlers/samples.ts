import { setTimeout as sleep } from 'node:timers/promises';
import type { PlacedMapBytes } from '../../../src-shared/contract/domain.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { pictureNotes } from '../../checkpoint/image/shown.ts';
import { settlePicture } from '../../jobs/pictures/settle.ts';
import { mapToBytes } from '../../store/bytes.ts';
import { pictureProblem } from '../../store/pictures/version.ts';
import { getPredictionMaps, predictionsOfSample } from '../../store/predictions/prediction.ts';
import type { Project } from '../../store/file/project.ts';
import { sampleAnswers } from '../../store/shown/sample-answers.ts';
import { sampleScores } from '../../store/shown/sample-scores.ts';
import { sampleDetail } from '../../store/shown/sample-detail.ts';
import { histograms } from '../../store/samples/histograms.ts';
import { countSamples, listSamples, samplePosition } from '../../store/samples/query.ts';
import { getSample } from '../../store/samples/sample.ts';
import { nextUndecided } from '../../store/samples/undecided.ts';
import { findImageFile } from '../image-file.ts';
import type { Handlers } from './context.ts';

/** Looking at a file takes far less, unless its disk is asleep or gone. */
const PATIENCE_MS = 2000;

export const sampleHandlers = {
  'samples.list': ({ seen }, { filter, sort, offset, limit }) => {
    const db = seen();
    return { total: countSamples(db, filter), rows: listSamples(db, filter, offset, limit, sort) };
  },

  'samples.undecided': ({ seen }, { filter, sort, sampleId, back }) =>
    nextUndecided(seen(), filter, sort, sampleId, back),

  'samples.position': ({ seen }, { filter, sort, id }) => ({
    position: samplePosition(seen(), filter, id, sort),
  }),

  'samples.get': async ({ session, seen }, { id }) => {
    const { project, care } = session();
    const { imageId } = getSample(seen(), id);
    // What is shown over the picture must be of this picture; a disk that does not answer is not waited for.
    const looked = await Promise.race([
      lookAtPicture(project, imageId),
      sleep(PATIENCE_MS, null, { ref: false }),
    ]);
    if (looked) care.changed();
    const detail = sampleDetail(seen(), id);
    if (looked !== null) return detail;
    return { ...detail, image: { ...detail.image, problem: 'its disk does not answer' } };
  },

  'samples.predictions': ({ seen }, { id }) => predictionsOfSample(seen(), id),

  'samples.maps': ({ seen }, { predictionId }) => {
    const maps = getPredictionMaps(seen(), predictionId);
    return {
      predictionId,
      grounding: asBytes(maps?.grounding),
      sink: asBytes(maps?.sink),
      question: asBytes(maps?.question),
      denoised: asBytes(maps?.denoised),
      rpn: asBytes(maps?.rpn),
    };
  },

  'samples.scores': ({ seen }, { id }) => sampleScores(seen(), id),

  'samples.answers': ({ seen }, { id }) => sampleAnswers(seen(), id),

  'samples.histograms': ({ seen }, { filter }) => histograms(seen(), filter),

  'samples.picture': async ({ session }, { imageId }) => {
    const file = await findImageFile(session().project, imageId);
    return file && pictureNotes(file.path).catch(() => null);
  },
} satisfies Partial<Handlers>;

/** Whether something about the picture's file is new. */
async function lookAtPicture(project: Project, imageId: number): Promise<boolean> {
  const before = pictureProblem(project.db, imageId)?.reason ?? null;
  const settled = await settlePicture(project, imageId, { fingerprint: false });
  const reason = settled.outcome === 'unshown' ? settled.error.message : null;
  return settled.outcome === 'other' || reason !== before;
}

function asBytes(map: PlacedMap | null | undefined): PlacedMapBytes | null {
  if (!map) return null;
  const { grid, transform, bits } = map;
  return { grid: [...grid], transform, data: mapToBytes(bits) };
}
