/** What goes into every kind of package, whatever is around it: the app's archive and the words on its licences. */
import { mkdirSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { appFiles } from './app-files.ts';
import { writeArchive } from './archive.ts';
import type { Identity } from './identity.ts';
import { thirdPartyNotices } from './notices.ts';
import { packagesFor } from './packages.ts';
import { swappedFiles } from './swaps.ts';
import type { Target } from './target.ts';

/** Fovea's own licence, in the program's resources. */
export const LICENSE_FILE = 'LICENSE.txt';
export const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';

/** Writes it to `folder`, which is made anew: `app.asar`, what native code opens beside it, licence and notices. */
export async function writeApp(folder: string, identity: Identity, target: Target): Promise<void> {
  const packages = await packagesFor(target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const swapped = identity.isTestBuild ? await swappedFiles() : new Map<string, Buffer>();
  await writeArchive(appFiles(identity, packages, target, swapped), join(folder, 'app.asar'));
  copyFileSync(join(root, 'LICENSE'), join(folder, LICENSE_FILE));
  writeFileSync(join(folder, NOTICES_FILE), thirdPartyNotices(packages));
}
