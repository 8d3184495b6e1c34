/** The mark that says where in a question the picture goes, as LLaVA's data and templates write it. */
export const PICTURE_MARK = '<image>';

/**
 * The question without a mark that it begins or ends with, and without the white space around that. No pattern: one of
 * white space around the mark takes the square of a long question's white space.
 */
export function withoutMark(question: string): string {
  const start = question.trimStart();
  const rest = start.startsWith(PICTURE_MARK) ? start.slice(PICTURE_MARK.length).trimStart() : question;
  const end = rest.trimEnd();
  return end.endsWith(PICTURE_MARK) ? end.slice(0, -PICTURE_MARK.length).trimEnd() : rest;
}
