/**
 * Brings in boxes that others proposed: lines of `{"sample","boxes","scores"?,"source"}`. They are kept apart from truth and labels. A
 * file takes the place of all that its sources said before, whole or not at all; lines that are wrong are counted and left out.
 */
import { resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ProposalsReport } from '../../../src-shared/contract/procedures.ts';
import { readFile } from '../../importers/containers/bytes.ts';
import type { ContainerRow } from '../../importers/containers/container.ts';
import { jsonRows } from '../../importers/containers/json-text.ts';
import { readLines } from '../../importers/containers/lines.ts';
import { Reasons } from '../../importers/index.ts';
import { boxesInPicture, cornersOf } from '../../importers/rows/boxes.ts';
import { fourNumbers, idText } from '../../importers/rows/fields.ts';
import { LINE_BYTES, MOST, tooLong, tooMany } from '../../importers/rows/limits.ts';
import { shown, type RowReason } from '../../importers/rows/reasons.ts';
import { checked, CORRECT, RowError } from '../../importers/rows/row-error.ts';
import { transact, type ReadableDb } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import {
  addProposal,
  beginDraft,
  dropSome,
  type NamedSample,
  publishDrafts,
  samplesNamed,
} from '../../store/proposals/proposal.ts';

/** One commit. */
const BATCH = 500;
/** Names of sources in one file; more are somebody's ids. */
const SOURCES_MOST = 100;

const lineSchema = z.object({
  sample: idText.optional(),
  fovea: z.number().int().positive().optional(),
  boxes: z.array(fourNumbers).max(MOST.boxes, tooMany(MOST.boxes)),
  scores: z.array(z.number()).nullish(),
  source: z.string().trim().min(1).max(MOST.name, tooLong(MOST.name)),
});
const KNOWN = new Set(Object.keys(lineSchema.shape));

export interface ProposalsOptions {
  readonly file: string;
  readonly signal?: AbortSignal;
  /** Lines read so far. */
  readonly onProgress?: (lines: number) => void;
}

/**
 * Imports a file of proposals. Throws `not_found`, `io`, `bad_input` for a file of which no line is right, `cancelled` by the signal;
 * nothing of it is there then, and what was there before stays.
 */
export async function importProposals(project: Project, options: ProposalsOptions): Promise<ProposalsReport> {
  const { db } = project;
  const started = performance.now();
  const file = resolve(options.file);
  const [failures, notes] = [new Reasons(), new Reasons()];
  const drafts = new Map<string, { readonly id: number; samples: number; boxes: number }>();
  let [failed, lines] = [0, 0];
  const fail = (line: number, reason: RowReason): void => {
    failures.add(line, reason);
    failed++;
  };
  const write = async (batch: readonly ContainerRow[]): Promise<void> => {
    const told: (() => void)[] = [];
    const known = new Set(drafts.keys());
    await patiently(() => {
      // What an attempt before this one began was taken back.
      told.length = 0;
      for (const name of drafts.keys()) if (!known.has(name)) drafts.delete(name);
      transact(db, () => {
        for (const row of batch) told.push(put(row));
      });
    });
    for (const tell of told) tell();
    lines = batch.at(-1)?.line ?? lines;
    options.onProgress?.(lines);
    await breathe();
    if (options.signal?.aborted)
      throw new FoveaError('cancelled', 'stopped; no box of the file is in the project');
  };
  /** @returns what to count once it is committed */
  const put = (row: ContainerRow): (() => void) => {
    if ('problem' in row) return () => fail(row.line, row.problem);
    try {
      const proposed = proposalOf(db, row.fields);
      const { source, sampleId, boxes, scores } = proposed;
      let draft = drafts.get(source);
      if (!draft && drafts.size === SOURCES_MOST)
        throw new RowError('the file has too many sources', shown(source));
      if (!draft) drafts.set(source, (draft = { id: beginDraft(db, source, file), samples: 0, boxes: 0 }));
      if (!addProposal(db, draft.id, sampleId, { boxes, scores })) {
        throw new RowError('the file has boxes of this source for this sample already', shown(source));
      }
      return () => {
        draft.samples++;
        draft.boxes += boxes.length;
        for (const note of proposed.notes) notes.add(row.line, note);
      };
    } catch (thrown) {
      if (!(thrown instanceof RowError)) throw thrown;
      return () => fail(row.line, thrown.reason);
    }
  };

  const last = (): number => Math.max(0, ...[...drafts.values()].map(({ id }) => id));
  try {
    let batch: ContainerRow[] = [];
    for await (const row of jsonRows(readLines(readFile(file), LINE_BYTES))) {
      batch.push(row);
      if (batch.length < BATCH) continue;
      await write(batch);
      batch = [];
    }
    if (batch.length > 0) await write(batch);
    const whole = [...drafts.values()].filter(({ samples }) => samples > 0);
    if (whole.length === 0) throw nothing(file, failures);
    await patiently(() =>
      publishDrafts(
        db,
        whole.map(({ id }) => id),
      ),
    );
  } finally {
    // What the drafts took the place of, or they themselves.
    while (drafts.size > 0 && (await patiently(() => dropSome(db, last())))) await breathe();
  }
  return {
    sources: [...drafts]
      .filter(([, { samples }]) => samples > 0)
      .map(([name, { samples, boxes }]) => ({ name, samples, boxes })),
    failed,
    failures: failures.list(),
    notes: notes.list(),
    seconds: (performance.now() - started) / 1000,
  };
}

/** @throws RowError */
function proposalOf(db: ReadableDb, fields: Readonly<Record<string, unknown>>) {
  const { sample, fovea, boxes, scores, source } = checked(fields, lineSchema);
  if ((sample === undefined) === (fovea === undefined)) {
    throw new RowError('a line names its sample by "sample" (the data’s id) or by "fovea" (its number here)');
  }
  if (scores && scores.length !== boxes.length) {
    throw new RowError(
      'scores: one for each box',
      `${counted(scores.length, 'score')}, ${counted(boxes.length, 'box', 'boxes')}`,
    );
  }
  const { id, size } = oneSample(
    samplesNamed(db, sample === undefined ? { fovea: fovea! } : { sample }),
    sample ?? fovea,
  );
  const inside = boxesInPicture(cornersOf(boxes, 'pixels'), size, 'pixels');
  const unread = Object.keys(fields).filter((name) => !KNOWN.has(name));
  return {
    source,
    sampleId: id,
    boxes: inside.boxes,
    scores: scores ?? null,
    notes: [
      ...inside.notes,
      ...unread.map((name): RowReason => ({
        message: `its field ${shown(name)} is not read`,
        value: null,
        next: null,
      })),
    ],
  };
}

function oneSample(found: readonly NamedSample[], named: unknown): NamedSample {
  const [first] = found;
  if (!first)
    throw new RowError('there is no such sample in the project', shown(named), 'Import its question first');
  if (found.length === 1) return first;
  throw new RowError(
    'several samples have this id',
    shown(named),
    'Name the one that is meant by Fovea’s own number: {"fovea": 12, …}',
  );
}

function nothing(file: string, failures: Reasons): FoveaError {
  const [reason] = failures.list();
  return new FoveaError('bad_input', reason ? reason.reason : 'the file has no boxes', {
    where: reason?.places[0] ? `${file} line ${reason.places[0].line}` : file,
    next: `${reason?.next ?? CORRECT}; no box was imported`,
  });
}
