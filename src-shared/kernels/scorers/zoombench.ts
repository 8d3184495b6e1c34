/**
 * ZoomBench by its publishers' rule (inclusionAI/Zooming-without-Zooming `mm-eval/judge_qwenlm.py`, with the package mathruler
 * 0.1.0), as far as it is a rule: the answer between `<answer>` and `</answer>`, after `Answer:`, or in the last three lines is the
 * truth when both are written as mathruler writes answers. Of every other answer the publishers ask computer algebra
 * and then a language model, which Fovea does not: such answers are wrong here, and `zoombenchVerdict` tells them apart.
 */
import type { Scorer } from './case.ts';
import { float, pointsOf, strip } from './python.ts';

export const zoombench: Scorer = (c) => (zoombenchVerdict(c) === 'same' ? 1 : 0);

/** `unsettled`: the publishers would ask a language model. */
export function zoombenchVerdict({ answer, truths }: Parameters<Scorer>[0]): 'same' | 'unsettled' {
  const said = extracted(answer);
  return truths.some((truth) => written(truth, said)) ? 'same' : 'unsettled';
}

const LAST_LINES = 3;

/** Without an end tag the last character is lost. */
function extracted(answer: string): string {
  const start = answer.indexOf('<answer>');
  if (start >= 0) {
    const end = answer.indexOf('</answer>');
    const rest = answer.slice(start);
    const part = end >= 0 ? answer.slice(start, end) : pointsOf(rest).slice(0, -1).join('');
    return part.replaceAll('<answer>', '').replaceAll('</answer>', '');
  }
  const told = answer.indexOf('Answer:');
  return told >= 0 ? answer.slice(told) : answer.split('\n').slice(-LAST_LINES).join('\n');
}

/** Formulas in LaTeX are left to the judge: what they are written as is a parser of its own. */
function written(a: string, b: string): boolean {
  if (a.includes('\\') || b.includes('\\')) return false;
  return asInMath(a) === asInMath(b) || asNumber(a) === asNumber(b);
}

/** The first of mathruler's two ways: without blanks, per cents, line ends and a short `x =`. */
function asInMath(text: string): string {
  let out = strip(text).replaceAll('\n', '').replace(/tfrac/g, 'frac').replace(/dfrac/g, 'frac');
  out = out.replaceAll('%', '').replaceAll(' .', ' 0.').replaceAll('{.', '{0.');
  if (out.startsWith('.')) out = `0${out}`;
  const sides = out.split('=');
  if (sides.length === 2 && pointsOf(sides[0]!).length <= 2) out = sides[1]!;
  out = out.replaceAll(' ', '');
  return out === '0.5' ? '1/2' : out;
}

const UNITS =
  'degree cm centimeter meter mile second minute hour day week month year foot feet inch yard'.split(' ');
const UNIT_PATTERNS = UNITS.map((unit) => new RegExp(`${unit}(?:es)?s? *(?:\\^[0-9]+)?`, 'g'));
const WHOLE = 1e-7;

/** The second: without units, in lower case, numbers that are whole as such. */
function asNumber(text: string): string {
  let out = text.replace(/[$%]/g, '').replaceAll(' or ', ' , ').replaceAll(' and ', ' , ');
  out = out.replaceAll('million', '*10^6').replaceAll('billion', '*10^9').replaceAll('trillion', '*10^12');
  for (const unit of UNIT_PATTERNS) out = out.replace(unit, '');
  if (out.startsWith('{') && out.endsWith('}')) out = out.slice(1, -1);
  const value = float(out);
  if (value !== null && isWhole(value)) out = String(BigInt(Math.round(value)));
  out = out.replace(/- */g, '-').replace(/([0-9]) +([0-9])/g, '$1+$2');
  out = out.replace(/[ {}]/g, '').toLowerCase();
  const plain = float(withoutThousands(out));
  return plain !== null && isWhole(plain) ? String(BigInt(Math.trunc(float(out.replaceAll(',', ''))!))) : out;
}

function isWhole(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value - Math.round(value)) <= WHOLE;
}

function withoutThousands(text: string): string {
  for (let out = text; ;) {
    const next = out.replace(/(\p{Nd}),(\p{Nd}{3})($|\P{Nd})/gu, '$1$2$3');
    if (next === out) return out;
    out = next;
  }
}
