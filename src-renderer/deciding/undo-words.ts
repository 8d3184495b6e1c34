/** What undo and redo say where one might not see it: another sample came on screen, or nothing happened. */
import { holds } from '../editing/standing.ts';
import type { TagStep } from '../tagging/tag-step.ts';
import { counted } from '../ui/words.ts';
import type { Step, Way } from './undo-order.ts';

type Words = readonly [text: string, next: string | null];

export const NOTHING_TO_UNDO: Words = [
  'Nothing left to undo in this window',
  'Earlier decisions are in each sample’s History, where any revision can be restored',
];
export const NOTHING_TO_REDO: Words = ['Nothing to redo', null];

const DECISIONS = {
  none: 'no decision',
  accept: 'accepted',
  correct: 'corrected',
  reject: 'rejected',
} as const;

/** `Undid “accepted” on sample no. 12`. */
export function travelWords({ sampleId, before, after, decides }: Step, way: Way): string {
  const verb = way === 'back' ? 'Undid' : 'Redid';
  if (!decides) {
    const same = before.decision === after.decision;
    const note = same && before.note !== after.note ? 'the note' : null;
    const reason = same && before.reason !== after.reason ? 'the reason' : null;
    const what = note ?? reason ?? 'a change';
    return `${verb} ${what} on sample no. ${sampleId}`;
  }
  // Enter on what is accepted or corrected already decides nothing anew.
  if (holds(before, after))
    return `Back on sample no. ${sampleId}; it is ${DECISIONS[after.decision]} as before`;
  return `${verb} “${DECISIONS[after.decision]}” on sample no. ${sampleId}`;
}

export function alreadyElsewhereWords(sampleId: number): string {
  return `Sample no. ${sampleId} was changed elsewhere since; it stays as it is`;
}

export const TAGS_ELSEWHERE = 'These samples’ tags were changed elsewhere since; they stay as they are';

/** `Undid the tag “night” on sample no. 12`. */
export function tagTravelWords({ tag, on, sampleIds }: TagStep, way: Way): string {
  const verb = way === 'back' ? 'Undid' : 'Redid';
  const [only, more] = sampleIds;
  const where = more === undefined ? `sample no. ${only}` : counted(sampleIds.length, 'sample');
  return `${verb} ${on ? 'the tag' : 'removing the tag'} “${tag}” on ${where}`;
}
