/** What a start of the program, or the desktop, asks it to open: a path, or a link to a sample. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { MOST } from '../../../src-shared/contract/limits.ts';
import { LINK_SCHEME } from '../../../src-shared/contract/link.ts';

const textSchema = z
  .string()
  .min(1)
  .max(10 * MOST.path);
export const askedSchema = z.discriminatedUnion('what', [
  /** Whatever lies there: a project, or what could be dropped on the window. */
  z.object({ what: z.literal('path'), path: textSchema }),
  z.object({ what: z.literal('link'), link: textSchema }),
]);
export type Asked = z.infer<typeof askedSchema>;

export interface Start {
  /** The project to begin with, or null. */
  readonly project: string | null;
  /** What the person named: an instance that runs already opens it, too. */
  readonly asked: readonly Asked[];
}

/**
 * @param args after the program's own name, and the app's folder where that is named: `--project=DIR`, which somebody asked
 * for where `--asked` comes with it; paths and links as a file manager or a browser gives them. Chromium's own are passed over.
 * @param folder what relative paths are meant from
 */
export function readStart(args: readonly string[], folder: string): Start {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { project: { type: 'string' }, asked: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
  });
  const project = typeof values.project === 'string' ? values.project : null;
  const named = positionals.filter((one) => one !== '').map((one) => askedBy(one, folder));
  if (values.asked === true && project !== null)
    named.unshift({ what: 'path', path: resolve(folder, project) });
  return { project, asked: named };
}

/** Of one word that the desktop gives: desktops name files by path or by address. */
export function askedBy(word: string, folder: string): Asked {
  if (word.startsWith(`${LINK_SCHEME}:`)) return { what: 'link', link: word };
  return { what: 'path', path: pathOf(word) ?? resolve(folder, word) };
}

/** Of `file:///…`; null for anything else. */
function pathOf(word: string): string | null {
  if (!word.startsWith('file:///')) return null;
  try {
    return fileURLToPath(word);
  } catch {
    return null;
  }
}
