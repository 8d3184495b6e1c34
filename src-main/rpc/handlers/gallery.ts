import { facets } from '../../store/samples/facets.ts';
import { heatOf } from '../../store/predictions/heat.ts';
import { listSampleIds } from '../../store/samples/query.ts';
import { similarSamples } from '../../store/search/similar.ts';
import type { Handlers } from './context.ts';

export const galleryHandlers = {
  'gallery.thumbnail': async ({ session }, { imageId, edge }) => ({
    bytes: await session().thumbnails.get(imageId, edge),
  }),

  'gallery.heat': ({ session }, { sampleIds, kind }) => {
    const { db } = session().project;
    return sampleIds.map((id) => heatOf(db, id, kind));
  },

  'samples.ids': ({ session }, { filter, sort, offset, limit }) =>
    listSampleIds(session().project.db, filter, offset, limit, sort),

  'samples.facets': ({ session }, { filter }) => facets(session().project.db, filter),

  'samples.similar': ({ session }, { id, limit }) => similarSamples(session().project.db, id, limit),
} satisfies Partial<Handlers>;
