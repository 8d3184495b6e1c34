/**
 * The browsers that were let in, in one file of the data folder that only its owner may read: a page that was open when
 * the host ended comes in again with what it holds. The host keeps the secret itself, because it proves to the page that
 * it knows it. Each forgets itself after a month, and all of them at once with `fovea open --forget`.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { randomWord, sessionSchema } from '../../../src-shared/rpc/handshake.ts';
import { writeJson } from '../../library/atomic-json.ts';

const VALID_MS = 30 * 24 * 3_600_000;
const MOST = 64;
/** Being seen is not worth a write each time a page reloads. */
const SEEN_EVERY_MS = 3_600_000;

const knownSchema = sessionSchema.extend({
  /** Where the host listened when it was let in. */
  port: z.number().int(),
  /** The port the page dialled: another one behind a tunnel. */
  via: z.number().int(),
  /** The project that was open when it was seen last, by its path. */
  project: z.string().nullable(),
  /** The invitation it came in with; null: an address that lets whoever started Fovea in. */
  invitation: z.string().nullable().default(null),
  /** Milliseconds since the epoch. */
  seenAt: z.number(),
});
export type KnownBrowser = z.infer<typeof knownSchema>;
const fileSchema = z.object({ browsers: z.array(knownSchema) });

export interface KnownBrowsers {
  find(id: string): Promise<KnownBrowser | null>;
  add(where: Pick<KnownBrowser, 'port' | 'via' | 'project' | 'invitation'>): Promise<KnownBrowser>;
  seen(id: string, project: string | null): Promise<void>;
  /** Ports at which browsers showed a project, the last one first. */
  portsOf(project: string | null): Promise<number[]>;
}

/** In the data folder; where that cannot be written, for as long as this process lives. */
export function knownBrowsers(dataDir: string, now: () => number = Date.now): KnownBrowsers {
  const file = browsersFile(dataDir);
  const own: KnownBrowser[] = [];
  // Other hosts of this data folder write it, too: it is read anew each time, and changes take turns here.
  let turn: Promise<unknown> = Promise.resolve();
  const all = async (): Promise<KnownBrowser[]> => {
    const kept = await read(file);
    const list = kept ?? own;
    return list.filter(({ seenAt }) => now() - seenAt < VALID_MS);
  };
  const change = (body: (list: KnownBrowser[]) => KnownBrowser[]): Promise<void> => {
    const next = turn.then(async () => {
      const list = body(await all())
        .sort((a, b) => b.seenAt - a.seenAt)
        .slice(0, MOST);
      own.splice(0, own.length, ...list);
      await writeJson(file, { browsers: list }, 0o600).catch(() => undefined);
    });
    turn = next.catch(() => undefined);
    return next;
  };
  const find = async (id: string): Promise<KnownBrowser | null> =>
    (await all()).find((known) => known.id === id) ?? null;
  return {
    find,
    async add(where) {
      const fresh = { id: randomWord(), secret: randomWord(), ...where, seenAt: now() };
      await change((list) => [...list, fresh]);
      return fresh;
    },
    async seen(id, project) {
      const known = await find(id);
      if (!known || (known.project === project && now() - known.seenAt < SEEN_EVERY_MS)) return;
      await change((list) => list.map((one) => (one.id === id ? { ...one, project, seenAt: now() } : one)));
    },
    async portsOf(project) {
      const list = (await all()).filter((known) => known.project === project);
      return [...new Set(list.sort((a, b) => b.seenAt - a.seenAt).map(({ port }) => port))];
    },
  };
}

/** Every browser has to be let in again. */
export async function forgetBrowsers(dataDir: string): Promise<void> {
  // Not taken away: where the file is missing, a running host goes by what it remembers.
  await writeJson(browsersFile(dataDir), { browsers: [] }, 0o600);
}

function browsersFile(dataDir: string): string {
  return join(dataDir, 'browsers.json');
}

/** Null when there is no file. One that cannot be read lets nobody in. */
async function read(file: string): Promise<KnownBrowser[] | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : [];
  }
  try {
    return fileSchema.parse(JSON.parse(text)).browsers;
  } catch {
    await rm(file, { force: true }).catch(() => undefined);
    return [];
  }
}
