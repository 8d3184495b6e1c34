/**
 * GQA (https://cs.stanford.edu/people/dorarad/gqa/download.html: `testdev_balanced_questions.json`, an object of rows by
 * question id; pictures are {imageId}.jpg). Where the scene graphs are given beside it (`beside/scene-graphs.ts`), truth
 * boxes are those of the objects that `annotations` name for the question and the answer, each once.
 */
import { z } from 'zod';
import { idText } from '../../rows/fields.ts';
import { pictureOf } from '../../rows/picture.ts';
import type { RowReason } from '../../rows/reasons.ts';
import { benchmarkForm } from './benchmark.ts';
import { optionalId, optionalText, textField } from './fields.ts';

/** Places in the text, and the objects that they are about; written otherwise (in Parquet) they are not read. */
const places = z.record(z.string(), z.string()).nullish().catch(null);
const sceneObject = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });

const schema = z.object({
  id: optionalId,
  imageId: idText,
  question: textField,
  answer: optionalText,
  annotations: z.object({ question: places, answer: places }).nullish().catch(null),
  /** Of the scene graph; not there: none was given. */
  objects: z.record(z.string(), sceneObject).nullish(),
});

const ABSENT: Omit<RowReason, 'value'> = {
  message: 'an object that its annotations name is not in the scene graph of its picture',
  next: null,
};

export const gqa = benchmarkForm({
  name: 'gqa',
  words: 'a question of GQA',
  fits: (fields) => 'imageId' in fields,
  schema,
  known: [
    ...[
      'id',
      'imageId',
      'image',
      'question',
      'answer',
      'annotations',
      'objects',
      'fullAnswer',
      'isBalanced',
      'groups',
    ],
    ...['entailed', 'equivalent', 'types', 'semantic', 'semanticStr'],
  ],
  read: (row, fields) => {
    const { question, answer } = row.annotations ?? {};
    const ids = new Set([...Object.values(question ?? {}), ...Object.values(answer ?? {})]);
    const objects = row.objects ?? null;
    const absent = objects === null ? [] : [...ids].filter((id) => !Object.hasOwn(objects, id));
    const boxes = [...ids].flatMap((id) => {
      if (objects === null || !Object.hasOwn(objects, id)) return [];
      const { x, y, w, h } = objects[id]!;
      return [[x, y, w, h] as const];
    });
    return {
      id: row.id,
      picture: pictureOf({ image: fields['image'] ?? `${row.imageId}.jpg` }),
      question: row.question,
      field: 'question',
      answers: row.answer === null ? [] : [row.answer],
      boxes: { of: boxes, form: 'xywh' },
      notes: absent.map((value) => ({ ...ABSENT, value })),
    };
  },
});
