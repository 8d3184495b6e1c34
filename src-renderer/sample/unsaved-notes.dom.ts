/**
 * Words that were typed and not saved, for the reload of this page: in the session storage, which is this page's own.
 * Two pages that shared them would both save them.
 */
import { z } from 'zod';
import type { UnsavedNote } from './note-keeper.ts';

const NAME = 'fovea.unsavedNotes';
const storedSchema = z.record(
  z.string(),
  z.array(
    z.object({
      sampleId: z.number().int(),
      id: z.number().int().nullable(),
      was: z.string(),
      text: z.string(),
    }),
  ),
);

/** What was not saved in a project. */
export function readUnsavedNotes(project: string): UnsavedNote[] {
  return readAll()[project] ?? [];
}

/** In place of what was kept for the project before. */
export function keepUnsavedNotes(project: string, notes: readonly UnsavedNote[]): void {
  try {
    const { [project]: before, ...others } = readAll();
    if (notes.length === 0 && !before) return;
    const all = notes.length === 0 ? others : { ...others, [project]: notes };
    sessionStorage.setItem(NAME, JSON.stringify(all));
  } catch {
    // Storage is off or full: the words are in memory still, and leaving the page asks first.
  }
}

function readAll(): z.infer<typeof storedSchema> {
  try {
    return storedSchema.parse(JSON.parse(sessionStorage.getItem(NAME) ?? '{}'));
  } catch {
    // Another version's: nothing that could be restored.
    return {};
  }
}
