/** What somebody chose or dropped, as files with the names that they have in their folder. */
import { isFolder, readSome } from '../shell/files.dom.ts';

export interface ChosenFile {
  /** Relative, `/` separated. */
  readonly path: string;
  readonly file: File;
}

export interface Chosen {
  /** Of the folder, or of the first file. */
  readonly name: string;
  readonly files: readonly ChosenFile[];
}

/** Of a file field; of a folder, the names inside it. */
export function chosenIn(files: readonly File[]): Chosen {
  const all = files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return together(all);
}

/** Of a drop. A folder is read whole, its names only. */
export async function droppedIn(
  entries: readonly (FileSystemEntry | null)[],
  files: readonly File[],
): Promise<Chosen> {
  if (entries.some((entry) => entry === null)) return chosenIn(files);
  const found: ChosenFile[] = [];
  for (const entry of entries) await collect(entry!, '', found);
  return together(found);
}

/** Hidden files are those of systems and tools. The folder that all lie in is named, not repeated in each. */
function together(all: readonly ChosenFile[]): Chosen {
  const seen = all.filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
  const [top = 'files'] = seen[0]?.path.split('/') ?? [];
  const one = seen.every(({ path }) => path.startsWith(`${top}/`));
  if (!one) return { name: top.replace(/\.\w+$/, '') || top, files: seen };
  return { name: top, files: seen.map(({ path, file }) => ({ path: path.slice(top.length + 1), file })) };
}

async function collect(entry: FileSystemEntry, above: string, found: ChosenFile[]): Promise<void> {
  const path = above === '' ? entry.name : `${above}/${entry.name}`;
  if (!isFolder(entry)) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path, file });
    return;
  }
  const reader = entry.createReader();
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader)) {
    for (const inner of some) await collect(inner, path, found);
  }
}
