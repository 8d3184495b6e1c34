/** Where Fovea keeps what belongs to no project of the person's own choosing: the demo project, saved presets, which projects were open. */
import { join } from 'node:path';
import { dataDir } from '../checkpoint/places.ts';

export { dataDir };

/** The demo project that `npm start` makes on its first run. */
export function demoDir(): string {
  return join(dataDir(), 'demo');
}

/** The list of the projects opened last. */
export function recentFile(): string {
  return join(dataDir(), 'recent-projects.json');
}

/** What the person prefers on every page: theme, keys, panes, where they were. */
export function preferencesFile(): string {
  return join(dataDir(), 'preferences.json');
}
