/** That a person gave a sample a tag, or took it away, as a line of the journal: by the data's own words, like a decision. */
import { z } from 'zod';
import { type ReadableDb, read } from '../db.ts';

export const tagLineSchema = z.object({
  journal: z.literal(1),
  tag: z.string().min(1),
  /** Whether the sample has it from then on. */
  added: z.boolean(),
  /** Number and time of the change; together they tell it from every other one. */
  change: z.number().int().positive(),
  at: z.string(),
  /** The data's id, its picture (folder as the project names it, path in it) and question. */
  sample: z.string(),
  folder: z.string(),
  image: z.string(),
  question: z.string(),
  reviewer: z.string(),
});
export type TagLine = z.infer<typeof tagLineSchema>;

/** What tells changes apart, also where a database was put back and numbers were given twice. */
export function tagKeyOf({ change, at }: Pick<TagLine, 'change' | 'at'>): string {
  return `${change} ${at}`;
}

/** A line that says so, or null. */
export function parseTagLine(text: string): TagLine | null {
  if (!text.includes('"change"')) return null;
  try {
    return tagLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const PAGE = 500;

/** Changes in `(after, upTo]`, oldest first; never all of them in memory. */
export function* tagLines(db: ReadableDb, after: number, upTo: number): Generator<TagLine> {
  const page = read<Omit<TagLine, 'journal' | 'added'> & { readonly added: number }>(
    db,
    `SELECT c.id AS change, c.tag, c.added, c.created_at AS at, c.reviewer, s.external_id AS sample, s.question,
       i.path AS image, f.path AS folder
     FROM tag_change c JOIN sample s ON s.id = c.sample_id JOIN image i ON i.id = s.image_id
       JOIN root f ON f.id = i.root_id
     WHERE c.id > ? AND c.id <= ? ORDER BY c.id LIMIT ?`,
  );
  for (let last = after; ;) {
    const rows = page.all(last, upTo, PAGE);
    for (const row of rows) yield { journal: 1, ...row, added: row.added === 1 };
    if (rows.length < PAGE) return;
    last = rows.at(-1)!.change;
  }
}
