/** Where the library keeps what: below the data folder, nothing anywhere else. */
import { join } from 'node:path';
import { downloadsIn } from '../checkpoint/places.ts';

export interface Places {
  /** The registry file. */
  readonly registry: string;
  /** The folder of downloads; the only place where the library deletes. */
  readonly models: string;
}

/** @param home the data folder; not created here */
export function placesIn(home: string): Places {
  return { registry: join(home, 'models.json'), models: downloadsIn(home) };
}
