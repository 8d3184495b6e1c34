/**
 * Whether a model's answer is the one that came with the data. The authors' gate data asks for either text inside the other
 * (METHOD §8), where an empty one fits everything and `4` fits `42`; here whole words count, and only the truth's.
 */

/** Scripts that leave no space between words: each character is one. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Whether the words of `truth` stand in `answer`, one after another. */
export function answerMatches(answer: string, truth: string): boolean {
  const [said, wanted] = [wordsOf(answer), wordsOf(truth)];
  if (wanted.length === 0) return false;
  return said.some((_, at) => wanted.every((word, i) => said[at + i] === word));
}

/** Lower case, without punctuation: a point stays between digits, a sign before one; thousands separators go. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
    .replace(UNSPACED, ' $& ')
    .replace(/(?<![\p{L}\p{N}])[-−](?=\d)/gu, '\u0001')
    .replace(/(?<=\d)\.(?=\d)/g, '\u0002')
    .replace(/[^\p{L}\p{N}\p{M}\u0001\u0002]+/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
}
