/** Gives a person something of the page as a file, as browsers and Electron do it: with their own question where to. */

/** How long a browser may take to read what it is handed, in milliseconds. */
const HANDED_OVER = 60_000;

/** @param name proposed to the person */
export function saveAs(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER);
}
