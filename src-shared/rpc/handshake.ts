/**
 * How a page of the browser host comes in, before its first call. With a ticket (one page's, from the address that the host
 * printed) it is given a session: an id and a secret that only this origin's storage holds. Cookies would go to every
 * server on this machine, whatever its port. With a session it proves that it knows the secret and asks the same of the
 * host first: whoever else listens at a port that Fovea has left learns nothing. The port that was dialled is part of
 * both proofs, so that nobody between a page and a host at another port can pass them on.
 */
import { z } from 'zod';
import { FoveaError, wireErrorSchema } from '../contract/errors.ts';
import type { Channel } from './channel.ts';
import { decodeFrame, encodeFrame } from './codec.ts';

/** Random bytes as base64url: 128 bits and more. */
const word = z.string().regex(/^[\w-]{16,64}$/);
const portSchema = z.number().int().min(1).max(65_535);

/** The ticket's name in the address that the host prints. */
export const TICKET_PARAMETER = 'token';

/** What a page holds of its session. */
export const sessionSchema = z.object({ id: word, secret: word });
export type PageSession = z.infer<typeof sessionSchema>;

/**
 * A ticket as a page shows it. `claim`: the page's own word, the same as often as it shows this ticket. The first one that
 * shows it takes it; a page whose reply was lost (reloaded, cut off) is let in again, another one is not.
 */
export const ticketSchema = z.object({ word, claim: word });
export type Ticket = z.infer<typeof ticketSchema>;

/** Page to host, the first message: what it may come in with, and the port it dialled. */
export const helloSchema = z.object({
  type: z.literal('hello'),
  port: portSchema,
  session: z.object({ id: word, nonce: word }).nullable(),
  ticket: ticketSchema.nullable(),
});
export type Hello = z.infer<typeof helloSchema>;

/** Page to host, the second message when a session is resumed. */
export const proofSchema = z.object({ type: z.literal('proof'), proof: word });

/** Host to page. */
export const doorReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('challenge'), nonce: word, proof: word }),
  /** `session`: a new one, to be kept. */
  z.object({ type: z.literal('welcome'), session: sessionSchema.nullable() }),
  z.object({ type: z.literal('bye'), error: wireErrorSchema }),
]);
export type DoorReply = z.infer<typeof doorReplySchema>;

/** Whose proof it is: neither side's can be sent back to it as the other's. */
export type Side = 'host' | 'page';

/** What one side shows to know the secret. */
export function proofOf(
  secret: string,
  side: Side,
  facts: { readonly port: number; readonly pageNonce: string; readonly hostNonce: string },
): Promise<string> {
  return mac(secret, [side, facts.port, facts.pageNonce, facts.hostNonce].join('|'));
}

/** What a session's pictures are asked for with: it opens nothing else. */
export function pictureKeyOf(secret: string): Promise<string> {
  return mac(secret, 'pictures');
}

/** 24 random bytes. */
export function randomWord(): string {
  return base64url(globalThis.crypto.getRandomValues(new Uint8Array(24)));
}

async function mac(secret: string, text: string): Promise<string> {
  const { subtle } = globalThis.crypto;
  const bytes = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
  const key = await subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return base64url(new Uint8Array(await subtle.sign('HMAC', key, bytes(text))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

export interface Pass {
  readonly port: number;
  readonly session: PageSession | null;
  readonly ticket: Ticket | null;
}

/**
 * The page's half, on a fresh channel. @returns the session it is in with, new or as given
 * @throws FoveaError `unauthorized` when it is not let in, `io` when the far end goes away or is no Fovea that knows it
 */
export async function comeIn(channel: Channel, { port, session, ticket }: Pass): Promise<PageSession> {
  const replies = repliesOf(channel);
  const pageNonce = randomWord();
  const own = session && { id: session.id, nonce: pageNonce };
  send(channel, { type: 'hello', port, session: own, ticket });
  let reply = await replies.next();
  if (reply.type === 'challenge' && session) {
    const facts = { port, pageNonce, hostNonce: reply.nonce };
    if (reply.proof !== (await proofOf(session.secret, 'host', facts))) throw stranger();
    send(channel, { type: 'proof', proof: await proofOf(session.secret, 'page', facts) });
    reply = await replies.next();
  }
  if (reply.type === 'bye') throw FoveaError.fromWire(reply.error);
  const known = reply.type === 'welcome' ? (reply.session ?? session) : null;
  if (!known) throw stranger();
  return known;
}

function send(channel: Channel, message: Hello | z.infer<typeof proofSchema>): void {
  channel.send(encodeFrame(message));
}

/** Replies one after the other; asking for one after the channel closed, or was closed, throws. */
function repliesOf(channel: Channel): { next(): Promise<DoorReply> } {
  const arrived: Uint8Array[] = [];
  let closed = false;
  let wake = (): void => undefined;
  channel.onFrame((frame) => {
    arrived.push(frame);
    wake();
  });
  channel.onClose(() => {
    closed = true;
    wake();
  });
  return {
    async next() {
      while (arrived.length === 0) {
        if (closed)
          throw new FoveaError('io', 'The main side went away', { next: 'It is tried again by itself' });
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const parsed = doorReplySchema.safeParse(decodeFrame(arrived.shift()!));
      if (!parsed.success) throw stranger();
      return parsed.data;
    },
  };
}

function stranger(): FoveaError {
  return new FoveaError('io', 'What answers at this address is not the Fovea that this page belongs to', {
    next: 'Open the address that Fovea printed',
  });
}
