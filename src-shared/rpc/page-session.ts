/**
 * What a page of the browser host comes in with: the ticket in its address, for the first time, and from then on the
 * session in its origin's storage, which belongs to this port alone. Where storage is off it lasts as long as the page.
 */
import { sessionSchema, TICKET_PARAMETER, type PageSession } from './handshake.ts';

const NAME = 'fovea.session';

/** The page's globals as far as they are used; this folder has no DOM types. */
interface PageGlobals {
  readonly location?: { readonly search: string; readonly pathname: string };
  readonly history?: { replaceState(data: unknown, unused: string, url: string): void };
  readonly localStorage?: {
    getItem(name: string): string | null;
    setItem(name: string, value: string): void;
  };
}
const page = globalThis as unknown as PageGlobals;

let inMemory: PageSession | null = null;
let ticket: string | null = null;

/** The session that this origin holds; another page of it may have been let in meanwhile. */
export function keptSession(): PageSession | null {
  try {
    const stored = page.localStorage?.getItem(NAME) ?? null;
    return stored === null ? inMemory : sessionSchema.parse(JSON.parse(stored));
  } catch {
    return inMemory;
  }
}

/** Keeps the session that the page is in with; its ticket has served. */
export function keepSession(session: PageSession): void {
  ticket = null;
  const known = keptSession();
  inMemory = session;
  if (known?.id === session.id) return;
  try {
    page.localStorage?.setItem(NAME, JSON.stringify(session));
  } catch {
    // Storage is off or full: see above.
  }
}

/** The ticket of the page's address, which is taken out of it: nobody reads it there, and a reload needs none. */
export function takeTicket(): string | null {
  const { location, history } = page;
  const given = new URLSearchParams(location?.search ?? '').get(TICKET_PARAMETER);
  if (given !== null) {
    ticket = given;
    history?.replaceState(null, '', location?.pathname ?? '/');
  }
  return ticket !== null && /^[\w-]{16,64}$/.test(ticket) ? ticket : null;
}
