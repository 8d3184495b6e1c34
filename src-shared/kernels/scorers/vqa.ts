/** What the two harnesses' ways of writing answers of VQA share. */
import { CONTRACTIONS } from './contractions.ts';
import { split } from './python.ts';

/** In the order that they are taken out. */
export const PUNCTUATION_OF_VQA = [...';/[]"{}()=+\\_->', ...'<@`,?!'];

const NUMBERS = 'zero one two three four five six seven eight nine ten'.split(' ');
const DIGITS = new Map([['none', '0'], ...NUMBERS.map((word, i) => [word, String(i)] as const)]);
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the']);

/** Words in lower case, up to ten as digits, without articles, contractions with their apostrophes; one space between. */
export function withoutArticles(text: string): string {
  return split(text.toLowerCase())
    .map((word) => DIGITS.get(word) ?? word)
    .filter((word) => !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(' ');
}

/**
 * Mean over the truths of min(1, others that equal the answer ÷ 3). Of ten truths, 0, 1, 2, 3, 4 and more equal ones give
 * 0, .3, .6, .9, 1; a single truth always 0, since there is no other.
 */
export function agreement(answer: string, truths: readonly string[]): number {
  const n = truths.length;
  const equal = truths.filter((truth) => truth === answer).length;
  return (equal * Math.min(3, equal - 1) + (n - equal) * Math.min(3, equal)) / (3 * n);
}
