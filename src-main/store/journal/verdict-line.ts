/** That a person called an answer right or wrong, or took that back, as a line of the journal: by the data's own words, like a decision. */
import { z } from 'zod';
import { type ReadableDb, read } from '../db.ts';

export const verdictLineSchema = z.object({
  journal: z.literal(1),
  /** The answer's text that was judged, without the white space around it. */
  answer: z.string(),
  /** Null: what was said of it is taken back. */
  judged: z.enum(['right', 'wrong']).nullable(),
  /** Number and time of the verdict; together they tell it from every other one. */
  verdict: z.number().int().positive(),
  at: z.string(),
  /** The data's id, its picture (folder as the project names it, path in it) and question. */
  sample: z.string(),
  folder: z.string(),
  image: z.string(),
  question: z.string(),
  reviewer: z.string(),
});
export type VerdictLine = z.infer<typeof verdictLineSchema>;

/** What tells verdicts apart, also where a database was put back and numbers were given twice. */
export function verdictKeyOf({ verdict, at }: Pick<VerdictLine, 'verdict' | 'at'>): string {
  return `${verdict} ${at}`;
}

/** A line that says so, or null. */
export function parseVerdictLine(text: string): VerdictLine | null {
  if (!text.includes('"judged"')) return null;
  try {
    return verdictLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const PAGE = 500;

/** Verdicts in `(after, upTo]`, oldest first; never all of them in memory. */
export function* verdictLines(db: ReadableDb, after: number, upTo: number): Generator<VerdictLine> {
  const page = read<Omit<VerdictLine, 'journal'>>(
    db,
    `SELECT v.id AS verdict, v.answer, v.verdict AS judged, v.created_at AS at, v.reviewer, s.external_id AS sample,
       s.question, i.path AS image, f.path AS folder
     FROM answer_verdict v JOIN sample s ON s.id = v.sample_id JOIN image i ON i.id = s.image_id
       JOIN root f ON f.id = i.root_id
     WHERE v.id > ? AND v.id <= ? ORDER BY v.id LIMIT ?`,
  );
  for (let last = after; ;) {
    const rows = page.all(last, upTo, PAGE);
    for (const row of rows) yield { journal: 1, ...row };
    if (rows.length < PAGE) return;
    last = rows.at(-1)!.verdict;
  }
}
