/**
 * One decision as a line of text that can be read without Fovea and without the database: which sample by the data's own
 * words, what was decided, by whom, when. Labels are one letter a visual token, row by row: `f` foreground, `b`
 * background, `i` ignore.
 */
import { z } from 'zod';
import { decisionSchema } from '../../../src-shared/contract/domain.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';

const LETTERS: ReadonlyMap<number, string> = new Map([
  [FG, 'f'],
  [BG, 'b'],
  [IGNORE, 'i'],
]);
const VALUES = new Map([...LETTERS].map(([value, letter]) => [letter, value]));

export const journalLineSchema = z.object({
  journal: z.literal(1),
  /** Number and time of the revision; together they tell it from every other one. */
  revision: z.number().int().positive(),
  at: z.string(),
  /** The data's id, its picture (folder as the project names it, path in it) and question. */
  sample: z.string(),
  folder: z.string(),
  image: z.string(),
  question: z.string(),
  decision: decisionSchema,
  label: z
    .string()
    .regex(/^[fbi]*$/)
    .nullable(),
  grid: z.tuple([z.number().int().positive(), z.number().int().positive()]).nullable(),
  /** The prediction it started from, by its number in the database. */
  prediction: z.number().int().nullable(),
  reviewer: z.string(),
  note: z.string().nullable(),
  /** Why it was rejected; older lines say nothing of it. */
  reason: z.string().nullable().default(null),
  batch: z.number().int().nullable(),
});
export type JournalLine = z.infer<typeof journalLineSchema>;

/** What tells revisions apart, also where a database was put back and numbers were given twice. */
export function keyOf({ revision, at }: Pick<JournalLine, 'revision' | 'at'>): string {
  return `${revision} ${at}`;
}

/** Int8 bytes, `[H*W]`, as letters. */
export function lettersOf(label: Uint8Array): string {
  let letters = '';
  for (const byte of label) letters += LETTERS.get((byte << 24) >> 24) ?? '?';
  return letters;
}

/** The bytes of letters. */
export function labelOfLetters(letters: string): Uint8Array {
  return Uint8Array.from(letters, (letter) => (VALUES.get(letter) ?? IGNORE) & 0xff);
}

/** A line, or null for one that was cut off or is none. */
export function parseJournalLine(text: string): JournalLine | null {
  try {
    return journalLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
