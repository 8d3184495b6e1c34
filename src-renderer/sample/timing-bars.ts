/** Where the time of a prediction went: steps that belong together as one part, largest matter first to the eye. */
const PARTS: readonly { readonly words: string; readonly steps: readonly string[] }[] = [
  { words: 'Read and resize picture', steps: ['decode', 'preprocess', 'crop'] },
  { words: 'Encode picture', steps: ['encode'] },
  { words: 'Read prompt', steps: ['prefill'] },
  { words: 'Write answer', steps: ['generate'] },
  { words: 'RPN', steps: ['rpnPrefill', 'rpn', 'gate'] },
  { words: 'Encode crop', steps: ['encodeCrop'] },
  { words: 'Read prompt with crop', steps: ['secondPrefill'] },
];

export interface TimingBar {
  readonly words: string;
  readonly ms: number;
  /** Of the total, 0…1. */
  readonly share: number;
}

/** Parts in the order they happen, those that took no time left out; what no part names is `Other`. */
export function timingBars(timings: Readonly<Record<string, number>>): {
  readonly total: number;
  readonly bars: readonly TimingBar[];
} {
  const named = PARTS.map(({ words, steps }) => ({
    words,
    ms: steps.reduce((sum, step) => sum + (timings[step] ?? 0), 0),
  }));
  const known = named.reduce((sum, { ms }) => sum + ms, 0);
  const total = Math.max(timings['total'] ?? 0, known);
  const parts = [...named, { words: 'Other', ms: total - known }].filter(({ ms }) => ms > total / 1000);
  return { total, bars: parts.map((part) => ({ ...part, share: total > 0 ? part.ms / total : 0 })) };
}
