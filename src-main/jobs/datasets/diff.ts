/** What two versions of the data set do not have in common, as samples. */
import type { DatasetChange, DatasetDiff } from '../../../src-shared/contract/datasets.ts';
import type { ReadableDb } from '../../store/db.ts';
import { datasetVersion, frozenLines } from '../../store/datasets/version.ts';
import { frozenSchema, type Frozen } from './line.ts';

/** From one version to the other: both are walked once, side by side. Throws `not_found`. */
export function diffVersions(db: ReadableDb, from: string, to: string): DatasetDiff {
  const diff: DatasetDiff = { same: 0, added: [], removed: [], changed: [] };
  const before = frozenLines(db, datasetVersion(db, from).id);
  const after = frozenLines(db, datasetVersion(db, to).id);
  let [one, other] = [before.next(), after.next()];
  while (!one.done || !other.done) {
    if (other.done || (!one.done && one.value.sampleId < other.value.sampleId)) {
      diff.removed.push(change(parsed(one.value!.line)));
      one = before.next();
    } else if (one.done || other.value.sampleId < one.value.sampleId) {
      diff.added.push(change(parsed(other.value.line)));
      other = after.next();
    } else {
      if (one.value.line === other.value.line) diff.same++;
      else diff.changed.push(changed(parsed(one.value.line), parsed(other.value.line)));
      [one, other] = [before.next(), after.next()];
    }
  }
  return diff;
}

function parsed(line: string): Frozen {
  return frozenSchema.parse(JSON.parse(line));
}

function change({ sample, question_id: externalId, question }: Frozen): DatasetChange {
  return { sampleId: sample, externalId, question, fields: [] };
}

function changed(before: Frozen, after: Frozen): DatasetChange {
  const fields = Object.keys(after).filter(
    (name) => JSON.stringify(before[name as keyof Frozen]) !== JSON.stringify(after[name as keyof Frozen]),
  );
  return { ...change(after), fields };
}
