/** What labelling would do, and how runs stand, in words: before it begins, and where it stopped. */
import type { LabelPreview, RunChange, RunStanding } from '../../src-shared/contract/procedures.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { dialsOf, dialText, headWords, recipeOf, valueOf } from '../recipe/recipe.ts';
import { formatCount, formatDuration, samplesWords } from '../ui/words.ts';

/** Which heads and thresholds a preset has, in one line each. */
export function presetRules(preset: Preset): { heads: string; sinks: string; thresholds: string } {
  const recipe = recipeOf(preset);
  return {
    heads: headWords(preset.grounding),
    sinks: preset.sink ? headWords(preset.sink) : 'none',
    thresholds: dialsOf(recipe)
      .map((dial) => `${dial.words} ${dialText(dial, valueOf(recipe, dial.key))}`)
      .join(' · '),
  };
}

/** How long it takes, as an estimate from what this model took before; never a guess without one. */
export function timeWords({ toLabel, pace }: LabelPreview): string {
  if (toLabel === 0) return 'None: the model is not asked';
  if (!pace) return 'Not known yet: nothing has been labelled here this way';
  const each = pace.secondsPerSample;
  const per = each >= 0.1 ? `${each.toFixed(1)} s` : `${Math.max(1, Math.round(each * 1000))} ms`;
  const device = pace.device === null ? '' : ` on ${pace.device}`;
  return `About ${formatDuration(Math.max(1, each * toLabel))}, estimated from ${per} a sample over ${samplesWords(
    pace.samples,
  )} before${device}`;
}

/** A run as people tell it from others: "run 2 (Demo, tight)". */
export function runWords(standing: Pick<RunStanding, 'run'> | undefined, id: number): string {
  return standing ? `run ${id} (${madeWith(standing)})` : `run ${id}`;
}

function madeWith({ run }: Pick<RunStanding, 'run'>): string {
  if (run.name !== undefined) return run.name;
  return run.answerMode === 'teacher' ? `${run.preset.name}, given answers` : run.preset.name;
}

/** What taking a run back did, in one sentence. */
export function changeWords({ changed, unlabelled, decided, unknown }: RunChange): string {
  const parts = [
    ...(changed > 0
      ? [`${samplesWords(changed)} ${changed === 1 ? 'shows' : 'show'} the earlier label again`]
      : []),
    ...(unlabelled > 0
      ? [`${samplesWords(unlabelled)} ${unlabelled === 1 ? 'is' : 'are'} without a label again, as before`]
      : []),
    ...(decided > 0
      ? [`${samplesWords(decided)} decided since ${decided === 1 ? 'stays' : 'stay'} as decided`]
      : []),
    ...(unknown > 0
      ? [`${samplesWords(unknown)} ${unknown === 1 ? 'stays' : 'stay'}: what was shown before is not known`]
      : []),
  ];
  return parts.length > 0 ? `${parts.join('; ')}.` : 'Nothing had to change.';
}

/** A run that stopped before its end, while other labels are shown beside its own; null: none did. */
export function stoppedRun(runs: readonly RunStanding[]): RunStanding | null {
  return runs.find(({ unfinished, shown }) => unfinished !== null && shown > 0) ?? null;
}

/** "Labelling stopped. 40 samples show run 2 (Tight), 60 samples show run 1 (Demo)." */
export function mixtureWords(stopped: RunStanding, runs: readonly RunStanding[]): string {
  const shown = runs
    .filter(({ shown }) => shown > 0)
    .sort((a, b) => (a === stopped ? -1 : b === stopped ? 1 : b.shown - a.shown))
    .map((standing, i) => {
      const { run, shown } = standing;
      const subject = i === 0 ? samplesWords(shown) : formatCount(shown);
      return `${subject} ${shown === 1 ? 'shows' : 'show'} ${runWords(standing, run.id)}`;
    });
  return `Labelling with run ${stopped.run.id} stopped with ${samplesWords(stopped.unfinished!.left)} left. ${shown.join(', ')}.`;
}
