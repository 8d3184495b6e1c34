/** By which rule answers count, and with what: `exact match: 1.00 alone, 0.00 with the crop`. */
import type { ScoredAnswers } from '../../src-shared/contract/scoring/answers.ts';

/** Rules whose name alone says little. */
const NAMES: Readonly<Record<string, string>> = { exact: 'exact match' };

export function scorerName(scorer: string): string {
  return NAMES[scorer] ?? scorer;
}

/** In one line: the rule and what it gives, or why it gives nothing. */
export function scoredWords({ scorer, first, crop, given, truths }: ScoredAnswers): string {
  const name = scorerName(scorer);
  if (truths.length === 0) return `${name}: no right answer is known`;
  const cropScore = crop?.score ?? null;
  const withCrop = cropScore === null ? '' : `${figure(cropScore)} with the crop`;
  if (given) return `${name}: ${withCrop === '' ? '' : `${withCrop}; `}the answer alone came with the data`;
  if (first.score === null) return `${name}: not scored`;
  return `${name}: ${figure(first.score)} alone${withCrop === '' ? '' : `, ${withCrop}`}`;
}

function figure(score: number): string {
  return score.toFixed(2);
}

/** Which answers a truth makes right. */
export function matchTip({ first, crop }: ScoredAnswers['truths'][number]): string {
  if (first && crop) return 'Both answers match this';
  return first ? 'The answer matches this' : 'The answer with the crop matches this';
}
