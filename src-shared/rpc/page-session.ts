/**
 * What a page of the browser host comes in with: the ticket in its address, for the first time, and from then on the
 * session in its origin's storage, which belongs to this port alone. Where storage is off it lasts as long as the page.
 */
import { randomWord, sessionSchema, TICKET_PARAMETER, type PageSession, type Ticket } from './handshake.ts';

const NAME = 'fovea.session';

/** The page's globals as far as they are used; this folder has no DOM types. */
interface PageGlobals {
  readonly location?: { readonly search: string; readonly pathname: string };
  readonly history?: { replaceState(data: unknown, unused: string, url: string): void };
  readonly localStorage?: {
    getItem(name: string): string | null;
    setItem(name: string, value: string): void;
    removeItem(name: string): void;
  };
}
const page = globalThis as unknown as PageGlobals;

/** What this page comes in with by a ticket: kept until it is in, so that a reload meanwhile is still the same page. */
const CLAIM_NAME = 'fovea.claim';

let inMemory: PageSession | null = null;
let claim: string | null = null;

/** The session that this origin holds; another page of it may have been let in meanwhile. */
export function keptSession(): PageSession | null {
  try {
    const stored = page.localStorage?.getItem(NAME) ?? null;
    return stored === null ? inMemory : sessionSchema.parse(JSON.parse(stored));
  } catch {
    return inMemory;
  }
}

/**
 * Keeps the session that the page is in with. Its ticket has served: it is taken out of the address, where nobody should
 * read it and a reload needs none. Not earlier, or a page that is reloaded while it comes in would have neither.
 */
export function keepSession(session: PageSession): void {
  const known = keptSession();
  inMemory = session;
  if (known?.id !== session.id) store(NAME, JSON.stringify(session));
  if (ticketWord() === null) return;
  claim = null;
  store(CLAIM_NAME, null);
  page.history?.replaceState(null, '', page.location?.pathname ?? '/');
}

/** The ticket in the page's address; none where it has served, or is no word that a host would issue. */
export function heldTicket(): Ticket | null {
  const word = ticketWord();
  if (word === null || !/^[\w-]{16,64}$/.test(word)) return null;
  claim ??= stored(CLAIM_NAME);
  if (claim === null) {
    claim = randomWord();
    store(CLAIM_NAME, claim);
  }
  return { word, claim };
}

function ticketWord(): string | null {
  return new URLSearchParams(page.location?.search ?? '').get(TICKET_PARAMETER);
}

function stored(name: string): string | null {
  try {
    return page.localStorage?.getItem(name) ?? null;
  } catch {
    return null;
  }
}

/** Where storage is off or full the page has it for as long as it lasts. @param value null: removes it */
function store(name: string, value: string | null): void {
  try {
    if (value === null) page.localStorage?.removeItem(name);
    else page.localStorage?.setItem(name, value);
  } catch {
    // See above.
  }
}
