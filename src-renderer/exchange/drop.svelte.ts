/**
 * What happens with files and folders dropped on the page: Electron tells where they lie and the main side what they
 * are; a browser does not tell, so there pictures and questions are copied into the project.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { PathKind } from '../../src-shared/contract/procedures.ts';
import { electronBridge } from '../../src-shared/rpc/connect.ts';
import { HANDOVER_ENDING } from '../deciding/unsaved.ts';
import type { Handover } from '../deciding/handover.svelte.ts';
import type { Models } from '../models/models.svelte.ts';
import type { OwnPicture } from '../trying/own-picture.svelte.ts';
import type { Frame } from '../shell/frame.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { namesIn } from '../shell/files.dom.ts';
import type { Importing } from './importing.svelte.ts';

/** Who takes it. */
export interface DropParts {
  readonly frame: Frame;
  readonly session: Session;
  readonly notices: Notices;
  readonly handover: Handover;
  readonly importing: Importing;
  readonly models: Models;
  readonly own: OwnPicture;
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
  if (!bridge) {
    const [picture] = files.length === 1 && files[0]?.type.startsWith('image/') ? files : [];
    if (picture && asksOwnPicture(parts)) return showOwnPicture(parts, picture);
    return bringIn(parts, files, entries);
  }
  try {
    const paths = await Promise.all(files.map((file) => bridge.pathOf(file)));
    const things = await Promise.all(
      paths.filter((path) => path !== '').map((path) => whatLies(parts, path)),
    );
    for (const [i, { kind, path }] of things.entries()) {
      // The shards of one model are one folder.
      if (things.findIndex((thing) => thing.path === path) === i) await take(parts, kind, path);
    }
  } catch (thrown) {
    parts.notices.error(thrown);
  }
}

/** Takes what lies at a path of this machine, as if it had been dropped. */
export async function takePath(parts: DropParts, path: string): Promise<void> {
  try {
    const thing = await whatLies(parts, path);
    await take(parts, thing.kind, thing.path);
  } catch (thrown) {
    parts.notices.error(thrown);
  }
}

interface Thing {
  readonly kind: PathKind;
  readonly path: string;
}

/** What is meant by a path: by a file of weights, the model that it is a part of. */
async function whatLies({ session: { client } }: DropParts, path: string): Promise<Thing> {
  const { kind } = await client.call('app.pathKind', { path });
  if (kind !== 'weights') return { kind, path };
  const folder = folderOf(path);
  const around = await client.call('app.pathKind', { path: folder });
  return around.kind === 'checkpoint' ? { kind: 'checkpoint', path: folder } : { kind, path };
}

/** Files of the browser's computer: copied into the project, but for what is read where it lies. */
async function bringIn(
  parts: DropParts,
  files: readonly File[],
  entries: readonly (FileSystemEntry | null)[],
): Promise<void> {
  const { session, frame, notices, importing } = parts;
  const inside = await Promise.all(entries.map((entry) => namesIn(entry).catch((): string[] => [])));
  if (!session.project) {
    return void notices.info('Open a project first', 'Pictures and questions are added to a project');
  }
  const weights = entries.some((entry) => entry?.name.toLowerCase().endsWith('.safetensors'));
  const isModel = weights || inside.some(isCheckpoint);
  if (isModel) [frame.page, frame.sheet] = ['models', 'addModel'];
  if (isModel || inside.some((names) => names.includes('project.db'))) {
    const what = isModel ? 'Models' : 'Projects';
    notices.info(
      `${what} are used where they lie`,
      'Browsers do not say where that is: type the path instead',
    );
    return;
  }
  frame.sheet = 'import';
  await importing.bringDropped(entries, files);
}

/** As the main side tells one: a config, and weights or their index. */
function isCheckpoint(names: readonly string[]): boolean {
  const weights = names.some((name) => /\.safetensors(\.index\.json)?$/.test(name));
  return weights && names.includes('config.json');
}

async function take(parts: DropParts, kind: PathKind, path: string): Promise<void> {
  const { session, notices, importing } = parts;
  if (kind === 'project') return openProject(parts, path);
  if (kind === 'picture' && asksOwnPicture(parts)) return showOwnPicture(parts, path);
  if (!session.project) {
    notices.info('Open a project first', 'Pictures, questions and models are added to a project');
    return;
  }
  if (kind === 'checkpoint') {
    parts.frame.page = 'models';
    return parts.models.add(path);
  }
  if (kind === 'weights') {
    const next = 'Put them beside their config.json and drop the folder';
    throw new FoveaError('bad_input', 'These weights have no config.json beside them', {
      where: path,
      next,
    });
  }
  if (kind === 'folder') importing.imagesDir = path;
  else if (kind === 'questions') importing.questionsFile = path;
  else if (kind === 'picture') importing.imagesDir = folderOf(path);
  else {
    notices.info(
      'This kind of file is not supported',
      'Drop a project, pictures, questions or a checkpoint folder',
    );
    return;
  }
  parts.frame.sheet = 'import';
}

/** Where there is no project to import it into, or a person asks about pictures of their own just now. */
function asksOwnPicture({ session, frame }: DropParts): boolean {
  return session.project === null || frame.sheet === 'ownPicture';
}

function showOwnPicture({ own }: DropParts, picture: string | File): void {
  own.take(picture);
  own.onshow();
}

/** Why it cannot be opened is said over the page that stays. */
async function openProject({ session, notices }: DropParts, path: string): Promise<void> {
  if (await session.openProject(path)) return;
  if (session.project && session.problem) notices.error(session.problem);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 1));
}
