/**
 * Files between a page and a person: given, as browsers and Electron do it, with their own question where to; and dropped folders,
 * of which browsers say a hundred names at a time.
 */

/** How long a browser may take to read what it is handed, in milliseconds. */
const HANDED_OVER = 60_000;

/** A file that the host of the page sends. @param name as which it is kept */
export function saveFrom(name: string, address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** @param name proposed to the person */
export function saveAs(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER);
}

/** Names of its first files, more than a checkpoint has; of a file none. */
export async function namesIn(entry: FileSystemEntry | null): Promise<string[]> {
  if (!isFolder(entry)) return [];
  return (await readSome(entry.createReader())).map(({ name }) => name);
}

/** The next ones; none is the end. */
export function readSome(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

export function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true;
}
