/** Whether every revision that was answered as saved stands in the journal, whatever became of the database since. */
import { join } from 'node:path';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import { lettersOf } from '../../../src-main/store/journal/line.ts';
import { readJournal } from '../../../src-main/store/journal/read.ts';
import type { StoreModel } from './model.ts';

/** @param nameOf the data's own id of a sample. @returns in words what is missing */
export async function missingFromJournal(
  project: string,
  store: StoreModel,
  nameOf: (sample: number) => string,
): Promise<string[]> {
  const written = new Map<string, number>();
  const count = (key: string, by: number): number => {
    const now = (written.get(key) ?? 0) + by;
    written.set(key, now);
    return now;
  };
  for await (const { sample, decision, note, label } of readJournal(join(project, JOURNAL_FILE)))
    count(JSON.stringify([sample, decision, note, label]), 1);
  const problems: string[] = [];
  for (const { sample, revision } of store.answered) {
    const { decision, note, label } = revision;
    const letters = label && lettersOf(new Uint8Array(label.buffer, label.byteOffset, label.byteLength));
    if (count(JSON.stringify([nameOf(sample), decision, note, letters]), -1) < 0)
      problems.push(`sample ${sample}: ${decision} with the note ${note} is missing from the journal`);
  }
  return problems;
}
