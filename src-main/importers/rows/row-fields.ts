/** What all forms say of a row's id, and of fields that are not read. */
import { shown, type RowReason } from './reasons.ts';

/** Every JSONL export of Fovea names itself so. */
const OWN_SCHEMA = /^fovea\.sample\//;

/** The row's id, or the one that was made for it, with the words for that. */
export function idOf(
  id: string | null | undefined,
  madeId: string,
): { readonly id: string; readonly notes: readonly RowReason[] } {
  if (id !== null && id !== undefined) return { id, notes: [] };
  const note = {
    message: 'it has no id; one was made from the file’s name and the row’s number',
    value: shown(madeId),
    next: null,
  };
  return { id: madeId, notes: [note] };
}

/** A note for each field that the form does not know: a misspelt one is not lost without a word. */
export function otherFields(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): RowReason[] {
  const schema = fields['schema'];
  if (typeof schema === 'string' && OWN_SCHEMA.test(schema)) {
    return [
      {
        message: 'a line of a Fovea export: its question was imported, its label and decision were not',
        value: null,
        next: 'Import decisions with fovea review --apply',
      },
    ];
  }
  const notes: RowReason[] = [];
  for (const key of Object.keys(fields)) {
    if (known.has(key)) continue;
    notes.push({ message: `its field ${shown(key)} is not read`, value: shown(fields[key]), next: null });
  }
  return notes;
}
