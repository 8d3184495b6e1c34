/** Annotations of VQA v2 and OK-VQA (`{"annotations": [{"question_id": …, "answers": […]}]}`), by question. */
import { z } from 'zod';
import { readFile } from '../containers/bytes.ts';
import { membersOf } from '../containers/json-members.ts';
import { parseText } from '../rows/parse.ts';
import type { RowReason } from '../rows/reasons.ts';
import { RowError } from '../rows/row-error.ts';
import type { Beside } from './beside.ts';
import { Entries } from './entries.ts';

const annotation = z.looseObject({ question_id: z.union([z.number(), z.string()]), image_id: z.unknown() });

const NONE: Omit<RowReason, 'value'> = {
  message: 'the annotations have no answers to it',
  next: 'Give the annotations of the same split',
};

export const vqaAnnotations: Beside = {
  words: 'annotations of VQA',
  open: async (path) => {
    const members = await membersOf(readFile(path));
    const list = members?.find(({ key, kind }) => key === 'annotations' && kind === 'objects');
    if (!list || !members?.some(({ key }) => key === 'data_subtype')) return null;
    const entries = await Entries.open(path, { at: list.from, to: list.to }, ({ bytes }) => {
      const parsed = parseText(Buffer.from(bytes).toString('utf8'));
      const id = parsed.ok ? annotation.safeParse(parsed.value).data?.question_id : undefined;
      return id === undefined ? null : String(id);
    });
    return {
      join: async (fields) => {
        const id = fields['question_id'];
        const found = await entries.get(String(id), annotation, 'its annotations');
        if (found === null) return { fields, notes: [{ ...NONE, value: String(id) }] };
        if (String(found.image_id) !== String(fields['image_id'])) {
          throw new RowError(
            'image_id: the annotations have another picture for it',
            `${String(fields['image_id'])} and ${String(found.image_id)}`,
          );
        }
        const { question_id: _, image_id: __, ...facts } = found;
        return { fields: { ...facts, ...fields }, notes: [] };
      },
    };
  },
};
