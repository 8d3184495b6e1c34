/** What comes with the app and how it is signed: the same for every door. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Resources } from '../jobs/presets/resources.ts';
import { dataDir } from './data-dir.ts';
import { inAppOnDisk } from './app-root.ts';

/** The demo model with its scenes, and the presets. */
export function appResources(): Resources {
  return {
    demoDir: inAppOnDisk('models/demo'),
    presetsDir: inAppOnDisk('models/presets'),
    userPresetsDir: join(dataDir(), 'presets'),
  };
}

/** The name decisions are signed with: `FOVEA_REVIEWER`, else the system user. */
export function reviewerName(): string {
  if (process.env.FOVEA_REVIEWER) return process.env.FOVEA_REVIEWER;
  try {
    return userInfo().username;
  } catch {
    // No entry for this user id, as in some containers.
    return 'reviewer';
  }
}
