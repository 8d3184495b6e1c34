/**
 * The most that a field of a row may hold. Nothing that people label comes near; a field beyond is damage or another
 * kind of file, and stored it would weigh down every list, search and page that meets it.
 */

/** Of one line, or one element of a JSON list, ending excluded; it may hold much that is not read. */
export const LINE_BYTES = 16 * 1024 * 1024;

/** Of one row of a table: it may hold a picture. */
export const TABLE_ROW_BYTES = 128 * 1024 * 1024;
export const TABLE_COLUMNS = 1000;

/** Characters, but for the counts of `tags`, `boxes` and `turns`. */
export const MOST = {
  id: 500,
  path: 1000,
  question: 20_000,
  answer: 20_000,
  /** Language, split, data set. */
  name: 200,
  tag: 200,
  tags: 100,
  boxes: 1000,
  turns: 1000,
} as const;

/** What is said of a text that is too long. */
export function tooLong(characters: number): string {
  return `longer than ${characters.toLocaleString('en-US')} characters`;
}

/** What is said of a list that is too long. */
export function tooMany(entries: number): string {
  return `more than ${entries.toLocaleString('en-US')} entries`;
}
