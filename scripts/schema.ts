/** Prints, or with `--write` saves, the schema that all migrations together give. `schema.sql` is its checked-in copy. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../src-main/store/file/schema-text.ts';

const text = schemaText();
if (process.argv.includes('--write')) writeFileSync(join(import.meta.dirname, '../db/schema.sql'), text);
else process.stdout.write(text);
