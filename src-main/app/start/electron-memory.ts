/** Remembers that Electron could not be fetched: for a day, and for the version that was wanted. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const REMEMBER_MS = 24 * 3_600_000;
const failureSchema = z.object({ version: z.string(), at: z.number(), why: z.string() });
export type FetchFailure = z.infer<typeof failureSchema>;

/** Why fetching this version failed less than a day ago, or null. */
export function recall(file: string, version: string, now: number): string | null {
  try {
    const known = failureSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return known.version === version && now - known.at < REMEMBER_MS ? known.why : null;
  } catch {
    return null;
  }
}

/** Keeps a failure; a folder that cannot be written only means that the next start tries again. */
export function remember(file: string, failure: FetchFailure): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(failure));
  } catch {
    // See above.
  }
}
