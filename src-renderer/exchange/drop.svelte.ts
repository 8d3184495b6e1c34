/**
 * What happens with files and folders dropped on the page: Electron tells where they lie and the main side what they
 * are; a browser tells names only, so there the person is asked for the path, in the dialog for what was dropped.
 */
import type { PathKind } from '../../src-shared/contract/procedures.ts';
import { electronBridge } from '../../src-shared/rpc/connect.ts';
import { HANDOVER_ENDING } from '../deciding/unsaved.ts';
import type { Handover } from '../deciding/handover.svelte.ts';
import type { Models } from '../models/models.svelte.ts';
import type { Frame } from '../shell/frame.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { Importing } from './importing.svelte.ts';

/** Who takes it. */
export interface DropParts {
  readonly frame: Frame;
  readonly session: Session;
  readonly notices: Notices;
  readonly handover: Handover;
  readonly importing: Importing;
  readonly models: Models;
}

/** Takes what was dropped. Everything of one drop goes to the same place. */
export async function takeDrop(
  parts: DropParts,
  files: readonly File[],
  entries: readonly (FileSystemEntry | null)[],
): Promise<void> {
  const handedOver = files.filter(({ name }) => name.endsWith(HANDOVER_ENDING));
  for (const file of handedOver) await parts.handover.fromFile(await file.text());
  if (handedOver.length > 0) return;
  const bridge = electronBridge();
  if (!bridge) return askForPath(parts, entries);
  try {
    for (const file of files) {
      const path = await bridge.pathOf(file);
      if (path === '') continue;
      const { kind } = await parts.session.client.call('app.pathKind', { path });
      await take(parts, kind, path);
    }
  } catch (thrown) {
    parts.notices.error(thrown);
  }
}

async function askForPath(parts: DropParts, entries: readonly (FileSystemEntry | null)[]): Promise<void> {
  const inside = await Promise.all(entries.map((entry) => namesIn(entry).catch(() => [])));
  if (parts.session.project) {
    const isModel = inside.some(isCheckpoint);
    if (isModel) parts.frame.page = 'models';
    parts.frame.sheet = isModel ? 'addModel' : 'import';
  }
  parts.notices.info('A browser does not say where dropped files are', 'Type their path here instead');
}

/** Names of the first files of a dropped folder: browsers give a hundred at a time, more than a checkpoint has. */
function namesIn(entry: FileSystemEntry | null): Promise<string[]> {
  if (!entry?.isDirectory) return Promise.resolve([]);
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  return new Promise((resolve, reject) => {
    reader.readEntries((found) => resolve(found.map(({ name }) => name)), reject);
  });
}

/** As the main side tells one: a config, and weights or their index. */
function isCheckpoint(names: readonly string[]): boolean {
  const weights = names.some((name) => /\.safetensors(\.index\.json)?$/.test(name));
  return weights && names.includes('config.json');
}

async function take(parts: DropParts, kind: PathKind, path: string): Promise<void> {
  const { session, notices, importing } = parts;
  if (kind === 'project') return void (await session.openProject(path));
  if (!session.project) {
    notices.info('Open a project first', 'Pictures, questions and models are added to a project');
    return;
  }
  if (kind === 'checkpoint') {
    parts.frame.page = 'models';
    return parts.models.add(path);
  }
  if (kind === 'folder') importing.imagesDir = path;
  else if (kind === 'questions') importing.questionsFile = path;
  else if (kind === 'picture') importing.imagesDir = folderOf(path);
  else {
    notices.info(
      'Fovea does not know this kind of file',
      'Drop a project, pictures, questions or a checkpoint folder',
    );
    return;
  }
  parts.frame.sheet = 'import';
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 1));
}
