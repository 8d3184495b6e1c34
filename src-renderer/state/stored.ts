/** Small preferences of this person on this screen. A browser that refuses storage just forgets them. */
import type { z } from 'zod';

const PREFIX = 'fovea.';

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
  try {
    localStorage.setItem(PREFIX + name, String(value));
  } catch {
    // Storage is off or full: the preference lasts as long as the page.
  }
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
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
