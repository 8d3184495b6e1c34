/** Answers that several people gave, each once with how many gave it: most first, else in the order of the data. */
export function countedAnswers(
  answers: readonly string[],
): readonly { readonly answer: string; readonly count: number; readonly words: string }[] {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts]
    .map(([answer, count]) => ({ answer, count, words: count > 1 ? `${answer} ×${count}` : answer }))
    .sort((a, b) => b.count - a.count);
}
