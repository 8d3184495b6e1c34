// Where the checkout is. Everything else is relative to it, wherever the command was started.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
