/**
 * Links that open a sample in the desktop app: `fovea://open?project=%2Fhome%2Fann%2Ftags&sample=12`. Anybody may write
 * one into a page or a message, so it names a project's folder and a sample's number and nothing else; what is not
 * known on the machine is asked about before anything is read there (app/electron/openings.ts).
 */
import { z } from 'zod';
import { idSchema } from './domain.ts';
import { MOST } from './limits.ts';

export const LINK_SCHEME = 'fovea';

/** Of the whole link: every character of the longest path may take nine, as `%E2%82%AC` does. */
const LONGEST = 9 * MOST.path + 100;

/** What makes a path look like another one when a person is asked about it: control characters, other lines, text turned around. */
const HIDING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/**
 * An absolute path of this machine's own disks: `/…` or `C:\…`. No share of another machine (`\\host\…`, `//host/…`, and
 * `/\host\…`, which is one to Windows): merely looking for one hands the person's credentials to that host.
 */
const folderSchema = z
  .string()
  .max(MOST.path)
  .regex(/^(\/|[A-Za-z]:[\\/])(?![\\/])/)
  .refine((path) => !HIDING.test(path), 'has a character in it that hides what it is');

const sampleLinkSchema = z.object({ project: folderSchema, sample: idSchema.nullable() });
/** `project`: the folder. `sample`: its number in that project; null: just the project. */
export type SampleLink = z.infer<typeof sampleLinkSchema>;

export function linkTo({ project, sample }: SampleLink): string {
  const parts = [`project=${encodeURIComponent(project)}`, ...(sample === null ? [] : [`sample=${sample}`])];
  return `${LINK_SCHEME}://open?${parts.join('&')}`;
}

/** What a link asks for, or null where it is no such link to the letter. */
export function readLink(text: string): SampleLink | null {
  if (text.length > LONGEST) return null;
  // Browsers and desktops put a slash behind the host.
  const found = /^fovea:\/\/open\/?\?project=([^&#]+)(?:&sample=([1-9]\d{0,14}))?$/.exec(text);
  if (!found) return null;
  const link = { project: decoded(found[1]!), sample: found[2] === undefined ? null : Number(found[2]) };
  return sampleLinkSchema.safeParse(link).data ?? null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
