/** What a release is to whoever has a version: the one place that says what may be installed. Pure. */
import { untrusted, type ReleaseManifest } from './manifest.ts';
import { compareVersions } from './version.ts';

/**
 * `newer`: may be installed. `withdrawn`: the version in use was withdrawn by a signed list, and the older one of that list
 * takes its place. `current`: nothing to do. `older`: what the feed has came before; it is not installed.
 */
export type Verdict = 'newer' | 'withdrawn' | 'current' | 'older';

/**
 * @param current the version in use
 * @param seen when the list that was read last had been signed, or null
 * @throws FoveaError `untrusted` for a list from before that one: somebody shows an old one again
 */
export function judge(
  manifest: ReleaseManifest,
  current: string,
  seen: string | null,
  where: string,
): Verdict {
  if (seen !== null && Date.parse(manifest.published) < Date.parse(seen))
    throw untrusted(`the feed has a list of ${manifest.published}, one of ${seen} was there before`, where);
  const order = compareVersions(manifest.version, current);
  if (order > 0) return 'newer';
  if (order === 0) return 'current';
  return manifest.withdrawn.includes(current) ? 'withdrawn' : 'older';
}
