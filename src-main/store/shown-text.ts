/**
 * Texts as they are shown. Imports take fields of a bounded length; a project from before may hold one of megabytes, which no
 * page can be sent for each row of a list. It is cut where it is shown, and nowhere else.
 */

/** Characters of a field that are shown. */
export const SHOWN_CHARACTERS = 20_000;
/** A language, split or tag of more characters is no name that anybody filters by. */
export const NAME_CHARACTERS = 1000;
/** Of a list in a field. */
const SHOWN_ENTRIES = 1000;

/** As it is, or its beginning with the word that it is one. */
export function shownText(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return `${text.slice(0, SHOWN_CHARACTERS)}… [shortened: ${text.length.toLocaleString('en')} characters]`;
}

export function shownEntries<T>(entries: readonly T[]): T[] {
  return entries.slice(0, SHOWN_ENTRIES);
}
