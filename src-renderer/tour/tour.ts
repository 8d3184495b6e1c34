/**
 * The tour: steps that a person really takes, on real data. A step is over when what it asks for has happened on the
 * page, never because a button said "next"; pure, so that every step can be tested. `tour/tour.svelte.ts` tells it
 * what is so.
 */
import { z } from 'zod';
import type { Decision } from '../../src-shared/contract/domain.ts';
import type { CommandId, DockId, PageId } from '../shell/names.ts';

/** The preset of the demo model: a project that it labelled is where the tour begins by itself. */
export const TOUR_PRESET = 'demo';

/**
 * The sample of the demo that the tour begins at, by the data's own id: somebody who sees a label for the first time sees a right one.
 * Of the samples that no rule dropped it has the highest IoU of label and true tokens (1), and of those the highest IoU of the
 * boxes around them (0.73).
 */
export const TOUR_SAMPLE = 'demo-0003-0';

/** What is so on the page; the tour knows nothing else. */
export interface TourFacts {
  readonly page: PageId;
  /** The tab that is open under the panes. */
  readonly dock: DockId;
  /** The dialog that is open. */
  readonly sheet: string | null;
  /** Raw, denoised and RPN are on screen. */
  readonly comparing: boolean;
  /** The label overlay is on. */
  readonly labels: boolean;
  /** The token of the label's grid under the pointer or the cell cursor. */
  readonly cell: number | null;
  /** A pane has the keyboard. */
  readonly inPane: boolean;
  /** The sample on screen. */
  readonly sampleId: number | null;
  /** The last decision made here that the main side has confirmed. */
  readonly saved: { readonly id: number; readonly sampleId: number; readonly decision: Decision } | null;
  /** A step was undone, and could be redone. */
  readonly undone: boolean;
  /** Exports that were written on this visit. */
  readonly exports: number;
}

/** One thing to do. */
export interface Goal {
  readonly words: string;
  /** Commands that do it; their keys are shown. */
  readonly commands: readonly CommandId[];
  /** The decision that it asks for: the tour offers to take back those, and no others. */
  readonly asks?: readonly Decision[];
  /** @param since what was so when the goal was set */
  done(since: TourFacts, now: TourFacts): boolean;
}

export interface Step {
  readonly title: string;
  readonly goals: readonly Goal[];
}

export const TOUR: readonly Step[] = [
  {
    title: 'Three maps of one picture',
    goals: [
      {
        words: 'Choose Raw attention, Denoised and RPN probability in the headers of three panes.',
        commands: [],
        done: (_, now) => now.comparing,
      },
      {
        words:
          'Raw is the attention as it is, denoised has its sinks removed, RPN is what the trained branch predicts. The orange label is made from the denoised map. Hide it to see the maps alone.',
        commands: ['labels'],
        done: (since, now) => now.labels !== since.labels,
      },
      {
        words: 'Now show it again.',
        commands: ['labels'],
        done: (since, now) => now.labels !== since.labels,
      },
    ],
  },
  {
    title: 'One token in every map',
    goals: [
      {
        words:
          'Point at a token: every pane marks it and shows its value. By keyboard: enter a pane, then use the arrows.',
        commands: ['paneCursor'],
        done: (since, now) => now.cell !== null && now.cell !== since.cell,
      },
      {
        words: 'Press Esc to leave the pane.',
        commands: [],
        done: (_, now) => !now.inPane,
      },
    ],
  },
  {
    title: 'Decide on a label',
    goals: [
      {
        words:
          'Does the orange cover what the question asks about? Then accept it, else reject or correct it: it is saved. This is a real decision; you can undo it at the end of the tour.',
        commands: ['accept', 'reject'],
        asks: ['accept', 'reject', 'correct'],
        done: (since, now) => isNewer(since, now) && now.saved?.decision !== 'reset',
      },
    ],
  },
  {
    title: 'Correct a label',
    goals: [
      {
        words:
          'Take the brush and paint tokens that are not orange yet. By keyboard: enter a pane and press Enter.',
        commands: ['brush', 'paneCursor'],
        asks: ['correct'],
        done: (since, now) => isNewer(since, now) && now.saved?.decision === 'correct',
      },
      {
        words:
          'Saved as a correction. Did you only try it? Then undo it; that is saved too. Is the label right now? Then keep it and go on to the next sample.',
        commands: ['undo', 'next'],
        done: (since, now) =>
          now.sampleId !== since.saved?.sampleId ||
          (isNewer(since, now) && now.saved?.sampleId === since.saved?.sampleId && now.undone),
      },
    ],
  },
  {
    title: 'Every sample at once',
    goals: [
      {
        words: 'Open the gallery: every sample with its map, filtered and sorted as you like.',
        commands: ['page-gallery'],
        done: (_, now) => now.page === 'gallery',
      },
    ],
  },
  {
    title: 'Every command has a key',
    goals: [
      {
        words: 'Open the list of keys. You can change them there; Esc closes it.',
        commands: ['help'],
        done: (since, now) => since.sheet !== 'help' && now.sheet === 'help',
      },
    ],
  },
  {
    title: 'Export your labels',
    goals: [
      {
        words:
          'Export what you accepted and corrected. The file is really written, beside the project unless you choose another place.',
        commands: ['export'],
        done: (since, now) => now.exports > since.exports,
      },
    ],
  },
  {
    title: 'Look behind a label',
    goals: [
      {
        words: 'Go back to Review: the tabs under the picture say more about its sample.',
        commands: ['page-review'],
        done: (_, now) => now.page === 'review' && now.sheet === null,
      },
      tabGoal('recipe', 'Open Recipe: move a threshold, and label and boxes follow at once. Esc resets it.'),
      tabGoal('heads', 'Open Heads: see which heads of the model agree with the label.'),
      tabGoal('tokens', 'Open Tokens: see where each word of question and answer looked.'),
      tabGoal(
        'try',
        'Open Ask and check: ask something else, or test whether the answer depends on the region.',
      ),
    ],
  },
  {
    title: 'See how far you are',
    goals: [
      {
        words:
          'Open the dashboard: what is decided, how far people and models agree, how long the rest will take. Every number opens its samples.',
        commands: ['page-dashboard'],
        done: (_, now) => now.page === 'dashboard',
      },
    ],
  },
];

/** To open a tab of the dock; one that is open already counts. */
function tabGoal(tab: DockId, words: string): Goal {
  return { words, commands: [`dock-${tab}`], done: (_, now) => now.page === 'review' && now.dock === tab };
}

/** Where somebody is in the tour; `step` is `TOUR.length` when it is over. */
export interface TourPlace {
  readonly step: number;
  readonly goal: number;
  /** What was so when the goal was set. */
  readonly since: TourFacts;
}

/** As stored: whether the tour was ended, and at which step somebody is who did not. */
export const tourMemorySchema = z.object({ ended: z.boolean(), step: z.number().int().min(0) });
export type TourMemory = z.infer<typeof tourMemorySchema>;

/** The tour at a step, its first goals passed over that are so already. */
export function beginTour(facts: TourFacts, step = 0): TourPlace {
  return seen({ step: Math.min(step, TOUR.length), goal: 0, since: facts }, facts);
}

/** The place after `now` is so: the same object when nothing was reached. */
export function seen(place: TourPlace, now: TourFacts): TourPlace {
  const step = TOUR[place.step];
  if (!step?.goals[place.goal]!.done(place.since, now)) return place;
  const isLast = place.goal + 1 === step.goals.length;
  const next = isLast ? { step: place.step + 1, goal: 0 } : { step: place.step, goal: place.goal + 1 };
  return seen({ ...next, since: now }, now);
}

/** The place after giving up the step. */
export function skipped(place: TourPlace, now: TourFacts): TourPlace {
  return beginTour(now, place.step + 1);
}

/** `1 min 20 s`. */
export function tourTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

function isNewer(since: TourFacts, now: TourFacts): boolean {
  return now.saved !== null && now.saved.id > (since.saved?.id ?? 0);
}
