/**
 * Trainers put tokenizer, template and picture settings beside the adapter. Those of the base are used; where an adapter's
 * own say something else, a person has to know.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlain } from '../../files/plain-file.ts';

const FILES = [
  'tokenizer.json',
  'chat_template.json',
  'chat_template.jinja',
  'processor_config.json',
  'preprocessor_config.json',
];
/** Far above any such file; a larger one is taken for another. */
const MAX_BYTES = 64_000_000;

/** Files of the adapter's folder that the base has not, or with other contents. */
export async function ownFiles(dir: string, baseDir: string): Promise<string[]> {
  if (dir === baseDir) return [];
  const differ = await Promise.all(FILES.map((name) => differs(join(dir, name), join(baseDir, name))));
  return FILES.filter((_, i) => differ[i]);
}

async function differs(own: string, base: string): Promise<boolean> {
  const [a, b] = await Promise.all([own, base].map((path) => stat(path).catch(() => null)));
  if (!a?.isFile()) return false;
  if (!b?.isFile() || a.size !== b.size || a.size > MAX_BYTES) return true;
  const wish = { code: 'bad_checkpoint', next: 'Download this file again', maxBytes: MAX_BYTES } as const;
  const [mine, theirs] = await Promise.all([readPlain(own, wish), readPlain(base, wish)]);
  return !mine.equals(theirs);
}
