/**
 * Why rows of a file failed, or were read otherwise than they are written: by kind, each with the first of its lines.
 * A file of a million rows says no more than one of a hundred.
 */
import { counted } from './counts.ts';
import { z } from 'zod';

export const reasonSchema = z.object({
  /** What is the matter, without the values of any row: equal words are one kind. */
  reason: z.string(),
  /** What to do about it; null where nothing needs to be done. */
  next: z.string().nullable(),
  /** How many rows. */
  count: z.number().int().positive(),
  /** The first few, in the order of the file: the line, and what stands there. */
  places: z.array(z.object({ line: z.number().int(), value: z.string().nullable() })),
});
export type Reason = z.infer<typeof reasonSchema>;

/**
 * As plain text, for a terminal or the clipboard: a line for each kind, and its places below it.
 * @param unit what is counted
 */
export function reasonLines(file: string, reasons: readonly Reason[], unit: 'row' | 'sample'): string[] {
  return reasons.flatMap(({ reason, next, count, places }) => {
    const rows = counted(count, unit);
    const more = count - places.length;
    return [
      `${rows}: ${reason}${next === null ? '' : `. ${next}`}`,
      ...places.map(({ line, value }) => `  ${file} line ${line}${value === null ? '' : `: ${value}`}`),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  });
}
