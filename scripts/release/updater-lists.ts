/**
 * What electron-updater reads beside our own list: `latest.yml` (Windows) and `latest-mac.yml`. electron-builder writes them too, but
 * for one architecture at a time, the last one over the others. JSON is YAML.
 */
import type { ReleaseFile, ReleaseManifest } from '../../src-main/updates/manifest.ts';

const NAMES: readonly (readonly [ReleaseFile['platform'], string])[] = [
  ['win32', 'latest.yml'],
  ['darwin', 'latest-mac.yml'],
];

/** Name → text, for the systems that the release has packages for. */
export function updaterLists({ version, published, files }: ReleaseManifest): Map<string, string> {
  const lists = new Map<string, string>();
  for (const [system, name] of NAMES) {
    const own = files.filter(({ platform }) => platform === system);
    if (own.length === 0) continue;
    const list = {
      version,
      files: own.map(({ name: url, sha512, size }) => ({ url, sha512, size })),
      releaseDate: published,
    };
    lists.set(name, `${JSON.stringify(list, null, 2)}\n`);
  }
  return lists;
}
