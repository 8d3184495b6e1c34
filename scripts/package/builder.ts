/**
 * What electron-builder makes: everything for Windows and macOS (it names, signs, notarises and puts the archive's hash into the
 * program), and the AppImage, whose tools it fetches. It packs the archive that is made here, so that the app is the same one.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, Arch, Platform, type Configuration } from 'electron-builder';
import { root } from '../lib/paths.mjs';
import { LINK_SCHEME } from '../../src-shared/contract/link.ts';
import type { ElectronFolder } from './electron.ts';
import { FUSES } from './fuses.ts';
import { icon, LARGEST_ICON } from './icons.ts';
import type { Identity } from './identity.ts';
import type { Target } from './target.ts';

/** What it is to make of an app. */
export type BuilderTarget = 'dir' | 'installer' | 'appimage';

const PLATFORMS = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS } as const;
const ARCHITECTURES = { x64: Arch.x64, arm64: Arch.arm64 } as const;
/** On macOS people install from the dmg; updates come as the zip. */
const INSTALLERS = { linux: ['AppImage'], darwin: ['dmg', 'zip'], win32: ['nsis'] } as const;

/**
 * @param app folder with the app's archive and nothing else but what belongs beside it; or, for an AppImage, the finished folder
 * @param work an empty place for what it needs meanwhile
 * @returns paths of what it made
 * @throws Error with its words, among others where it cannot fetch its tools
 */
export async function buildByBuilder(
  what: BuilderTarget,
  app: string,
  outFolder: string,
  work: string,
  identity: Identity,
  electron: ElectronFolder,
  target: Target,
): Promise<string[]> {
  writeFileSync(join(work, 'icon.png'), await icon(LARGEST_ICON));
  const kinds = what === 'dir' ? ['dir'] : [...INSTALLERS[target.platform]];
  try {
    return await build({
      targets: PLATFORMS[target.platform].createTarget(kinds, ARCHITECTURES[target.arch]),
      // Where the archive is: in that it finds what the app is called.
      projectDir: what === 'appimage' ? join(app, 'resources') : app,
      ...(what === 'appimage' ? { prepackaged: app } : {}),
      publish: 'never',
      config: configuration(outFolder, work, identity, electron),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `electron-builder made no ${kinds.join(' or ')} (${why}). Where it cannot fetch its tools: deb, tar and dir for Linux need none`,
      {
        cause: error,
      },
    );
  }
}

/** What depends on the build; it goes on top of `electron-builder.yml`. */
export function configuration(
  output: string,
  buildResources: string,
  { name, productName, manifest, updates }: Identity,
  { folder, version }: ElectronFolder,
): Configuration {
  return {
    extends: `file:${join(root, 'electron-builder.yml')}`,
    productName,
    executableName: name,
    copyright: `${manifest.license}, ${manifest.author.name}`,
    directories: { output, buildResources },
    artifactName: `${name}-\${version}-\${os}-\${arch}.\${ext}`,
    electronVersion: version,
    electronDist: folder,
    electronFuses: { ...FUSES },
    protocols: [{ name: `${productName} link`, schemes: [LINK_SCHEME] }],
    mac: {
      // Folders may be dropped on the icon; Finder goes on opening them.
      extendInfo: {
        CFBundleDocumentTypes: [
          {
            CFBundleTypeName: `${productName} project`,
            CFBundleTypeRole: 'Viewer',
            LSHandlerRank: 'Alternate',
            LSItemContentTypes: ['public.folder'],
          },
        ],
      },
    },
    linux: { executableName: name },
    // With a feed it writes what electron-updater reads of the program: `app-update.yml`. The lists are `release:sign`'s.
    publish: updates === null ? null : { provider: 'generic', url: updates.feed },
  };
}
