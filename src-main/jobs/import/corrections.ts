/** What an import corrects of samples that are in the project already, and the words for it. */
import { shown, type RowReason } from '../../importers/index.ts';
import type { WritableDb } from '../../store/db.ts';
import { hasFormerAnswer } from '../../store/predictions/prediction.ts';
import { type Corrected, updateSample } from '../../store/samples/update.ts';
import type { NewSample } from '../../store/samples/sample.ts';

const WORDS: Readonly<Record<Corrected, string>> = {
  answer: 'its answer was corrected',
  benchmark: 'its list of answers or options was corrected',
  boxes: 'its truth boxes were corrected',
  language: 'its language was corrected',
  split: 'its split was corrected',
  tags: 'its tags were corrected',
};

/**
 * Takes over what the file says otherwise of a sample that is there already, in the caller's transaction.
 * @returns its number, null where there is no such sample, and a note for each thing; none: nothing differs
 */
export function correctSample(
  db: WritableDb,
  sample: NewSample,
): { readonly id: number | null; readonly notes: readonly RowReason[] } {
  const found = updateSample(db, sample);
  if (!found) return { id: null, notes: [] };
  const now: Readonly<Record<Corrected, unknown>> = {
    ...sample,
    answer: sample.referenceAnswer,
    benchmark: sample.benchmark?.answers ?? null,
    boxes: sample.truthBoxes,
  };
  const notes: RowReason[] = found.corrected.map((what) => ({
    message: WORDS[what],
    value: shown(now[what]),
    next: null,
  }));
  if (found.corrected.includes('answer') && hasFormerAnswer(db, found.id)) {
    notes.push({
      message: 'it was labelled with its former answer given',
      value: null,
      next: 'Label again with the answers of the data; what is decided stays',
    });
  }
  return { id: found.id, notes };
}
