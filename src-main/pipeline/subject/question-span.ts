/**
 * Which of the tokens behind the picture are the question's own words and which the template's ("ASSISTANT:", end of
 * turn). Found by asking other questions: what all prompts begin and end with is the template's.
 */
import type { TeacherPrompt } from '../../checkpoint/qwen/teacher-prompt.ts';
import { promptFor } from './prompted.ts';
import type { Prompted } from './prompted.ts';
import type { Subject } from './subject.ts';

/** Of different first and last tokens in any vocabulary; one that knows none of the words still differs on the first. */
const OTHERS = ['', 'a', '1 ?'];

/** Place of the question in `prompt.ids.after`, `[start, end)`. */
export function questionSpan(
  subject: Subject,
  { ids, grid }: Prompted,
  teacher: TeacherPrompt | null,
): readonly [start: number, end: number] {
  const { after } = ids;
  const others = OTHERS.map((question) => promptFor(subject, question, grid, teacher).ids.after);
  const start = Math.min(...others.map((other) => common(after, other)));
  const rest = after.slice(start).reverse();
  const tail = Math.min(...others.map((other) => common(rest, [...other].reverse())));
  return [start, after.length - tail];
}

/** Length of what two lists begin with alike. */
function common(a: readonly number[], b: readonly number[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
