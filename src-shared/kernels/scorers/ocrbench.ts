/**
 * OCRBench (lmms-eval 0.7.3 `tasks/ocrbench/utils.py`): right where a truth stands in the answer, in lower case, with
 * full-width ASCII as ASCII and line ends as spaces; so an empty truth is always right and `4120` contains `12`. Handwritten
 * formulas (HME100k) keep their case and lose their spaces instead.
 */
import type { Scorer } from './case.ts';
import { strip } from './python.ts';

/** The data set of the formulas, and what its questions are filed under. */
const FORMULAS: ReadonlySet<string | null> = new Set([
  'HME100k',
  'Handwritten Mathematical Expression Recognition',
]);

export const ocrbench: Scorer = ({ answer, truths, category }) => {
  const written = isFormula(category) ? asFormula : (text: string) => asWords(halfWidth(text));
  const said = written(strip(answer));
  return truths.some((truth) => said.includes(written(truth))) ? 1 : 0;
};

/** By the name of the data set (`dataset:HME100k`) or of the category. */
export function isFormula(category: string | null): boolean {
  return FORMULAS.has(category);
}

export function asFormula(text: string): string {
  return strip(text).replace(/[\n ]/g, '');
}

export function asWords(text: string): string {
  return strip(text.toLowerCase()).replaceAll('\n', ' ');
}

/** Full-width ASCII (U+FF01 … U+FF5E) and the ideographic space as ASCII. */
function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}
