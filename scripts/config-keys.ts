/** Writes docs/config-keys.md from the tables of keys. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysPage } from './lib/keys-page.ts';

writeFileSync(join(import.meta.dirname, '../docs/config-keys.md'), keysPage());
