/** What is said of a run in one line, and of what its removal takes away. */
import type { RunRemoval, RunStanding } from '../../src-shared/contract/procedures.ts';
import { runTitle, madeWith } from '../ui/run-words.ts';
import { counted, formatCount, samplesWords } from '../ui/words.ts';

/** How far a run came, of so many samples of the project: `46 of 48 labelled, 2 failed`. */
export function progressWords(
  { labelled, failed, working, unfinished }: RunStanding,
  samples: number,
): string {
  if (working) return 'under way';
  const parts = [
    `${formatCount(labelled)} of ${formatCount(samples)} labelled`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(unfinished ? [`stopped with ${formatCount(unfinished.left)} left`] : []),
  ];
  return parts.join(', ');
}

/** What a run was made with and how far it came, the parts of one line; `when` says when that was. */
export function runParts(standing: RunStanding, samples: number, when: string): string[] {
  const { run, rpn } = standing;
  return [
    ...(run.name === undefined ? [] : [madeWith(run)]),
    ...(rpn === null ? [] : [`RPN ${rpn.name}`]),
    progressWords(standing, samples),
    when,
  ];
}

/** All of it, a line each, for whoever points at it. */
export function runTip(standing: RunStanding, samples: number, when: string): string {
  return [runTitle(standing.run), ...runParts(standing, samples, when), shownWords(standing)].join('\n');
}

/** `Shown on 46 samples, 3 of them decided`. */
export function shownWords({ shown, decided, gated }: RunStanding): string {
  const left = gated === null ? '' : `. Its gate left out ${counted(gated, 'crop')}`;
  return `Shown on ${samplesWords(shown)}${decided > 0 ? `, ${formatCount(decided)} of them decided` : ''}${left}`;
}

/** What a removal takes away, what it leaves, and what samples show then; null where that is nothing. */
export function removalWords({ labels, kept, elsewhere, unlabelled }: RunRemoval): {
  readonly goes: string;
  readonly stays: string | null;
  readonly then: string | null;
} {
  const then = [
    ...(elsewhere > 0
      ? [`${samplesWords(elsewhere)} ${elsewhere === 1 ? 'shows' : 'show'} another run’s label`]
      : []),
    ...(unlabelled > 0 ? [`${samplesWords(unlabelled)} ${unlabelled === 1 ? 'has' : 'have'} no label`] : []),
  ];
  return {
    goes:
      labels === 0
        ? 'The run; it has no labels'
        : `${counted(labels, 'label')} that nobody decided on, with ${labels === 1 ? 'its' : 'their'} maps`,
    stays:
      kept === 0
        ? null
        : `${counted(kept, 'label')} that a person decided on, and the run for ${kept === 1 ? 'it' : 'them'}`,
    then: then.length === 0 ? null : then.join(', '),
  };
}
