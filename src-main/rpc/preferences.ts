/**
 * Preferences in one small file of the data folder, so that they are there whatever host, port or browser shows the page.
 * Several processes may write it: each change reads it anew, and two of them at once may forget one of the two. The ones
 * set longest ago go when there are more than fit, such as the places in projects of long ago.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PREFERENCE_MOST } from '../../src-shared/contract/procedures/preferences.ts';
import { writeJson } from '../library/atomic-json.ts';

const MOST = 200;
const MOST_CHARACTERS = 1 << 20;

/** Name, value, when it was set (milliseconds since the epoch). */
const entrySchema = z.tuple([z.string().max(4200), z.string().max(PREFERENCE_MOST), z.number()]);
type Entry = z.infer<typeof entrySchema>;
const fileSchema = z.object({ preferences: z.array(z.unknown()) });

export interface Preferences {
  get(): Promise<Record<string, string>>;
  /** Keeps some. A folder that cannot be written only costs the comfort: they last as long as this process. */
  set(values: Readonly<Record<string, string>>): Promise<void>;
}

/** @param file null: nothing outlasts this process */
export function openPreferences(file: string | null): Preferences {
  let own: readonly Entry[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<readonly Entry[]> => (file === null ? null : await readEntries(file)) ?? own;
  return {
    get: async () => Object.fromEntries((await read()).map(([name, value]) => [name, value])),
    set(values) {
      const next = turn.then(async () => {
        const at = Date.now();
        const fresh = Object.entries(values).map(([name, value]): Entry => [name, value, at]);
        own = fitting([...fresh, ...(await read()).filter(([name]) => !Object.hasOwn(values, name))]);
        if (file !== null) await writeJson(file, { preferences: own }).catch(() => undefined);
      });
      turn = next;
      return next;
    },
  };
}

/** The newest first, as many as fit. */
function fitting(entries: Entry[]): readonly Entry[] {
  let characters = 0;
  return entries
    .sort((a, b) => b[2] - a[2])
    .slice(0, MOST)
    .filter(([name, value]) => (characters += name.length + value.length) <= MOST_CHARACTERS);
}

/** Null when there is no file or none that can be read; entries of another version are left out. */
async function readEntries(file: string): Promise<readonly Entry[] | null> {
  try {
    const { preferences } = fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return preferences.flatMap((entry) => {
      const parsed = entrySchema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
  } catch {
    return null;
  }
}
