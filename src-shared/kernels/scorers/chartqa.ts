/**
 * ChartQA (lmms-eval 0.7.3 `tasks/chartqa/utils.py`): numbers may be off by 5% of the truth, everything else is the same text
 * without regard to case. What is a number is Python's `float()`, with one `%` or more as the last characters for hundredths.
 * A truth of 0 is compared as text. The data has one truth; of several, any will do.
 */
import type { Scorer } from './case.ts';
import { float } from './python.ts';

/** Of the truth. */
const TOLERANCE = 0.05;

export const chartqa: Scorer = ({ answer, truths }) =>
  truths.some((truth) => relaxedEqual(answer, truth)) ? 1 : 0;

export function relaxedEqual(answer: string, truth: string): boolean {
  const [said, wanted] = [numberIn(answer), numberIn(truth)];
  if (said !== null && wanted !== null && wanted !== 0)
    return Math.abs(said - wanted) / Math.abs(wanted) <= TOLERANCE;
  return answer.toLowerCase() === truth.toLowerCase();
}

function numberIn(text: string): number | null {
  if (!text.endsWith('%')) return float(text);
  const hundredths = float(text.replace(/%+$/, ''));
  return hundredths === null ? null : hundredths / 100;
}
