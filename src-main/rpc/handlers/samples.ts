import type { PlacedMapBytes } from '../../../src-shared/contract/domain.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { pictureNotes } from '../../checkpoint/image/shown.ts';
import { mapToBytes } from '../../store/bytes.ts';
import { getPredictionMaps, predictionsOfSample } from '../../store/prediction.ts';
import { sampleDetail } from '../../store/sample-detail.ts';
import { countSamples, listSamples, samplePosition } from '../../store/sample-query.ts';
import { findImageFile } from '../image-file.ts';
import type { Handlers } from './context.ts';

export const sampleHandlers = {
  'samples.list': ({ session }, { filter, sort, offset, limit }) => {
    const { db } = session().project;
    return { total: countSamples(db, filter), rows: listSamples(db, filter, offset, limit, sort) };
  },

  'samples.position': ({ session }, { filter, sort, id }) => ({
    position: samplePosition(session().project.db, filter, id, sort),
  }),

  'samples.get': ({ session }, { id }) => sampleDetail(session().project.db, id),

  'samples.predictions': ({ session }, { id }) => predictionsOfSample(session().project.db, id),

  'samples.maps': ({ session }, { predictionId }) => {
    const maps = getPredictionMaps(session().project.db, predictionId);
    return {
      predictionId,
      grounding: asBytes(maps?.grounding),
      sink: asBytes(maps?.sink),
      question: asBytes(maps?.question),
      denoised: asBytes(maps?.denoised),
      rpn: asBytes(maps?.rpn),
    };
  },

  'samples.picture': async ({ session }, { imageId }) => {
    const file = await findImageFile(session().project, imageId);
    return file && pictureNotes(file.path).catch(() => null);
  },
} satisfies Partial<Handlers>;

function asBytes(map: PlacedMap | null | undefined): PlacedMapBytes | null {
  if (!map) return null;
  const { grid, transform, bits } = map;
  return { grid: [...grid], transform, data: mapToBytes(bits) };
}
