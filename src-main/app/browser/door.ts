/**
 * The door of the browser host: a socket that got this far came from a loopback origin, and says what it may come in
 * with (`src-shared/rpc/handshake.ts`). Until it is in, nothing of it is heard by anything else, and not for long.
 */
import type { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Channel } from '../../../src-shared/rpc/channel.ts';
import { decodeFrame, encodeFrame } from '../../../src-shared/rpc/codec.ts';
import {
  helloSchema,
  proofOf,
  proofSchema,
  randomWord,
  type DoorReply,
  type Hello,
} from '../../../src-shared/rpc/handshake.ts';
import { sameSecret } from './access.ts';
import type { Invitation, Invitations } from './invitations.ts';
import type { KnownBrowser, KnownBrowsers } from './known-browsers.ts';
import type { Tickets } from './tickets.ts';

/** What a page says at the door is short, and said at once. */
const MOST_BYTES = 2_000;
const PATIENCE_MS = 10_000;
/** Sockets at the door at the same time. */
const MOST_WAITING = 32;

/** What the door goes by. */
export interface DoorLists {
  readonly tickets: Tickets;
  readonly browsers: KnownBrowsers;
  readonly invitations: Invitations;
  /** What the host shows now, to be remembered with who came in. */
  readonly project: () => Promise<string | null>;
}

export interface Door {
  /**
   * Lets a channel in, or ends it with a reason. @param port where it came in
   * @param onIn gets the channel once it is in; its frames from then on are calls
   */
  receive(channel: Channel, port: number, onIn: (browser: KnownBrowser) => void): void;
}

export function openDoor(lists: DoorLists): Door {
  let waiting = 0;
  return {
    receive(channel, port, onIn) {
      if (waiting >= MOST_WAITING) return channel.close('too many are at the door');
      waiting++;
      let over = false;
      const done = (): void => {
        if (!over) waiting--;
        over = true;
        clearTimeout(timer);
      };
      const timer = setTimeout(() => channel.close('nothing was said at the door'), PATIENCE_MS);
      channel.onClose(done);
      admit(channel, port, lists).then(
        ({ browser, fresh }) => {
          if (over) return;
          done();
          // Nothing comes between the two: what the page says next is a call.
          say(channel, {
            type: 'welcome',
            session: fresh ? { id: browser.id, secret: browser.secret } : null,
          });
          onIn(browser);
        },
        (thrown: unknown) => {
          say(channel, { type: 'bye', error: FoveaError.from(thrown).toWire() });
          channel.close();
          done();
        },
      );
    },
  };
}

/** @throws FoveaError `unauthorized` */
async function admit(
  channel: Channel,
  port: number,
  { tickets, browsers, invitations, project }: DoorLists,
): Promise<{ readonly browser: KnownBrowser; readonly fresh: boolean }> {
  const hello = await hear(channel, helloSchema);
  const invited = hello.ticket && (await invitations.byWord(hello.ticket.word));
  const known = hello.session && (await browsers.find(hello.session.id));
  if (known && mayResume(known, hello.port, port) && !isAnother(known, hello, invited, tickets)) {
    await prove(channel, hello, known);
    if (known.invitation !== null && !(await invitations.byId(known.invitation))) throw revokedError();
    void project().then((path) => browsers.seen(known.id, path));
    return { browser: known, fresh: false };
  }
  if (hello.ticket === null) throw strangerError(hello.session !== null);
  if (!invited && !tickets.take(hello.ticket)) throw usedError();
  const where = { port, via: hello.port, project: await project() };
  return { browser: await browsers.add({ ...where, invitation: invited?.id ?? null }), fresh: true };
}

/** Who opens a link comes in as the link says, whoever that browser was before. */
function isAnother(
  known: KnownBrowser,
  { ticket }: Hello,
  invited: Invitation | null,
  tickets: Tickets,
): boolean {
  if (ticket === null) return false;
  if (invited) return known.invitation !== invited.id;
  return known.invitation !== null && tickets.holds(ticket);
}

/**
 * A session belongs to the port where it was made, as its page's storage does. A tunnel may show that one at another port:
 * a session made through one holds there.
 */
function mayResume(known: KnownBrowser, dialled: number, port: number): boolean {
  return known.port === port && (dialled === port || dialled === known.via);
}

async function prove(channel: Channel, hello: Hello, { secret }: KnownBrowser): Promise<void> {
  const hostNonce = randomWord();
  const facts = { port: hello.port, pageNonce: hello.session!.nonce, hostNonce };
  const answer = hear(channel, proofSchema);
  // Should the first throw, nobody else hears of this one.
  answer.catch(() => undefined);
  say(channel, { type: 'challenge', nonce: hostNonce, proof: await proofOf(secret, 'host', facts) });
  if (!sameSecret((await answer).proof, await proofOf(secret, 'page', facts))) throw strangerError(true);
}

function say(channel: Channel, reply: DoorReply): void {
  channel.send(encodeFrame(reply));
}

function hear<T>(channel: Channel, schema: z.ZodType<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    channel.onClose(() => reject(strangerError(false)));
    channel.onFrame((frame) => {
      try {
        if (frame.byteLength > MOST_BYTES) throw strangerError(false);
        resolve(schema.parse(decodeFrame(frame)));
      } catch {
        reject(strangerError(false));
      }
    });
  });
}

const NEXT =
  'Open the address that Fovea printed when it started; for another one press Enter where it runs, or use: fovea open';

function strangerError(knew: boolean): FoveaError {
  const words = knew
    ? 'The Fovea at this address does not know this browser: it has another data folder, or was told to forget'
    : 'This browser has not been let in yet';
  return new FoveaError('unauthorized', words, { next: NEXT });
}

function revokedError(): FoveaError {
  return new FoveaError('unauthorized', 'The invitation that this browser came in with was revoked', {
    next: 'Ask whoever invited you for another one',
  });
}

function usedError(): FoveaError {
  return new FoveaError(
    'unauthorized',
    'This address was used already, or is too old: each lets one browser in, once',
    {
      next: NEXT.replace('Open the address that Fovea printed when it started; for', 'For'),
    },
  );
}
