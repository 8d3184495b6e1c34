/**
 * Updates on Windows and macOS: electron-updater fetches and starts what installs. Its own list (`latest.yml`) is not signed,
 * and the signature of an installer is only looked at where the build names a publisher; so the signed list of the release
 * decides here, too: which version there is, and that the installer is byte for byte the one that was signed.
 */
import type { AppUpdater } from 'electron-updater';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { packageFor, readRelease, type FeedOptions } from './feed.ts';
import { untrusted, type ReleaseFile } from './manifest.ts';
import { cancelled, networkError } from './request.ts';
import type { Found, Ready, Updater } from './updater.ts';
import { isWhole } from './whole-file.ts';

export interface InstallerOptions extends FeedOptions {
  readonly platform: 'win32' | 'darwin';
  /** As `process.arch`. */
  readonly arch: string;
  readonly updater: AppUpdater;
}

type Result = NonNullable<Awaited<ReturnType<AppUpdater['checkForUpdates']>>>;

export class InstallerUpdater implements Updater {
  readonly #options: InstallerOptions;
  #offered: { readonly version: string; readonly file: ReleaseFile; readonly result: Result } | null = null;

  constructor(options: InstallerOptions) {
    this.#options = options;
    const { updater } = options;
    updater.logger = null;
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = false;
    updater.disableWebInstaller = true;
    // Block maps are in no signed list.
    updater.disableDifferentialDownload = true;
    // It would send a number that stays the same for this person.
    updater.requestHeaders = { 'x-user-staging-id': '', 'User-Agent': 'fovea' };
    updater.isUserWithinRollout = () => true;
    // It throws what it says here, too.
    updater.on('error', () => undefined);
  }

  async check(signal: AbortSignal): Promise<Found> {
    this.#offered = null;
    const { updater, platform, arch, feed } = this.#options;
    const { manifest, verdict } = await readRelease(this.#options, signal);
    const { version, notes } = manifest;
    if (verdict === 'current' || verdict === 'older') return { is: verdict, version };
    const file = packageFor(manifest, platform, arch, platform === 'win32' ? 'nsis' : 'zip');
    const isWayBack = verdict === 'withdrawn';
    updater.allowPrerelease = version.includes('-');
    updater.allowDowngrade = isWayBack;
    const result = await orNetworkError(feed, () => updater.checkForUpdates());
    if (signal.aborted) throw cancelled();
    if (!result?.isUpdateAvailable || result.updateInfo.version !== version)
      throw networkError(`the feed's two lists name different versions (${version} is signed)`, feed);
    checkListed(result, manifest.files, file, feed);
    this.#offered = { version, file, result };
    return { is: 'offer', offer: { version, notes, bytes: file.size, isWayBack } };
  }

  async download(onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Ready> {
    const { updater, feed, platform } = this.#options;
    const offered = this.#offered;
    const token = offered?.result.cancellationToken;
    if (offered === null || token === undefined)
      throw new FoveaError('conflict', 'no version was offered', { next: 'Check for updates first' });
    const { file, version } = offered;
    let isTooLong = false;
    const onProgress = ({ transferred }: { transferred: number }): void => {
      onBytes(transferred);
      if (transferred <= file.size) return;
      isTooLong = true;
      token.cancel();
    };
    const stop = (): void => token.cancel();
    signal.addEventListener('abort', stop, { once: true });
    updater.on('download-progress', onProgress);
    try {
      const [path] = await updater.downloadUpdate(token);
      if (path === undefined || !(await isWhole(path, file)))
        throw untrusted(`${file.name} is not what the signed list says`, new URL(file.name, feed).href);
      onBytes(file.size);
      const isSilent = false;
      return {
        is: 'installer',
        version,
        run: () => (platform === 'win32' ? updater.quitAndInstall(isSilent, true) : updater.quitAndInstall()),
      };
    } catch (thrown) {
      if (thrown instanceof FoveaError) throw thrown;
      if (signal.aborted) throw cancelled();
      const url = new URL(file.name, feed);
      if (isTooLong) throw networkError(`the feed sends more of ${file.name} than was signed`, url);
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
      if (code === 'ERR_CHECKSUM_MISMATCH' || code === 'ERR_UPDATER_INVALID_SIGNATURE')
        throw untrusted(
          `${file.name} is not what the signed list says, or not signed by its publisher`,
          url.href,
        );
      throw asNetworkError(thrown, url);
    } finally {
      signal.removeEventListener('abort', stop);
      updater.off('download-progress', onProgress);
    }
  }

  /** electron-updater keeps none; a signed list that withdraws a version is the way back here. */
  previous(): Promise<null> {
    return Promise.resolve(null);
  }

  goBack(): Promise<Ready> {
    return Promise.reject(
      new FoveaError('not_found', 'no version before this one is kept', {
        next: 'Get the version that you want from where you have Fovea from, and install it over this one',
      }),
    );
  }
}

/** The updater of this system, on the feed of this build. Only here is electron-updater loaded: a start has no need of it. */
export async function systemUpdater(platform: 'win32' | 'darwin', feed: string): Promise<AppUpdater> {
  const { default: updaters } = await import('electron-updater');
  const updater = platform === 'win32' ? new updaters.NsisUpdater() : new updaters.MacUpdater();
  updater.setFeedURL({ provider: 'generic', url: feed });
  return updater;
}

/**
 * Whatever electron-updater would take of what its list names must be signed: it chooses by names.
 * @throws FoveaError `untrusted`
 */
function checkListed(
  { updateInfo }: Result,
  signed: readonly ReleaseFile[],
  wanted: ReleaseFile,
  feed: URL,
): void {
  const { files } = updateInfo;
  const known = signed.filter(({ platform }) => platform === wanted.platform);
  const isKnown = ({ url, sha512 }: { url: string; sha512: string }): boolean =>
    known.some((one) => one.name === url && one.sha512 === sha512);
  const all = Array.isArray(files) ? files : [];
  const taken = all.filter(({ url }) => !/\.(dmg|blockmap)$/.test(String(url)));
  if (taken.some(({ url }) => url === wanted.name) && taken.every(isKnown)) return;
  throw untrusted(
    'the feed names other files for this version than the signed list of the release',
    new URL(wanted.name, feed).href,
  );
}

async function orNetworkError<T>(url: URL, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asNetworkError(thrown, url);
  }
}

/** Of electron-updater's words the first line: what follows are headers and stacks. */
function asNetworkError(thrown: unknown, url: URL): FoveaError {
  const [line] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  return networkError(`the update cannot be had: ${line}`, url);
}
