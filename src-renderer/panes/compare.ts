/** Two runs side by side: which belong together, and what the panes then show. */
import type { Run } from '../../src-shared/contract/domain.ts';
import { RAW, type MapSource, type PlainSource } from './map-source.ts';
import { runTitle } from '../ui/run-words.ts';

/**
 * The run that differs from `run` in its adapter alone, and may be compared with it without a second thought: the base's
 * own, else another adapter's of the same base. Null when there is none.
 */
export function pairOf(run: Run, runs: readonly Run[]): Run | null {
  const alike = runs.filter(
    (other) =>
      other.id !== run.id &&
      sameBase(other, run) &&
      other.adapterDir !== run.adapterDir &&
      other.preset.id === run.preset.id &&
      other.answerMode === run.answerMode,
  );
  return alike.find(({ adapterDir }) => adapterDir === undefined) ?? alike[0] ?? null;
}

/** One folder, or one name of it: the same model may be given by its path, by its name, or through a link. */
function sameBase(a: Run, b: Run): boolean {
  const nameOf = ({ modelName }: Run): string => modelName.split(' + ')[0] ?? '';
  return a.modelDir === b.modelDir || nameOf(a) === nameOf(b);
}

/** What a button says that compares with a {@link pairOf}. */
export function pairWords({ adapterDir, modelName }: Run): string {
  return adapterDir === undefined ? 'Compare with its base' : `Compare with ${modelName}`;
}

/** The other runs, the one that belongs to the run on screen first. */
export function comparable(runs: readonly Run[], activeRunId: number | null): Run[] {
  const active = runs.find(({ id }) => id === activeRunId) ?? null;
  const pair = active && pairOf(active, runs);
  const others = runs.filter((run) => run.id !== activeRunId && run !== pair);
  return pair ? [pair, ...others] : others;
}

/** What a menu of runs says. */
export function comparisonWords(run: Run, runs: readonly Run[], activeRunId: number | null): string {
  const active = runs.find(({ id }) => id === activeRunId);
  const pair = active && pairOf(active, runs) === run;
  if (!pair) return runTitle(run);
  return `${run.adapterDir === undefined ? 'Its base' : 'With its adapter'} · ${runTitle(run)}`;
}

/**
 * Three panes: a map of the run on screen, the same of the other, and how far they are apart.
 * @param shown what is on screen: its first map of the run is compared, else raw attention
 */
export function comparison(
  shown: readonly MapSource[],
  runId: number,
): readonly [MapSource, MapSource, MapSource] {
  const first = shown.find((source) => source.kind === 'map' && source.map !== 'label');
  const here: PlainSource = first?.kind === 'map' ? { ...first, run: null } : RAW;
  const there: PlainSource = here.kind === 'map' ? { ...here, run: runId } : RAW;
  return [here, there, { kind: 'difference', left: here, right: there }];
}

/**
 * Whose map each pane shows, `base` and `base + adapter`, where those of several runs are on screen; null where one run is,
 * and for what is of no one run.
 */
export function runNames(
  shown: readonly MapSource[],
  runs: readonly Run[],
  activeRunId: number | null,
): (string | null)[] {
  const ids = shown.map((source) => (source.kind === 'map' ? (source.run ?? activeRunId) : null));
  const several = new Set(ids.filter((id) => id !== null)).size > 1 || shown.some(isOther);
  const found = ids.map((id) => runs.find((run) => run.id === id) ?? null);
  const named = new Set(found.filter((run) => run !== null));
  const alike = new Set([...named].map(({ modelName }) => modelName)).size < named.size;
  return found.map((run) => (several && run ? (alike ? runTitle(run) : run.modelName) : null));
}

/** A map of a run other than the one on screen. */
function isOther(source: MapSource): boolean {
  return source.kind === 'map' && source.run !== null;
}
