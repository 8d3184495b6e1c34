/** All forms, the most particular first: the first one that fits reads the row. A new one is a file and a line here. */
import { shown, type RowReason } from '../rows/reasons.ts';
import { RowError } from '../rows/row-error.ts';
import type { Fields, Row, RowItem } from '../rows/types.ts';
import { attention } from './attention.ts';
import { BENCHMARKS } from './benchmarks/index.ts';
import { conversation } from './conversation.ts';
import type { Form } from './form.ts';
import { gate } from './gate.ts';
import { objects } from './objects.ts';
import { question } from './question.ts';
import { vlmevalkit } from './vlmevalkit.ts';

export const FORMS: readonly Form[] = [
  attention,
  gate,
  objects,
  ...BENCHMARKS,
  conversation,
  vlmevalkit,
  question,
];

/** What a row gave; `form` is null where it has none. */
export interface ReadRow {
  readonly form: string | null;
  readonly items: readonly RowItem[];
}

/** The form of a row; null: it has none. */
export function formOf(fields: Fields): Form | null {
  return FORMS.find((form) => form.fits(fields)) ?? null;
}

/** Begins the reading of one file, each of its rows by its own form. What is wrong with a row is an item of it. */
export function beginForms(): (row: Row) => ReadRow {
  const begun = new Map(FORMS.map((form) => [form, form.begin()]));
  return (row) => {
    const form = formOf(row.fields);
    const read = form && begun.get(form);
    if (!form || !read) return { form: null, items: [{ ok: false, problem: noForm(row.fields) }] };
    try {
      return { form: form.name, items: read(row) };
    } catch (thrown) {
      if (!(thrown instanceof RowError)) throw thrown;
      return { form: form.name, items: [{ ok: false, problem: thrown.reason }] };
    }
  };
}

function noForm(fields: Fields): RowReason {
  return {
    message: 'the row has none of the forms that are read',
    value: shown(fields),
    next: 'Give rows with question_id, image and text; with image and conversations; or with images and messages',
  };
}
