/**
 * Lines of a CSV file (RFC 4180: commas, CRLF, quotes doubled) that a spreadsheet shows and never runs. A cell that one
 * would take for a formula begins with an apostrophe, and so does one that began with an apostrophe itself: whoever reads
 * the file takes one off the front of every such cell, and has the text as it was.
 */

/** A number stands as it is; null is an empty cell; anything else is text. */
export type CsvCell = string | number | null;

/** What formulas begin with (OWASP, "CSV injection"), full-width forms too, also behind blanks; and the mark itself. */
const FORMULA = /^(?:[\s'\u0000-\u0020]*[=+\-@＝＋－＠]|['\t\r\n])/u;

/** @returns the line with its end, and how many cells were made harmless */
export function csvLine(cells: readonly CsvCell[]): { readonly line: string; readonly defused: number } {
  let defused = 0;
  const written = cells.map((cell) => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    // Readers stop at a NUL.
    const text = cell.replaceAll('\0', '\ufffd');
    const harmful = FORMULA.test(text);
    if (harmful) defused++;
    return quoted(harmful ? `'${text}` : text);
  });
  return { line: `${written.join(',')}\r\n`, defused };
}

/** An empty text is not an absent one. */
function quoted(text: string): string {
  return text === '' || /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
