/**
 * Pictures with the objects that are marked in them (COCO): each object, each category of a picture, or each picture becomes a
 * question whose truth boxes they are. Categories are tags.
 */
import { z } from 'zod';
import { counted } from '../../../src-shared/contract/counts.ts';
import type { ObjectsWish } from '../../../src-shared/contract/procedures.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { MOST } from '../rows/limits.ts';
import { pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { shown, type RowReason } from '../rows/reasons.ts';
import { checked } from '../rows/row-error.ts';
import type { ImportRecord, RowItem, RowReader } from '../rows/types.ts';
import type { Form } from './form.ts';

/** The place of the category's name in a question. */
const CATEGORY = '{category}';
const WHERE = `Where is the ${CATEGORY}?`;
const WHICH = 'Which objects are in the picture?';

export const PLAIN_OBJECTS: ObjectsWish = { each: 'category', question: null };

interface Marked {
  readonly id: number | null;
  readonly category: string;
  /** Pixels, exclusive maxima. */
  readonly box: SourceXyxy;
  readonly crowd: boolean;
  readonly outlined: boolean;
}

const schema = z.object({
  image_id: z.string(),
  size: z.tuple([z.number(), z.number()]).optional(),
  // Each was checked where it was read, and is not looked through again.
  annotations: z.custom<readonly Marked[]>(Array.isArray),
  unread: z.array(z.string()).default([]),
});
type Objects = z.output<typeof schema>;

export const objects: Form = {
  name: 'objects',
  words: 'a picture with marked objects (COCO)',
  fits: (fields) => 'file_name' in fields && 'annotations' in fields && 'image_id' in fields,
  begin: () => objectsRow,
};

const objectsRow: RowReader = ({ fields, options }) => {
  const row = checked(fields, schema);
  const found = pictureOf({ image: fields['file_name'] });
  const { each, question } = options.objects ?? PLAIN_OBJECTS;
  const notes = [...found.notes, ...row.unread.map(notRead)];
  const asked = groups(row, each);
  if (asked.length === 0) {
    const problem = {
      message: 'the picture has no annotation, so nothing is asked about it',
      value: shown(fields['file_name']),
      next: 'Have one question for each picture (--objects picture), or leave it out',
    };
    return [{ ok: false, problem }];
  }
  const met = new Set<string>();
  return asked.map(({ id, names, marked }, i): RowItem => {
    if (met.has(id))
      return {
        ok: false,
        problem: { message: 'another annotation of the picture has its id', value: shown(id), next: null },
      };
    met.add(id);
    if (marked.length > MOST.boxes) {
      const value = counted(marked.length, 'box', 'boxes');
      return {
        ok: false,
        problem: {
          message: `more than ${MOST.boxes} objects for one question`,
          value,
          next: 'Have a question for each annotation (--objects annotation)',
        },
      };
    }
    const written = (question ?? (each === 'picture' ? WHICH : WHERE)).replaceAll(CATEGORY, names.join(', '));
    const plain = plainQuestion(written, 'question');
    // A crowd is an area with many of a kind: truth only where nothing better is.
    const single = marked.filter(({ crowd }) => !crowd);
    const truth = single.length > 0 ? single : marked;
    const record = {
      externalId: id,
      picture: found.picture,
      question: plain.question,
      referenceAnswer: null,
      language: null,
      split: null,
      tags: [
        ...names.slice(0, MOST.tags - 1),
        ...(single.length === 0 && marked.length > 0 ? ['crowd'] : []),
      ],
      truthBoxes: truth.map(({ box }) => box),
      boxForm: 'pixels',
      ...(row.size ? { pictureSize: row.size } : {}),
    } satisfies ImportRecord;
    return {
      ok: true,
      record,
      notes: [...(i === 0 ? notes : []), ...plain.notes, ...notesOf(marked, truth, names)],
    };
  });
};

interface Group {
  readonly id: string;
  readonly names: readonly string[];
  readonly marked: readonly Marked[];
}

function groups({ image_id: imageId, annotations }: Objects, each: ObjectsWish['each']): Group[] {
  if (each === 'picture') {
    return [
      { id: imageId, names: [...new Set(annotations.map(({ category }) => category))], marked: annotations },
    ];
  }
  if (each === 'annotation') {
    return annotations.map((one, i) => ({
      id: one.id === null ? `${imageId}-${i + 1}` : String(one.id),
      names: [one.category],
      marked: [one],
    }));
  }
  return [...Map.groupBy(annotations, ({ category }) => category)].map(([name, marked]) => ({
    id: `${imageId}-${name}`,
    names: [name],
    marked,
  }));
}

function notesOf(marked: readonly Marked[], truth: readonly Marked[], names: readonly string[]): RowReason[] {
  const notes: RowReason[] = [];
  const outlined = truth.filter((one) => one.outlined).length;
  if (outlined > 0) {
    notes.push({
      message: 'its polygons or masks were not taken over: the truth is the box of each',
      value: counted(outlined, 'object'),
      next: null,
    });
  }
  if (truth.length < marked.length) {
    notes.push({
      message: 'crowd regions were left out of its truth boxes',
      value: counted(marked.length - truth.length, 'region'),
      next: null,
    });
  }
  if (names.length > MOST.tags - 1) {
    notes.push({
      message: 'more categories than a sample can have tags',
      value: counted(names.length, 'category', 'categories'),
      next: null,
    });
  }
  return notes;
}

function notRead(name: string): RowReason {
  return { message: `the field ${shown(name)} of annotations is not read`, value: null, next: null };
}
