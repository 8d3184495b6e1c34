import { facets } from '../../store/samples/facets.ts';
import { heatOf } from '../../store/predictions/heat.ts';
import { listSampleIds } from '../../store/samples/query.ts';
import { similarSamples } from '../../store/search/similar.ts';
import type { Handlers } from './context.ts';

export const galleryHandlers = {
  'gallery.thumbnail': async ({ session }, { imageId, edge }) => ({
    bytes: await session().thumbnails.get(imageId, edge),
  }),

  'gallery.heat': ({ seen }, { sampleIds, kind }) => {
    const db = seen();
    return sampleIds.map((id) => heatOf(db, id, kind));
  },

  'samples.ids': ({ seen }, { filter, sort, offset, limit }) =>
    listSampleIds(seen(), filter, offset, limit, sort),

  'samples.facets': ({ seen }, { filter }) => facets(seen(), filter),

  'samples.similar': ({ seen }, { id, limit }) => similarSamples(seen(), id, limit),
} satisfies Partial<Handlers>;
