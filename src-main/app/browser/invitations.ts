/**
 * Invitations: who else may come in to a project that is served, under which name and with which role. One file of the data
 * folder, which only its owner may read; of each invitation's word only a hash is in it. An invitation holds until it is
 * revoked: its browsers are then out at once, and what they decided stays under the name.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { reviewerSchema } from '../../../src-shared/contract/limits.ts';
import { roleSchema } from '../../../src-shared/contract/role.ts';
import { randomWord, TICKET_PARAMETER } from '../../../src-shared/rpc/handshake.ts';
import { writeJson } from '../../library/atomic-json.ts';
import { withFileLock } from '../../library/file-lock.ts';

const MOST = 500;
/** A change is one small file read and written. */
const LOCK = { waitMs: 10_000, busy: 'changing the invitations' };

const invitationSchema = z.object({
  id: z.string().regex(/^[\w-]{16,64}$/),
  /** Signs what is done with it; no two of a project that hold have the same. */
  name: reviewerSchema,
  role: roleSchema,
  /** Real path of the project's folder. */
  project: z.string().min(1),
  /** SHA-256 of the word in its link, hexadecimal. */
  hash: z.string().length(64),
  createdAt: z.iso.datetime(),
});
export type Invitation = z.infer<typeof invitationSchema>;
const fileSchema = z.object({ invitations: z.array(invitationSchema) });

export interface Invitations {
  /** Those of a project, the oldest first; null: of all. */
  list(project: string | null): Promise<Invitation[]>;
  /** The one that a link's word belongs to. */
  byWord(word: string): Promise<Invitation | null>;
  byId(id: string): Promise<Invitation | null>;
  /**
   * @returns the invitation and the word for its link, which is nowhere else from now on
   * @throws FoveaError `conflict` when the name has one already, `io` and its like when it cannot be kept
   */
  add(wish: Pick<Invitation, 'name' | 'role' | 'project'>): Promise<{ invitation: Invitation; word: string }>;
  /** @returns the one that held until now. @throws FoveaError `not_found` */
  revoke(project: string, name: string): Promise<Invitation>;
}

/** Of a data folder. Commands and hosts write it, one after the other behind a lock file: it is read anew each time. */
export function invitationsIn(dataDir: string): Invitations {
  const file = join(dataDir, 'invitations.json');
  // Two changes at once, of one process or of two, would forget one of the two.
  const change = async <T>(body: () => Promise<T>): Promise<T> => {
    await mkdir(dataDir, { recursive: true });
    return withFileLock(`${file}.lock`, LOCK, body);
  };
  const all = (): Promise<Invitation[]> => readInvitations(file);
  const keep = (invitations: readonly Invitation[]): Promise<void> => writeJson(file, { invitations }, 0o600);
  return {
    async list(project) {
      const place = project === null ? null : await placeOf(project);
      return (await all()).filter((one) => place === null || one.project === place);
    },
    async byWord(word) {
      const hash = hashOf(word);
      return (await all()).find((one) => one.hash === hash) ?? null;
    },
    byId: async (id) => (await all()).find((one) => one.id === id) ?? null,
    add: ({ name, role, project }) =>
      change(async () => {
        const [known, place] = [await all(), await placeOf(project)];
        if (known.some((one) => one.project === place && sameName(one.name, name))) {
          throw new FoveaError('conflict', `${name} has an invitation already`, {
            where: place,
            next: `Revoke it first (fovea invite PROJECT --revoke ${JSON.stringify(name)}), or choose another name`,
          });
        }
        if (known.length >= MOST) {
          throw new FoveaError('conflict', `there are ${MOST} invitations already`, {
            next: 'Revoke those that nobody needs any more',
          });
        }
        const word = randomWord();
        const invitation: Invitation = {
          id: randomWord(),
          name,
          role,
          project: place,
          hash: hashOf(word),
          createdAt: new Date().toISOString(),
        };
        await keep([...known, invitation]);
        return { invitation, word };
      }),
    revoke: (project, name) =>
      change(async () => {
        const [known, place] = [await all(), await placeOf(project)];
        const gone = known.find((one) => one.project === place && sameName(one.name, name));
        if (!gone) {
          throw new FoveaError('not_found', `${name} has no invitation to this project`, {
            where: place,
            next: 'fovea invite PROJECT --list shows who has one',
          });
        }
        await keep(known.filter((one) => one !== gone));
        return gone;
      }),
  };
}

/** Two people are not told apart by how their names are written. */
export function sameName(one: string, other: string): boolean {
  const plain = (name: string): string => name.normalize('NFKC').toLocaleLowerCase('en');
  return plain(one) === plain(other);
}

/** The address that an invitation's word is sent in. @param origin what it begins with, without a path */
export function linkOf(origin: string, word: string): string {
  return `${origin}/?${TICKET_PARAMETER}=${word}`;
}

/** Where a project's folder really lies: an invitation holds whichever way one goes there. */
export function placeOf(project: string): Promise<string> {
  return realpath(project).catch(() => resolve(project));
}

function hashOf(word: string): string {
  return createHash('sha256').update(word).digest('hex');
}

/** One that cannot be read lets nobody in, and is not written over. @throws FoveaError `io` */
async function readInvitations(file: string): Promise<Invitation[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(file, error);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).invitations;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): FoveaError {
  return new FoveaError('io', 'The list of invitations cannot be read', {
    where: file,
    next: 'Mend the file, or take it away and invite everybody again',
    cause,
  });
}
