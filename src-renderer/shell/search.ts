/** Finding a command by a few letters of its words. */

/** How well `words` answer a query: lower is better, null when a letter is missing. Case does not matter. */
export function matchRank(query: string, words: string): number | null {
  const wanted = query.trim().toLowerCase();
  const text = words.toLowerCase();
  if (wanted === '') return 0;
  const whole = text.indexOf(wanted);
  if (whole === 0) return 0;
  if (whole > 0) return text[whole - 1] === ' ' ? 1 : 2;
  let at = -1;
  let gaps = 0;
  for (const letter of wanted.replaceAll(' ', '')) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (at >= 0 && next > at + 1) gaps += 1;
    at = next;
  }
  return 3 + gaps;
}

/** The items that answer the query, best first; equally good ones keep their order. */
export function search<T extends { readonly words: string }>(query: string, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: matchRank(query, item.words) }))
    .filter((found): found is { item: T; rank: number } => found.rank !== null)
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
