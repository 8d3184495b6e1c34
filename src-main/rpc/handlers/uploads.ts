import type { Handlers } from './context.ts';

export const uploadHandlers = {
  'uploads.begin': async ({ session }, wish) => ({ id: await session().uploads.begin(wish) }),

  'uploads.write': async ({ session }, { id, pieces }) => {
    await session().uploads.write(id, pieces);
    return {};
  },

  'uploads.finish': ({ session }, { id }) => session().uploads.finish(id),

  'uploads.cancel': async ({ session }, { id }) => {
    await session().uploads.cancel(id);
    return {};
  },

  'export.offer': async ({ session }, { path }) => {
    const { word, name } = await session().downloads.offer(path);
    return { url: `/export/${word}`, name };
  },
} satisfies Partial<Handlers>;
