/**
 * From "these thresholds, on the maps of that run" to the preset version they make: one that has them already, in the
 * project or saved, or else the next version of the run's own preset.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import {
  type LabelParams,
  type Preset,
  presetSchema,
  type RoiParams,
} from '../../../src-shared/contract/preset.ts';
import type { ReadableDb } from '../../store/db.ts';
import { canonicalJson } from '../../store/json.ts';
import { mapRecipe, runMaking, runsOfSameMaps } from '../../store/predictions/relabel.ts';
import { listRuns } from '../../store/runs/run.ts';

export interface Thresholds {
  readonly labels: LabelParams;
  readonly roi: RoiParams;
}

/** Throws `not_found`, and `bad_input` when the thresholds belong to another rule than the run's preset has. */
export function targetPreset(
  db: ReadableDb,
  runId: number,
  { labels, roi }: Thresholds,
  saved: readonly Preset[],
): Preset {
  const { preset: base } = runMaking(db, runId);
  checkRules(base, { labels, roi });
  const wanted = canonicalJson({ labels, roi });
  const has = (preset: Preset): boolean =>
    canonicalJson({ labels: preset.labels, roi: preset.roi }) === wanted;
  const inProject = runsOfSameMaps(db, runId).find(({ preset }) => has(preset));
  if (inProject) return inProject.preset;
  const recipe = mapRecipe(base);
  const known = saved.find((preset) => mapRecipe(preset) === recipe && has(preset));
  if (known) return known;
  const { id, name } = nextVersion(base, [...listRuns(db).map(({ preset }) => preset), ...saved]);
  return presetSchema.parse({ ...base, id, name, labels, roi });
}

function checkRules(base: Preset, { labels, roi }: Thresholds): void {
  if (
    labels.variant !== base.labels.variant ||
    roi.variant !== base.roi.variant ||
    roi.rules !== base.roi.rules
  ) {
    throw new FoveaError('bad_input', `the thresholds are not those of preset ${base.id}`, {
      next: 'Load the sample again: another run is shown by now',
    });
  }
  if (roi.threshold < 0 && (roi.variant !== 'llava' || roi.form !== 'bbox')) {
    throw new FoveaError('bad_input', 'a negative RoI threshold works with LLaVA boxes only', {
      next: 'Take a threshold from 0 to 1',
    });
  }
}

/** `demo`, `demo.v2`, `demo.v3` … */
function nextVersion(base: Preset, taken: readonly Preset[]): { id: string; name: string } {
  const root = base.id.replace(/\.v\d+$/, '');
  const name = base.name.replace(/, version \d+$/, '');
  const numbers = taken.map(({ id }) => (id.startsWith(`${root}.v`) ? Number(id.slice(root.length + 2)) : 1));
  const next = 1 + Math.max(1, ...numbers.filter(Number.isInteger));
  return { id: `${root}.v${next}`, name: `${name}, version ${next}` };
}
