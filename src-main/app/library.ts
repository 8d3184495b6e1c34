/** The library of this person's models, the same for every door. */
import { demoModelDir } from '../jobs/presets/resources.ts';
import { ModelLibrary } from '../library/library.ts';
import { dataDir } from './data-dir.ts';
import { appResources } from './resources.ts';

export function openLibrary(): ModelLibrary {
  return new ModelLibrary({ home: dataDir(), demoDir: demoModelDir(appResources()) });
}
