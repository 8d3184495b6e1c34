/** Where the demo model and its goldens lie, and copies of its checkpoint to damage. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDir } from './temporary-dir.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const DEMO_CHECKPOINT = join(root, 'models/demo/checkpoint');
export const DEMO_PROJECT_SCENES = join(root, 'models/demo/scenes/project');
export const DEMO_HELDOUT_SCENES = join(root, 'models/demo/scenes/heldout');

export function demoGolden<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, 'test/golden/demo', name), 'utf8')) as T;
}

/** A private copy of the demo checkpoint. */
export function copyDemoCheckpoint(t: { after: (fn: () => void) => void }): string {
  const dir = join(temporaryDir(t), 'checkpoint');
  cpSync(DEMO_CHECKPOINT, dir, { recursive: true });
  return dir;
}

/** Names of the demo project's pictures in its folder of images, whatever format its scenes are kept in. */
export function pictureNames(project: string): string[] {
  return readdirSync(join(project, 'images')).filter((name) => /\.(png|webp)$/.test(name));
}

/** File of the demo project's picture `name`, whatever format its scenes are kept in; throws when it is not there. */
export function demoPicture(project: string, name: string): string {
  const images = join(project, 'images');
  const file = readdirSync(images).find((one) => one.startsWith(`${name}.`));
  if (file === undefined) throw new Error(`${images} has no picture ${name}`);
  return join(images, file);
}
