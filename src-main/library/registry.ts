/**
 * `models.json`: which folders a person added and what was downloaded from where. Small, readable, and changed by one
 * process at a time; the models themselves are found on the disk.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { modelCheckSchema } from '../../src-shared/contract/models.ts';
import { readPlain } from '../files/plain-file.ts';
import { writeJson } from './atomic-json.ts';
import { orDiskError } from './disk-errors.ts';
import { withFileLock } from './file-lock.ts';

/** As names are typed on the command line: no spaces, and none that begins like an option. */
export const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+/-]{0,199}$/u;

const common = {
  name: z.string().regex(NAME),
  addedAt: z.string(),
  /** How loading went the last time it was tried, and the state of the files then. */
  check: modelCheckSchema.extend({ stamp: z.string() }).nullable().default(null),
};

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('folder'), dir: z.string().min(1) }),
  z.object({
    ...common,
    kind: z.literal('download'),
    /** `ORG/NAME`, what was asked for, and the commit that this stood for. */
    repo: z.string(),
    revision: z.string(),
    commit: z.string().regex(/^[0-9a-f]{40}$/),
    /** Name of its folder inside the models folder. */
    folder: z.string().regex(/^[\w][\w.@-]*$/),
  }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type FolderEntry = Extract<Entry, { kind: 'folder' }>;
export type DownloadEntry = Extract<Entry, { kind: 'download' }>;

const MOST_ENTRIES = 10_000;
const registrySchema = z.object({ version: z.literal(1), models: z.array(z.unknown()).max(MOST_ENTRIES) });

/** The list as the file has it. An entry that cannot be read takes none of the others, and stays in the file. */
export interface Registry {
  readonly entries: readonly Entry[];
  /** Each with the words that say what is wrong with it. */
  readonly broken: readonly { readonly raw: unknown; readonly reason: string }[];
}

/** Longer than any honest change takes. */
const WAIT_MS = 10_000;

/** Every entry, in the order of adding. @throws FoveaError as {@link readWholeRegistry} */
export async function readRegistry(path: string): Promise<readonly Entry[]> {
  return (await readWholeRegistry(path)).entries;
}

/** @throws FoveaError `bad_input` when the file as a whole is not one of ours, or `io`. */
export async function readWholeRegistry(path: string): Promise<Registry> {
  const wish = {
    code: 'bad_input',
    next: 'Move it away and add the models again',
    maxBytes: 32_000_000,
  } as const;
  let text: string;
  try {
    text = (await readPlain(path, wish)).toString('utf8');
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], broken: [] };
    throw new FoveaError('io', 'the list of models cannot be read', {
      where: path,
      next: 'Check that you may read this file',
      cause: error,
    });
  }
  try {
    return sorted(registrySchema.parse(JSON.parse(text)).models);
  } catch (cause) {
    throw new FoveaError('bad_input', 'the list of models is not one that this Fovea can read', {
      where: path,
      next: 'Use the Fovea that wrote it, or move the file away and add the models again: they are untouched',
      cause,
    });
  }
}

function sorted(models: readonly unknown[]): Registry {
  const [entries, broken]: [Entry[], { raw: unknown; reason: string }[]] = [[], []];
  for (const [at, raw] of models.entries()) {
    const parsed = entrySchema.safeParse(raw);
    if (parsed.success) entries.push(parsed.data);
    else
      broken.push({
        raw,
        reason: `entry ${at + 1} of models.json (${labelOf(raw)}) ${issueOf(parsed.error)}`,
      });
  }
  return { entries, broken };
}

const labelOf = (raw: unknown): string => {
  const named = z.object({ name: z.string() }).safeParse(raw);
  return named.success ? JSON.stringify(named.data.name.slice(0, 100)) : 'without a name';
};
const issueOf = ({ issues: [issue] }: z.ZodError): string =>
  `is not as expected at ${issue?.path.join('.') || 'its top level'}: ${issue?.message ?? 'invalid'}`;

/**
 * Replaces the entries by what `change` makes of them, one process at a time.
 * @throws FoveaError as {@link readRegistry}, `conflict`, `no_space`, `read_only`, and what `change` throws; then nothing
 *   has changed
 */
export async function changeRegistry<T>(
  path: string,
  change: (entries: readonly Entry[]) => { readonly entries: readonly Entry[]; readonly result: T },
): Promise<T> {
  return orDiskError(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const wish = { busy: 'changing the list of models', waitMs: WAIT_MS };
    return withFileLock(`${path}.lock`, wish, async () => {
      const { entries: before, broken } = await readWholeRegistry(path);
      const { entries, result } = change(before);
      const models = [...entries, ...broken.map(({ raw }) => raw)];
      if (entries !== before) await writeJson(path, { version: 1, models });
      return result;
    });
  });
}

/** `wanted`, or with the first number behind it that no entry has. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}_.@+/-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}_]+/u, '');
  const clean = NAME.test(base) ? base : 'model';
  if (!taken.has(clean)) return clean;
  for (let n = 2; ; n++) if (!taken.has(`${clean}-${n}`)) return `${clean}-${n}`;
}
