/**
 * A question a reviewer asked of a picture and kept: a sample like any other, with the prediction it was shown with,
 * written together or not at all. It stays in its picture's split, so that training and held-out data keep apart.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type ReadableDb, type WritableDb, read, transact } from '../db.ts';
import { type NewPrediction, putPrediction } from './prediction.ts';
import { addSample, getSample } from '../samples/sample.ts';

export interface AskedSample {
  /** The sample whose picture it was asked of. */
  readonly beside: number;
  readonly question: string;
  /** The answer that was fed, where the run feeds answers. */
  readonly givenAnswer: string | null;
  readonly reviewer: string;
  readonly runId: number;
  /** From `putMaps`, committed before. */
  readonly mapsKey: number;
  readonly found: NewPrediction;
}

/**
 * Stores sample and prediction in one transaction.
 * @param externalId as the person wrote it; null: the next free `<id>-asked-N`
 * @throws FoveaError `conflict` (nothing written) when the id is in use, or the question is asked of this picture already
 */
export function keepAskedSample(
  db: WritableDb,
  asked: AskedSample,
  externalId: string | null,
): { readonly sampleId: number; readonly externalId: string } {
  return transact(db, () => {
    refuseAskedTwice(db, asked, externalId);
    const beside = getSample(db, asked.beside);
    const id = externalId ?? freeId(db, beside.externalId);
    const sampleId = addSample(db, {
      externalId: id,
      imageId: beside.imageId,
      question: asked.question,
      referenceAnswer: asked.givenAnswer,
      truthBoxes: [],
      language: null,
      split: beside.split,
      tags: [askedBy(asked.reviewer)],
    });
    if (sampleId === null) throw new FoveaError('conflict', 'the sample is there already');
    putPrediction(db, asked.runId, sampleId, asked.mapsKey, asked.found);
    return { sampleId, externalId: id };
  });
}

/** Throws `conflict` when the id is in use, or the question is asked of this picture already. */
export function refuseAskedTwice(
  db: ReadableDb,
  { beside, question }: Pick<AskedSample, 'beside' | 'question'>,
  externalId: string | null,
): void {
  if (externalId !== null && inUse(db, externalId)) {
    throw new FoveaError('conflict', `there is a sample ${JSON.stringify(externalId)} already`, {
      next: 'Give another id, or leave it empty',
    });
  }
  const { imageId } = getSample(db, beside);
  const same = read<{ external_id: string }>(
    db,
    'SELECT external_id FROM sample WHERE image_id = ? AND question = ?',
  ).get(imageId, question);
  if (!same) return;
  throw new FoveaError('conflict', 'this question about this picture is already in the project', {
    where: same.external_id,
    next: 'Open that sample instead',
  });
}

/** The tag of a sample that came from a person's question. */
export function askedBy(reviewer: string): string {
  return `asked by ${reviewer}`;
}

/** The id the next question beside this sample would get. Throws `not_found`. */
export function nextAskedId(db: ReadableDb, beside: number): string {
  return freeId(db, getSample(db, beside).externalId);
}

function freeId(db: ReadableDb, externalId: string): string {
  const stem = externalId.replace(/-asked-\d+$/, '');
  for (let n = 1; ; n++) {
    const id = `${stem}-asked-${n}`;
    if (!inUse(db, id)) return id;
  }
}

function inUse(db: ReadableDb, externalId: string): boolean {
  return read(db, 'SELECT 1 FROM sample WHERE external_id = ?').get(externalId) !== undefined;
}
