/** Files of a checkout that is measured: where they lie now, or in an older one where they lay before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports a file of the checkout.
 * @param places where it may lie, the newest first; the first that is there is taken
 * @throws Error when it lies in none of them
 */
export async function ofCheckout(checkout: string, ...places: readonly string[]): Promise<unknown> {
  const path = places.map((place) => join(checkout, place)).find((place) => existsSync(place));
  if (path === undefined) throw new Error(`${checkout} has none of ${places.join(', ')}`);
  return (await import(pathToFileURL(path).href)) as unknown;
}
