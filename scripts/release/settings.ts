/** Where a package gets its updates from, as the environment of whoever makes it says. */
import { readUpdateSettings, type UpdateSettings } from '../../src-main/updates/settings.ts';

/**
 * `FOVEA_UPDATE_FEED`: the address of the feed; without it the package has no updates. `FOVEA_UPDATE_KEYS`: the public keys, with
 * spaces between. `FOVEA_UPDATE_CHECK=start`: the list is read at each start.
 * @throws FoveaError for a feed that the app would not take
 */
export function updateSettingsOf(env: NodeJS.ProcessEnv): UpdateSettings | null {
  const feed = env.FOVEA_UPDATE_FEED?.trim();
  if (!feed) return null;
  const keys = (env.FOVEA_UPDATE_KEYS ?? '').split(/\s+/).filter(Boolean);
  const check = env.FOVEA_UPDATE_CHECK?.trim() || undefined;
  return readUpdateSettings({ fovea: { updates: { feed, keys, ...(check ? { check } : {}) } } });
}
