/**
 * A backend as one browser has it: whoever started Fovea, or somebody invited. Every call of the invited asks whether the
 * invitation still holds, so that one that is revoked ends at once; what it heard ends with its connection.
 */
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Caller } from '../../rpc/caller.ts';
import type { RpcServer } from '../../rpc/transports/serve.ts';
import type { HostBackend } from '../host-backend.ts';
import { placeOf, sameName, type Invitation, type Invitations } from './invitations.ts';
import type { KnownBrowser } from './known-browsers.ts';

/** How soon a connection ends once its invitation is revoked, at most. */
const LOOK_MS = 1000;

export interface GuestDoor {
  readonly backend: HostBackend;
  readonly invitations: Invitations;
  readonly dataDir: string;
}

export interface Served {
  readonly server: RpcServer;
  readonly may: () => Promise<boolean>;
  readonly stop: () => void;
}

/**
 * What a browser's calls are answered by.
 * @param end closes its connection, with a reason
 * @returns the server, whether its pictures may be seen, and what stops looking after the invitation
 */
export function serverFor(
  browser: KnownBrowser,
  { backend, invitations, dataDir }: GuestDoor,
  end: (reason: string) => void,
): Served {
  const id = browser.invitation;
  if (id === null) {
    const call: RpcServer['call'] = async (name, input, project) => {
      await requireOwnName(input, backend, invitations);
      return backend.call(name, input, project);
    };
    const subscribe: RpcServer['subscribe'] = (listener) => backend.subscribe(listener);
    return { server: { call, subscribe }, may: () => Promise.resolve(true), stop: () => undefined };
  }
  const callerNow = async (): Promise<Caller> => {
    const invitation = await invitations.byId(id);
    if (invitation) return callerOf(invitation, await openProject(backend), dataDir);
    end('the invitation was revoked');
    throw revokedError();
  };
  const timer = setInterval(() => {
    invitations.byId(id).then(
      (invitation) => invitation === null && end('the invitation was revoked'),
      () => undefined,
    );
  }, LOOK_MS).unref();
  return {
    server: {
      call: async (name, input, project) => backend.call(name, input, project, await callerNow()),
      subscribe: (listener) => {
        // Who it is cannot change while it is connected; without an invitation there is no connection.
        let over = false;
        let unsubscribe = (): void => undefined;
        callerNow().then(
          (caller) => {
            if (!over) unsubscribe = backend.subscribe(listener, caller);
          },
          () => undefined,
        );
        return () => {
          over = true;
          unsubscribe();
        };
      },
    },
    may: async () => {
      const [invitation, open] = [await invitations.byId(id), await openProject(backend)];
      return invitation !== null && open !== null && (await placeOf(open)) === invitation.project;
    },
    stop: () => clearInterval(timer),
  };
}

/** The project as the host names it, where it is the invitation's; its place otherwise, which no open project has. */
async function callerOf(
  { id, name, role, project }: Invitation,
  open: string | null,
  dataDir: string,
): Promise<Caller> {
  const same = open !== null && (await placeOf(open)) === project;
  return {
    role,
    name,
    project: same ? open : project,
    preferencesFile: join(dataDir, 'guests', `${id}.json`),
  };
}

async function openProject(backend: HostBackend): Promise<string | null> {
  return (await backend.call('app.info', {})).projectPath;
}

/** Whoever started Fovea signs as they like, but not as somebody they invited. @throws FoveaError `forbidden` */
async function requireOwnName(input: unknown, backend: HostBackend, invitations: Invitations): Promise<void> {
  const { reviewer } = (input ?? {}) as { readonly reviewer?: unknown };
  if (typeof reviewer !== 'string') return;
  const open = await openProject(backend);
  const taken = open === null ? [] : await invitations.list(open);
  const name = taken.find((one) => sameName(one.name, reviewer.trim()))?.name;
  if (name === undefined) return;
  throw new FoveaError('forbidden', `${name} was invited to this project: nobody else signs with that name`, {
    next: 'Choose another name (the button with your name)',
  });
}

function revokedError(): FoveaError {
  return new FoveaError('unauthorized', 'Your invitation to this project was revoked', {
    next: 'What you decided is kept. Ask whoever invited you for another one',
  });
}
