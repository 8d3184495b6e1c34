/**
 * The folder of V*Bench, where a JSON file lies beside each picture under its name (`direct_attributes/sa_4690.json`:
 * `{"target_object": […], "bbox": [[x, y, w, h]], "question": …, "options": […]}`).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { guardedStat } from '../../files/plain-file.ts';
import { fileFailure, readFile } from '../containers/bytes.ts';
import { check, parseText } from '../rows/parse.ts';
import { pictureOf } from '../rows/picture.ts';
import { RowError } from '../rows/row-error.ts';
import type { RowReason } from '../rows/reasons.ts';
import type { Fields } from '../rows/types.ts';
import type { Beside, Joined } from './beside.ts';

/** They are of some hundred bytes. */
const MOST_BYTES = 1 << 20;

const annotation = z.looseObject({ bbox: z.array(z.array(z.number())), target_object: z.array(z.string()) });

const NONE: Omit<RowReason, 'value'> = {
  message: 'there is no annotation beside its picture, and so no truth boxes',
  next: 'Give the folder of V*Bench that has direct_attributes and relative_position',
};

export const vstarFolder: Beside = {
  words: 'the folder of V*Bench',
  open: async (path) => {
    const info = await guardedStat(path).catch((error: unknown) => {
      throw fileFailure(path, error);
    });
    if (!info.isDirectory()) return null;
    return { join: (fields) => joined(path, fields) };
  },
};

async function joined(folder: string, fields: Fields): Promise<Joined> {
  // Checked as any picture's path: it does not lead out of the folder.
  const { picture } = pictureOf(fields);
  if (picture.in !== 'folder') return { fields, notes: [{ ...NONE, value: null }] };
  const name = `${picture.path.replace(/\.[^./]*$/, '')}.json`;
  let text = '';
  try {
    for await (const chunk of readFile(join(folder, name))) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.length > MOST_BYTES) throw new RowError('the annotation beside its picture is too long', name);
    }
  } catch (thrown) {
    if (thrown instanceof RowError) throw thrown;
    if ((thrown as { code?: unknown }).code !== 'not_found') throw thrown;
    return { fields, notes: [{ ...NONE, value: name }] };
  }
  const raw = parseText(text);
  const parsed = raw.ok ? check(raw.value, annotation) : raw;
  if (!parsed.ok) throw new RowError(`the annotation beside its picture: ${parsed.message}`, parsed.value);
  const { bbox, target_object } = parsed.value;
  return { fields: { ...fields, bbox, target_object }, notes: [] };
}
