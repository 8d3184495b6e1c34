/**
 * Samples like one: by the words of the question and by where and how large the region is. No picture is compared; the
 * names on screen say so. Likeness is the mean of
 *  - words: shared words ÷ all words of the two questions (Jaccard), and
 *  - region: 1 − distance ÷ √3 of (x, y, √size), each in shares of the picture; only when both have a region.
 * A question about the same picture adds a tenth. Candidates come from an index-free scan of narrow columns.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { type ReadableDb, read } from './db.ts';

interface Candidate {
  readonly id: number;
  readonly question: string;
  readonly image_id: number;
  readonly roi_size: number | null;
  readonly roi_x: number | null;
  readonly roi_y: number | null;
}

/** From each way of looking, before they are ranked together. */
const CANDIDATES = 600;
const WORDS_LOOKED_FOR = 6;
const SAME_PICTURE = 0.1;

const SELECT = `
SELECT s.id, s.question, s.image_id, t.roi_size, t.roi_x, t.roi_y
FROM sample s JOIN sample_state t ON t.sample_id = s.id`;

/** Ids, most alike first, the sample itself before all. Throws `not_found`. */
export function similarSamples(db: ReadableDb, id: number, limit: number): number[] {
  const self = read<Candidate>(db, `${SELECT} WHERE s.id = ?`).get(id);
  if (!self) throw new FoveaError('not_found', `there is no sample ${id}`, { next: 'Load the list again' });
  const candidates = new Map<number, Candidate>();
  for (const found of [byRegion(db, self), byWords(db, self), byPicture(db, self)].flat()) {
    candidates.set(found.id, found);
  }
  candidates.delete(id);
  const words = wordsOf(self.question);
  return [...candidates.values()]
    .map((one) => ({ id: one.id, likeness: likeness(self, one, words) }))
    .sort((a, b) => b.likeness - a.likeness || a.id - b.id)
    .slice(0, limit - 1)
    .reduce((ids, one) => [...ids, one.id], [id]);
}

function likeness(self: Candidate, other: Candidate, words: ReadonlySet<string>): number {
  const theirs = wordsOf(other.question);
  const shared = [...theirs].filter((word) => words.has(word)).length;
  const all = words.size + theirs.size - shared;
  const byWord = all === 0 ? 0 : shared / all;
  const here = place(self);
  const there = place(other);
  const byRegion =
    here && there ? 1 - Math.hypot(...here.map((value, i) => value - there[i]!)) / Math.sqrt(3) : 0;
  return (byWord + byRegion) / 2 + (self.image_id === other.image_id ? SAME_PICTURE : 0);
}

function place({ roi_x, roi_y, roi_size }: Candidate): [number, number, number] | null {
  return roi_x === null || roi_y === null || roi_size === null ? null : [roi_x, roi_y, Math.sqrt(roi_size)];
}

/** Words as people write them, in any script; scripts without spaces count by character. */
function wordsOf(text: string): Set<string> {
  const folded = text.normalize('NFKC').toLowerCase();
  return new Set(
    folded.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu) ?? [],
  );
}

function byRegion(db: ReadableDb, { roi_x, roi_y, roi_size }: Candidate): Candidate[] {
  if (roi_x === null || roi_y === null || roi_size === null) return [];
  return read<Candidate>(
    db,
    `${SELECT} WHERE t.roi_size IS NOT NULL
     ORDER BY (t.roi_x - ?) * (t.roi_x - ?) + (t.roi_y - ?) * (t.roi_y - ?)
       + t.roi_size - 2 * sqrt(? * t.roi_size) LIMIT ${CANDIDATES}`,
  ).all(roi_x, roi_x, roi_y, roi_y, roi_size);
}

/** The longest words say most of what a question is about. */
function byWords(db: ReadableDb, { question }: Candidate): Candidate[] {
  const words = [...wordsOf(question)].sort((a, b) => b.length - a.length).slice(0, WORDS_LOOKED_FOR);
  if (words.length === 0) return [];
  const hits = words.map(() => '(instr(f.search, ?) > 0)').join(' + ');
  return read<Candidate>(
    db,
    `${SELECT} JOIN (SELECT f.sample_id FROM sample_search f ORDER BY ${hits} DESC, f.sample_id LIMIT ${CANDIDATES}) near
     ON near.sample_id = s.id`,
  ).all(...words);
}

function byPicture(db: ReadableDb, { image_id }: Candidate): Candidate[] {
  return read<Candidate>(db, `${SELECT} WHERE s.image_id = ? LIMIT ${CANDIDATES}`).all(image_id);
}
