/**
 * Small preferences of this person. They are kept in Fovea's data folder, so that they are there at whatever address and
 * in whatever browser the page is opened next; the browser's own storage holds a copy for the first paint, and for what
 * could not be sent yet.
 */
import { z } from 'zod';
import type { RpcClient } from '../../src-shared/contract/procedures.ts';

const PREFIX = 'fovea.';
/** Names of what is newer here than in the data folder. */
const UNSENT = 'fovea-unsent';
/** Kept under the same prefix, but this browser's alone. */
const OWN = new Set(['session', 'unsavedNotes']);
const namesSchema = z.array(z.string());

/** What the data folder holds; null before it was asked. */
let shared: Map<string, string> | null = null;
let client: RpcClient | null = null;
let sending = false;

/**
 * Asks the data folder, before anything is shown. What only this browser knows, from before there was a data folder for
 * it or from while nothing could be sent, goes there.
 */
export async function loadPreferences(from: RpcClient): Promise<void> {
  client = from;
  try {
    const { values } = await from.call('preferences.get', {});
    shared = new Map(Object.entries(values));
  } catch {
    // As before there was one: this browser's copy counts.
  }
  const known = new Set(shared?.keys());
  const here = localNames();
  setUnsent([...unsent(), ...here.filter((name) => shared !== null && !known.has(name))]);
  for (const [name, value] of shared ?? []) if (!unsent().has(name)) keepHere(name, value);
  from.on('preferences.changed', ({ values }) => {
    for (const [name, value] of Object.entries(values)) {
      shared?.set(name, value);
      // What was chosen here since is newer, and on its way.
      if (!unsent().has(name)) keepHere(name, value);
    }
  });
  from.onConnection((open) => open && void send());
  void send();
}

/** The stored value when it is one of `allowed`, else the fallback. */
export function readChoice<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
  const stored = read(name);
  return allowed.find((value) => value === stored) ?? fallback;
}

export function readNumber(name: string, fallback: number): number {
  const stored = read(name);
  const value = stored === null ? NaN : Number(stored);
  return Number.isFinite(value) ? value : fallback;
}

export function readFlag(name: string, fallback: boolean): boolean {
  const stored = read(name);
  return stored === null ? fallback : stored === 'true';
}

/** The stored JSON when the schema takes it, else the fallback. */
export function readJson<T>(name: string, schema: z.ZodType<T>, fallback: T): T {
  return parse(read(name), schema, fallback);
}

export function store(name: string, value: string | number | boolean): void {
  const text = String(value);
  if (read(name) === text) return;
  shared?.set(name, text);
  keepHere(name, text);
  setUnsent([...unsent(), name]);
  void send();
}

/** Like {@link readJson}, of what {@link keepForWindow} kept. */
export function readForWindow<T>(name: string, schema: z.ZodType<T>, fallback: T): T {
  try {
    return parse(sessionStorage.getItem(PREFIX + name), schema, fallback);
  } catch {
    return fallback;
  }
}

/** Keeps something for the reload of this window; other windows do not see it. */
export function keepForWindow(name: string, value: string): void {
  try {
    sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // As with `store`.
  }
}

/** Sends what the data folder does not have yet; what fails waits for the next change or the connection. */
async function send(): Promise<void> {
  if (client === null || sending) return;
  const names = [...unsent()].slice(0, 100);
  const values = Object.fromEntries(
    names.flatMap((name) => {
      const value = shared?.get(name) ?? local(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  if (names.length === 0) return;
  sending = true;
  const sent = await client.call('preferences.set', { values }).then(
    () => true,
    () => false,
  );
  sending = false;
  if (!sent) return;
  const changed = (name: string): boolean => values[name] !== undefined && read(name) !== values[name];
  setUnsent([...unsent()].filter((name) => !names.includes(name) || changed(name)));
  void send();
}

let unsentInMemory: readonly string[] = [];

function unsent(): ReadonlySet<string> {
  try {
    return new Set(namesSchema.parse(JSON.parse(localStorage.getItem(UNSENT) ?? '[]')));
  } catch {
    return new Set(unsentInMemory);
  }
}

function setUnsent(names: readonly string[]): void {
  unsentInMemory = [...new Set(names)];
  try {
    localStorage.setItem(UNSENT, JSON.stringify(unsentInMemory));
  } catch {
    // See above.
  }
}

function keepHere(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is off or full: the data folder has it, or it lasts as long as the page.
  }
}

function localNames(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
      .filter((name) => !OWN.has(name) && !name.startsWith('unsaved'));
  } catch {
    return [];
  }
}

function parse<T>(stored: string | null, schema: z.ZodType<T>, fallback: T): T {
  if (stored === null) return fallback;
  try {
    return schema.parse(JSON.parse(stored));
  } catch {
    // Another version's, or edited by hand: a preference is not worth an error.
    return fallback;
  }
}

function read(name: string): string | null {
  const here = local(name);
  if (here !== null && unsent().has(name)) return here;
  return shared?.get(name) ?? here;
}

function local(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
