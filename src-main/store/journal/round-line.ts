/**
 * Rounds of dealing as lines of the journal: to whom each sample was dealt, by the data's own words, then the round itself, and later that it
 * ended. The round's line stands behind its samples, so that whoever finds it finds all of them.
 */
import { z } from 'zod';
import { type ReadableDb, read } from '../db.ts';

const event = {
  journal: z.literal(1),
  /** Number and time of the note; together they tell it from every other one. */
  event: z.number().int().positive(),
  noted: z.string(),
};

/** That one sample was dealt, and to whom. */
export const dealtLineSchema = z.object({
  ...event,
  dealt: z.array(z.string()).min(1),
  /** When the round was dealt. */
  at: z.string(),
  sample: z.string(),
  folder: z.string(),
  image: z.string(),
  question: z.string(),
});
export type DealtLine = z.infer<typeof dealtLineSchema>;

/** That a round was dealt, or that it ended. A round is known by its name and when it was dealt. */
export const roundLineSchema = z.object({
  ...event,
  round: z.string(),
  at: z.string(),
  overlap: z.number().int().positive(),
  seed: z.number().int(),
  blind: z.boolean(),
  /** What its samples were chosen by, as JSON. */
  filter: z.string(),
  by: z.string(),
  /** Null: the line says that it was dealt. */
  ended: z.string().nullable(),
});
export type RoundLine = z.infer<typeof roundLineSchema>;

/** What tells notes apart, also where a database was put back and numbers were given twice. */
export function roundKeyOf({ event: number, noted }: Pick<RoundLine, 'event' | 'noted'>): string {
  return `${number} ${noted}`;
}

/** A line that says so, or null. */
export function parseRoundLine(text: string): RoundLine | null {
  return text.includes('"round"') ? parsed(roundLineSchema, text) : null;
}

/** A line that says so, or null. */
export function parseDealtLine(text: string): DealtLine | null {
  return text.includes('"dealt"') ? parsed(dealtLineSchema, text) : null;
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

interface Row {
  readonly event: number;
  readonly noted: string;
  readonly deal: number;
  readonly ending: number;
  readonly round: string;
  readonly at: string;
  readonly overlap: number;
  readonly seed: number;
  readonly blind: number;
  readonly filter: string;
  readonly by: string;
  readonly ended: string | null;
}

const PAGE = 500;

/** What is noted in `(after, upTo]`, oldest first; never all samples of a round in memory. */
export function* roundLines(db: ReadableDb, after: number, upTo: number): Generator<RoundLine | DealtLine> {
  const rows = read<Row>(
    db,
    `SELECT e.id AS event, e.noted_at AS noted, e.ended AS ending, x.id AS deal, x.name AS round, x.created_at AS at, x.overlap,
       x.seed, x.blind, x.filter, x.created_by AS by, x.ended_at AS ended
     FROM deal_event e JOIN deal x ON x.id = e.deal_id WHERE e.id > ? AND e.id <= ? ORDER BY e.id`,
  ).all(after, upTo);
  for (const { deal, ending, blind, ended, ...row } of rows) {
    const { event: number, noted, at } = row;
    if (ending === 0) yield* dealtLines(db, deal, { journal: 1, event: number, noted, at });
    yield { journal: 1, ...row, blind: blind === 1, ended: ending === 1 ? ended : null };
  }
}

function* dealtLines(
  db: ReadableDb,
  deal: number,
  note: Pick<DealtLine, 'journal' | 'event' | 'noted' | 'at'>,
): Generator<DealtLine> {
  const page = read<Pick<DealtLine, 'sample' | 'folder' | 'image' | 'question'> & { id: number; to: string }>(
    db,
    `SELECT s.id, s.external_id AS sample, f.path AS folder, i.path AS image, s.question, d."to"
     FROM (SELECT sample_id, json_group_array(reviewer) AS "to" FROM dealt WHERE deal_id = ? AND sample_id > ?
       GROUP BY sample_id ORDER BY sample_id LIMIT ?) d
     JOIN sample s ON s.id = d.sample_id JOIN image i ON i.id = s.image_id JOIN root f ON f.id = i.root_id
     ORDER BY s.id`,
  );
  for (let last = 0; ;) {
    const rows = page.all(deal, last, PAGE);
    for (const { id: _, to, ...words } of rows) {
      yield { ...note, dealt: (JSON.parse(to) as string[]).toSorted(), ...words };
    }
    if (rows.length < PAGE) return;
    last = rows.at(-1)!.id;
  }
}
