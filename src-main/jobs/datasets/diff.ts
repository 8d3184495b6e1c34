/** What two versions of the data set do not have in common, as samples. */
import {
  DIFF_TOLD,
  type DatasetChange,
  type DatasetDiff,
  type ToldDiff,
} from '../../../src-shared/contract/datasets.ts';
import type { ReadableDb } from '../../store/db.ts';
import { datasetVersion, frozenLines } from '../../store/datasets/version.ts';
import { sampleState } from '../../store/samples/state.ts';
import { frozenSchema, type Frozen } from './line.ts';

type Difference =
  | { readonly kind: 'same' }
  | { readonly kind: 'added' | 'removed' | 'changed'; readonly change: DatasetChange };

/** From one version to the other: both are walked once, side by side. Throws `not_found`. */
function* differences(db: ReadableDb, from: string, to: string): Generator<Difference> {
  const before = frozenLines(db, datasetVersion(db, from).id);
  const after = frozenLines(db, datasetVersion(db, to).id);
  let [one, other] = [before.next(), after.next()];
  while (!one.done || !other.done) {
    if (other.done || (!one.done && one.value.sampleId < other.value.sampleId)) {
      yield { kind: 'removed', change: change(parsed(one.value!.line)) };
      one = before.next();
    } else if (one.done || other.value.sampleId < one.value.sampleId) {
      yield { kind: 'added', change: change(parsed(other.value.line)) };
      other = after.next();
    } else {
      if (one.value.line === other.value.line) yield { kind: 'same' };
      else yield { kind: 'changed', change: changed(parsed(one.value.line), parsed(other.value.line)) };
      [one, other] = [before.next(), after.next()];
    }
  }
}

/** All of it. Throws `not_found`. */
export function diffVersions(db: ReadableDb, from: string, to: string): DatasetDiff {
  const found: Record<'added' | 'removed' | 'changed', DatasetChange[]> = {
    added: [],
    removed: [],
    changed: [],
  };
  let same = 0;
  for (const difference of differences(db, from, to)) {
    if (difference.kind === 'same') same++;
    else found[difference.kind].push(difference.change);
  }
  return { same, ...found };
}

/** Counted, with the first samples of each kind. Throws `not_found`. */
export function tellDiff(db: ReadableDb, from: string, to: string): ToldDiff {
  const told = (): ToldDiff['added'] => ({ total: 0, samples: [] });
  const diff: ToldDiff = { same: 0, added: told(), removed: told(), changed: told() };
  for (const difference of differences(db, from, to)) {
    if (difference.kind === 'same') {
      diff.same++;
      continue;
    }
    const { kind, change } = difference;
    const { samples } = diff[kind];
    diff[kind].total++;
    if (samples.length < DIFF_TOLD)
      samples.push({ ...change, here: sampleState(db, change.sampleId) !== null });
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
