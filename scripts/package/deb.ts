/**
 * The Debian package: the program under /opt, its icon and desktop entry, a name on the PATH. No scripts of its own: what
 * desktops and man pages need is done by the triggers of the packages that own it, and removing takes all of it away.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Dirent,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { desktopEntry } from './desktop-entry.ts';
import type { ElectronFolder } from './electron.ts';
import { SANDBOX, settle, writeFolder } from './folder.ts';
import { icon, ICON_SIZES } from './icons.ts';
import type { Identity } from './identity.ts';
import { stampSeconds } from './stamp.ts';
import { runTool } from './system-tool.ts';
import { DEBIAN_ARCHITECTURE, type Target } from './target.ts';

/**
 * Whose libraries the program, ONNX Runtime, SQLite and libvips are linked to (`objdump -p`), by Debian 12's names and, where
 * they changed with 64-bit times, Debian 13's and Ubuntu 24.04's; below them what Electron looks for while it runs.
 */
const DEPENDS = [
  'libasound2t64 | libasound2',
  'libatk-bridge2.0-0t64 | libatk-bridge2.0-0',
  'libatk1.0-0t64 | libatk1.0-0',
  'libatspi2.0-0t64 | libatspi2.0-0',
  // ONNX Runtime and sharp are built for glibc 2.28 and up.
  'libc6 (>= 2.28)',
  'libcairo2',
  'libcups2t64 | libcups2',
  'libdbus-1-3',
  'libdrm2',
  'libexpat1',
  'libgbm1',
  'libgcc-s1',
  'libglib2.0-0t64 | libglib2.0-0',
  'libgtk-3-0t64 | libgtk-3-0',
  'libnspr4',
  'libnss3',
  'libpango-1.0-0',
  'libstdc++6',
  'libudev1',
  'libx11-6',
  'libxcb1',
  'libxcomposite1',
  'libxdamage1',
  'libxext6',
  'libxfixes3',
  'libxkbcommon0',
  'libxrandr2',
  'xdg-utils',
];
/** Chinese questions of the demo, notes that a job has ended, and secrets of Chromium. */
const RECOMMENDS = ['fonts-noto-cjk', 'libnotify4', 'libsecret-1-0'];

/** File name of the package, as Debian has it. */
export function debName(identity: Identity, { arch }: Target): string {
  return `${identity.name}_${debVersion(identity)}_${DEBIAN_ARCHITECTURE[arch]}.deb`;
}

/** Debian sorts what follows `~` before the version itself. */
function debVersion({ version }: Identity): string {
  return version.replace('-', '~');
}

/** Where the program is once it is installed. */
export function debFolder({ name }: Identity): string {
  return `/opt/${name}`;
}

/** Writes it to `file`, laid out in `workFolder` first, which is empty or not there. */
export async function writeDeb(
  file: string,
  workFolder: string,
  identity: Identity,
  electron: ElectronFolder,
  target: Target,
): Promise<void> {
  const put = (path: string, body: string | Buffer): void => {
    mkdirSync(dirname(join(workFolder, path)), { recursive: true });
    writeFileSync(join(workFolder, path), body);
  };
  const { name } = identity;
  const installed = debFolder(identity);
  await writeFolder(join(workFolder, installed), identity, electron, target);
  put(`usr/share/applications/${name}.desktop`, desktopEntry(identity, `${installed}/${name}`));
  for (const edge of ICON_SIZES) {
    put(`usr/share/icons/hicolor/${edge}x${edge}/apps/${name}.png`, await icon(edge));
  }
  put(`usr/share/doc/${name}/copyright`, copyright(identity, installed));
  mkdirSync(join(workFolder, 'usr', 'bin'), { recursive: true });
  symlinkSync(`${installed}/${name}`, join(workFolder, 'usr', 'bin', name));
  const [kibibytes, sums] = [installedKibibytes(workFolder), md5sums(workFolder)];
  put('DEBIAN/control', control(identity, target, kibibytes));
  put('DEBIAN/md5sums', sums);
  settle(workFolder);
  // Owned by root in the package. Without it, systems that give no user namespaces to a person (Ubuntu 24.04's AppArmor) could
  // not start the app with Chromium's sandbox.
  chmodSync(join(workFolder, installed, SANDBOX), 0o4755);
  rmSync(file, { force: true });
  // A test build goes nowhere: what takes a minute and a half for a release takes ten seconds.
  const compression = identity.isTestBuild ? ['-Zgzip', '-z1'] : ['-Zxz'];
  runTool('dpkg-deb', ['--root-owner-group', ...compression, '--build', workFolder, file], {
    SOURCE_DATE_EPOCH: String(stampSeconds()),
  });
}

/** What the package manager knows of the package. @param kibibytes by {@link installedKibibytes} */
export function control(identity: Identity, { arch }: Target, kibibytes: number): string {
  const { name, description, manifest } = identity;
  // What lists show in one line: up to the first clause's end, a part of a word tells nobody anything.
  const [synopsis] = description.split(/[:.] /);
  return [
    `Package: ${name}`,
    `Version: ${debVersion(identity)}`,
    `Architecture: ${DEBIAN_ARCHITECTURE[arch]}`,
    `Maintainer: ${manifest.author.name} <${manifest.author.email}>`,
    `Homepage: ${manifest.homepage}`,
    `Installed-Size: ${kibibytes}`,
    'Section: science',
    'Priority: optional',
    `Depends: ${DEPENDS.join(', ')}`,
    `Recommends: ${RECOMMENDS.join(', ')}`,
    `Description: ${synopsis}`,
    ` ${description}`,
    '',
  ].join('\n');
}

/** Debian's machine-readable form 1.0. */
export function copyright({ manifest, productName }: Identity, installed: string): string {
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${productName}`,
    `Source: ${manifest.homepage}`,
    '',
    'Files: *',
    `Copyright: ${manifest.author.name}`,
    `License: ${manifest.license}`,
    ' The text is in /usr/share/common-licenses/Apache-2.0.',
    `Comment: software of others in it has its notices in ${installed}/resources/THIRD-PARTY-NOTICES.txt,`,
    ` ${installed}/LICENSE.electron.txt and ${installed}/LICENSES.chromium.html.`,
    '',
  ].join('\n');
}

/** As policy 5.6.20 counts it: files and links by their size, rounded up to 1024 bytes, and folders as 1024. */
export function installedKibibytes(folder: string): number {
  const sizeOf = (entry: Dirent): number =>
    entry.isDirectory() ? 1 : Math.ceil(lstatSync(join(entry.parentPath, entry.name)).size / 1024);
  return entriesOf(folder).reduce((sum, entry) => sum + sizeOf(entry), 1);
}

/** Of all files, for `dpkg --verify` and debsums. */
export function md5sums(folder: string): string {
  return entriesOf(folder)
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => {
      const sum = createHash('md5').update(readFileSync(file)).digest('hex');
      return `${sum}  ${relative(folder, file)}\n`;
    })
    .join('');
}

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true });
}
