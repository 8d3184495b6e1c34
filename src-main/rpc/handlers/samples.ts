import { mapToBytes } from '../../store/bytes.ts';
import { getPrediction, getPredictionMaps } from '../../store/prediction.ts';
import { sampleDetail } from '../../store/sample-detail.ts';
import { countSamples, listSamples, samplePosition } from '../../store/sample-query.ts';
import type { Handlers } from './context.ts';

export const sampleHandlers = {
  'samples.list': ({ session }, { filter, offset, limit }) => {
    const { db } = session().project;
    return { total: countSamples(db, filter), rows: listSamples(db, filter, offset, limit) };
  },

  'samples.position': ({ session }, { filter, id }) => ({
    position: samplePosition(session().project.db, filter, id),
  }),

  'samples.get': ({ session }, { id }) => sampleDetail(session().project.db, id),

  'samples.maps': ({ session }, { predictionId }) => {
    const { db } = session().project;
    const { prediction } = getPrediction(db, predictionId);
    const maps = getPredictionMaps(db, predictionId);
    const bytes = (map: Uint16Array | null | undefined): Uint8Array<ArrayBuffer> | null =>
      map ? mapToBytes(map) : null;
    return {
      predictionId,
      grid: prediction.grid,
      transform: prediction.transform,
      grounding: bytes(maps?.grounding),
      sink: bytes(maps?.sink),
      question: bytes(maps?.question),
      denoised: bytes(maps?.denoised),
      rpn: bytes(maps?.rpn),
    };
  },
} satisfies Partial<Handlers>;
