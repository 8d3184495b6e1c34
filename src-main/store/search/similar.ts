/**
 * Samples like one, and why: by the words of the question and by where the label lies. No picture is compared; the
 * words on screen say so. Likeness is the same in both directions: the mean of
 *  - words: weight of the words that both questions have ÷ weight of the words that either has. A word that half of all
 *    questions have says little, a rare one much (inverse document frequency; Spärck Jones, J. Documentation 28, 1972);
 *  - region: mean of closeness, 1 − distance ÷ √3 of (x, y, √size) in shares of the picture, and of the overlap of the two
 *    foregrounds laid over one picture (IoU); 0 when one has no region;
 * and a tenth more for a question about the same picture. A scan of narrow columns finds the candidates by a rough
 * likeness (words as parts of the text, no overlap), at most {@link CANDIDATES}; only those are compared exactly.
 */
import { z } from 'zod';
import { transformSchema } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Alike } from '../../../src-shared/contract/procedures.ts';
import { type ReadableDb, type SqlValue, read } from '../db.ts';
import { findText, foundSql } from './search.ts';
import { SHOWN_CHARACTERS } from '../shown-text.ts';
import { foregroundMask, maskOverlap, wordsOf, wordWeights, wordLikeness } from './likeness.ts';

interface Row {
  readonly id: number;
  readonly question: string;
  readonly image_id: number;
  readonly roi_size: number | null;
  readonly roi_x: number | null;
  readonly roi_y: number | null;
  readonly label: Uint8Array | null;
  readonly grid_rows: number | null;
  readonly grid_cols: number | null;
  readonly transform: string | null;
  readonly width: number;
  readonly height: number;
}

const CANDIDATES = 500;
const SAME_PICTURE_CANDIDATES = 500;
/** More than a question needs, fewer than a scan can look for in time. */
const WORDS_LOOKED_FOR = 4;
/** Questions that the weight of words is taken from, spread over the project. */
const QUESTIONS_WEIGHED = 1000;
const SAME_PICTURE = 0.1;

/** The label that stands where it has the prediction's grid, else the predicted one. */
const SELECT = `
SELECT s.id, substr(s.question, 1, ${SHOWN_CHARACTERS}) AS question, s.image_id, t.roi_size, t.roi_x, t.roi_y, p.grid_rows, p.grid_cols, p.transform, m.width, m.height,
  CASE WHEN length(r.label) = length(p.label) THEN r.label ELSE p.label END AS label
FROM sample s JOIN sample_state t ON t.sample_id = s.id JOIN image m ON m.id = s.image_id
LEFT JOIN prediction p ON p.id = t.prediction_id LEFT JOIN review r ON r.id = t.review_id`;

/** Others like sample `id`, most alike first, equals in the order they were imported. Throws `not_found`. */
export function similarSamples(db: ReadableDb, id: number, limit: number): Alike[] {
  const self = read<Row>(db, `${SELECT} WHERE s.id = ?`).get(id);
  if (!self) throw new FoveaError('not_found', `there is no sample ${id}`, { next: 'Load the list again' });
  const weightOf = wordWeights(someQuestions(db));
  const compare = comparison(self, weightOf);
  const ids = new Set([...candidates(db, self, weightOf), ...ofPicture(db, self)]);
  ids.delete(id);
  return read<Row>(db, `${SELECT} WHERE s.id IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify([...ids]))
    .map(compare)
    .sort((a, b) => b.likeness - a.likeness || a.id - b.id)
    .slice(0, limit);
}

function comparison(self: Row, weightOf: (word: string) => number): (other: Row) => Alike {
  const words = wordsOf(self.question);
  const here = place(self);
  const mask = maskOf(self);
  return (other) => {
    const theirs = wordLikeness(words, wordsOf(other.question), weightOf);
    const there = place(other);
    const region = here && there && regionLikeness(here, there, mask, maskOf(other));
    const samePicture = self.image_id === other.image_id;
    const likeness = (theirs.share + (region?.likeness ?? 0)) / 2 + (samePicture ? SAME_PICTURE : 0);
    return {
      id: other.id,
      likeness,
      words: theirs.share,
      sharedWords: theirs.shared,
      closeness: region?.closeness ?? null,
      overlap: region?.overlap ?? null,
      samePicture,
    };
  };
}

type Place = readonly [x: number, y: number, side: number];

function place({ roi_x, roi_y, roi_size }: Row): Place | null {
  return roi_x === null || roi_y === null || roi_size === null ? null : [roi_x, roi_y, Math.sqrt(roi_size)];
}

function regionLikeness(
  here: Place,
  there: Place,
  mine: Uint8Array | null,
  theirs: Uint8Array | null,
): { likeness: number; closeness: number; overlap: number } {
  const closeness = 1 - Math.hypot(...here.map((value, i) => value - there[i]!)) / Math.sqrt(3);
  const overlap = mine && theirs ? maskOverlap(mine, theirs) : 0;
  return { likeness: (closeness + overlap) / 2, closeness, overlap };
}

const storedTransform = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(transformSchema);

function maskOf({ label, grid_rows, grid_cols, transform, width, height }: Row): Uint8Array | null {
  if (label === null || grid_rows === null || grid_cols === null || transform === null) return null;
  return foregroundMask(label, [grid_rows, grid_cols], storedTransform.parse(transform), [width, height]);
}

/** Evenly spread over the project, the same ones every time. */
function someQuestions(db: ReadableDb): string[] {
  const last = read<{ id: number | null }>(db, 'SELECT MAX(id) AS id FROM sample').get()?.id ?? 0;
  const step = Math.max(1, last / QUESTIONS_WEIGHED);
  const ids = Array.from({ length: Math.min(last, QUESTIONS_WEIGHED) }, (_, i) => 1 + Math.floor(i * step));
  return read<{ question: string }>(
    db,
    `SELECT substr(question, 1, ${SHOWN_CHARACTERS}) AS question FROM sample
     WHERE id IN (SELECT value FROM json_each(?))`,
  )
    .all(JSON.stringify(ids))
    .map(({ question }) => question);
}

/** The best by the rough likeness. */
function candidates(db: ReadableDb, self: Row, weightOf: (word: string) => number): number[] {
  const words = [...wordsOf(self.question)]
    .sort((a, b) => weightOf(b) - weightOf(a) || b.length - a.length || (a < b ? -1 : 1))
    .slice(0, WORDS_LOOKED_FOR);
  const all = words.reduce((sum, word) => sum + weightOf(word), 0);
  const terms: string[] = [];
  const params: SqlValue[] = [];
  for (const word of words) {
    const held = foundSql(findText(db, word), 't.sample_id');
    terms.push(`? * (${held.sql})`);
    params.push(weightOf(word) / all, ...held.params);
  }
  const here = place(self);
  if (here) {
    terms.push(
      'COALESCE(1 - sqrt(((t.roi_x - ?) * (t.roi_x - ?) + (t.roi_y - ?) * (t.roi_y - ?) + t.roi_size + ? - 2 * ? * sqrt(t.roi_size)) / 3), 0)',
    );
    const [x, y, side] = here;
    params.push(x, x, y, y, side * side + 1e-9, side);
  }
  if (terms.length === 0) return [];
  return read<{ id: number }>(
    db,
    `SELECT t.sample_id AS id FROM sample_state t NOT INDEXED
     ORDER BY ${terms.join(' + ')} DESC, t.sample_id LIMIT ${CANDIDATES}`,
  )
    .all(...params)
    .map(({ id }) => id);
}

function ofPicture(db: ReadableDb, { image_id }: Row): number[] {
  return read<{ id: number }>(
    db,
    `SELECT id FROM sample WHERE image_id = ? ORDER BY id LIMIT ${SAME_PICTURE_CANDIDATES}`,
  )
    .all(image_id)
    .map(({ id }) => id);
}
