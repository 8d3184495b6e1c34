/**
 * The journal of decisions, `decisions.jsonl` beside the database: every revision, every change of a tag, every verdict on an answer and every round once more, as plain text, on disk before
 * it is answered as saved. A database that is lost or put back to an older day loses no decision with it. What cannot be
 * written is written with the next decision, and said meanwhile: the decision itself is in the database.
 */
import { join } from 'node:path';
import { type LogEnds, type ReadableDb, read } from '../db.ts';
import { storeError } from '../errors.ts';
import { JournalFile } from './file.ts';
import { keyOf, type JournalLine } from './line.ts';
import { journalLines } from './revisions.ts';
import { roundKeyOf, roundLines, type DealtLine, type RoundLine } from './round-line.ts';
import { tagKeyOf, tagLines, type TagLine } from './tag-line.ts';
import { verdictKeyOf, verdictLines, type VerdictLine } from './verdict-line.ts';

export const JOURNAL_FILE = 'decisions.jsonl';

export interface Journal {
  /** In words what keeps the journal from being written, or null. */
  readonly problem: string | null;
  /** Numbers of the newest rows that it is to hold; asked at both ends of a transaction, inside it. */
  newest(): LogEnds;
  /** Adds what came between, which is committed; never throws. */
  add(after: LogEnds, upTo: LogEnds): void;
  close(): void;
}

/** Opens the journal of a project folder and adds what it lacks: a crash may have come between commit and line. */
export function openJournal(db: ReadableDb, folder: string): Journal {
  const file = new JournalFile(join(folder, JOURNAL_FILE));
  /** Rows from here on may be missing; null: none is. */
  let missing: LogEnds | null = null;
  let problem: string | null = null;
  const newest = (): LogEnds =>
    read<LogEnds>(
      db,
      `SELECT (SELECT COALESCE(MAX(id), 0) FROM review) AS review,
         (SELECT COALESCE(MAX(id), 0) FROM tag_change) AS tag,
         (SELECT COALESCE(MAX(id), 0) FROM deal_event) AS round,
         (SELECT COALESCE(MAX(id), 0) FROM answer_verdict) AS verdict`,
    ).get()!;
  const attempt = (after: LogEnds, body: () => void): void => {
    try {
      body();
      missing = problem = null;
    } catch (thrown) {
      missing = earlier(after, missing);
      problem = storeError(thrown, JOURNAL_FILE).message;
    }
  };
  attempt({ review: 0, tag: 0, round: 0, verdict: 0 }, () => catchUp(db, file, newest()));
  return {
    get problem() {
      return problem;
    },
    newest,
    add(after, upTo) {
      const nothing =
        upTo.review <= after.review &&
        upTo.tag <= after.tag &&
        upTo.round <= after.round &&
        upTo.verdict <= after.verdict;
      if (nothing && missing === null) return;
      const from = earlier(after, missing);
      attempt(from, () => file.append(linesBetween(db, from, upTo)));
    },
    close: () => file.close(),
  };
}

function earlier(one: LogEnds, other: LogEnds | null): LogEnds {
  return {
    review: Math.min(one.review, other?.review ?? one.review),
    tag: Math.min(one.tag, other?.tag ?? one.tag),
    round: Math.min(one.round, other?.round ?? one.round),
    verdict: Math.min(one.verdict, other?.verdict ?? one.verdict),
  };
}

type Line = JournalLine | TagLine | RoundLine | DealtLine | VerdictLine;

/** Rounds come first: what was decided in them is read by them. */
function* linesBetween(db: ReadableDb, after: LogEnds, upTo: LogEnds): Generator<Line> {
  yield* roundLines(db, after.round, upTo.round);
  yield* journalLines(db, after.review, upTo.review);
  yield* tagLines(db, after.tag, upTo.tag);
  yield* verdictLines(db, after.verdict, upTo.verdict);
}

function catchUp(db: ReadableDb, file: JournalFile, newest: LogEnds): void {
  const { decisions, tags, rounds, verdicts } = file.exists
    ? file.tail()
    : { decisions: [], tags: [], rounds: [], verdicts: [] };
  const times = [
    ...[...decisions, ...tags, ...verdicts].map(({ at }) => at),
    ...rounds.map(({ noted }) => noted),
  ];
  const oldest = times.reduce(min, '');
  const from = {
    review: startOf(
      db,
      'review',
      decisions.map(({ revision }) => revision),
      oldest,
    ),
    tag: startOf(
      db,
      'tag_change',
      tags.map(({ change }) => change),
      oldest,
    ),
    round: startOf(
      db,
      'deal_event',
      rounds.map((line) => line.event),
      oldest,
    ),
    verdict: startOf(
      db,
      'answer_verdict',
      verdicts.map((line) => line.verdict),
      oldest,
    ),
  };
  const known = {
    decisions: new Set(decisions.map(keyOf)),
    tags: new Set(tags.map(tagKeyOf)),
    rounds: new Set(rounds.map(roundKeyOf)),
    verdicts: new Set(verdicts.map(verdictKeyOf)),
  };
  if (lacking(db, from, newest, known).next().done !== true) file.append(lacking(db, from, newest, known));
}

const min = (least: string, at: string): string => (least === '' || at < least ? at : least);

/**
 * From behind which row on lines may be missing. What is older than the oldest of the last lines was written, whatever of its kind
 * stands among them; without any, nothing is known to be written.
 */
function startOf(
  db: ReadableDb,
  table: 'review' | 'tag_change' | 'deal_event' | 'answer_verdict',
  numbers: readonly number[],
  oldest: string,
): number {
  if (numbers.length > 0) return numbers.reduce((least, number) => Math.min(least, number)) - 1;
  if (oldest === '') return 0;
  const time = table === 'deal_event' ? 'noted_at' : 'created_at';
  const before = `SELECT id FROM ${table} WHERE ${time} < ? ORDER BY id DESC LIMIT 1`;
  return read<{ id: number }>(db, before).get(oldest)?.id ?? 0;
}

function* lacking(
  db: ReadableDb,
  from: LogEnds,
  newest: LogEnds,
  known: Readonly<Record<'decisions' | 'tags' | 'rounds' | 'verdicts', ReadonlySet<string>>>,
): Generator<Line> {
  for (const line of roundLines(db, from.round, newest.round))
    if (!known.rounds.has(roundKeyOf(line))) yield line;
  for (const line of journalLines(db, from.review, newest.review))
    if (!known.decisions.has(keyOf(line))) yield line;
  for (const line of tagLines(db, from.tag, newest.tag)) if (!known.tags.has(tagKeyOf(line))) yield line;
  for (const line of verdictLines(db, from.verdict, newest.verdict))
    if (!known.verdicts.has(verdictKeyOf(line))) yield line;
}
