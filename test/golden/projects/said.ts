/** What a version says of a project: asked of it when the project is made, and of today's code when it is opened again. */

/** Folders, without links, and what is written in their place. */
type Places = readonly (readonly [folder: string, name: string])[];

type Ask = (name: string, input: unknown) => Promise<unknown>;

/** Lists of the whole project, where a version has them. */
export const LISTS = [
  'filters.list',
  'batches.list',
  'imports.list',
  'training.runs',
  'deals.list',
  'rejectReasons.list',
  'tags.list',
] as const;

export interface Said {
  /** By Fovea's number of the sample. */
  readonly samples: Readonly<Record<string, { readonly detail: unknown; readonly history: unknown; readonly notes: unknown }>>;
  readonly summary: unknown;
  readonly lists: Readonly<Record<string, unknown>>;
}

/**
 * @param can whether the version has a procedure
 * @param places folders that are written as names
 */
export async function said(ask: Ask, can: (name: string) => boolean, places: Places): Promise<Said> {
  const plain = (value: unknown): unknown => plainOf(value, places);
  const { rows } = (await ask('samples.list', { filter: {}, offset: 0, limit: 100 })) as { rows: { id: number }[] };
  const samples: Record<string, Said['samples'][string]> = {};
  for (const { id } of rows) {
    samples[id] = {
      detail: plain(await ask('samples.get', { id })),
      history: plain(await ask('reviews.history', { sampleId: id })),
      notes: can('notes.list') ? plain(await ask('notes.list', { sampleId: id })) : null,
    };
  }
  const lists: Record<string, unknown> = {};
  for (const name of LISTS) if (can(name)) lists[name] = plain(await ask(name, {}));
  return { samples, summary: plain(await ask('project.summary', {})), lists };
}

/** Bytes as hex, folders as names. */
function plainOf(value: unknown, places: Places): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
  if (typeof value === 'string')
    return places.reduce((text, [folder, name]) => text.replaceAll(folder, name), value);
  if (Array.isArray(value)) return value.map((one) => plainOf(one, places));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainOf(one, places)]));
  return value;
}
