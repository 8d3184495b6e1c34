/**
 * What happens with files and folders dropped on the page: Electron tells where they lie and the main side what they
 * are; a browser tells neither, so there the person is asked for the path.
 */
import type { PathKind } from '../../src-shared/contract/procedures.ts';
import { electronBridge } from '../../src-shared/rpc/connect.ts';
import type { Workbench } from './workbench.svelte.ts';

/** Takes what was dropped. Everything of one drop goes to the same place. */
export async function takeDrop(bench: Workbench, files: readonly File[]): Promise<void> {
  const bridge = electronBridge();
  if (!bridge) {
    if (bench.session.project) bench.sheet = 'import';
    bench.notices.info('A browser does not say where dropped files are', 'Type their path here instead');
    return;
  }
  try {
    for (const file of files) {
      const path = await bridge.pathOf(file);
      if (path === '') continue;
      const { kind } = await bench.session.client.call('app.pathKind', { path });
      await take(bench, kind, path);
    }
  } catch (thrown) {
    bench.notices.error(thrown);
  }
}

async function take(bench: Workbench, kind: PathKind, path: string): Promise<void> {
  const { session, notices, importing } = bench;
  if (kind === 'project') return void (await session.openProject(path));
  if (!session.project) {
    notices.info('Open a project first', 'Pictures, questions and models are added to a project');
    return;
  }
  if (kind === 'checkpoint') {
    bench.page = 'models';
    return bench.models.add(path);
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
  bench.sheet = 'import';
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), 1));
}
