/** What a small picture is tinted by: a map of its sample, its label, or nothing. */
export const TINTS = ['label', 'denoised', 'rpn', 'none'] as const;
export type Tint = (typeof TINTS)[number];
export const TINT_WORDS: Readonly<Record<Tint, string>> = {
  label: 'Label',
  denoised: 'Denoised attention',
  rpn: 'RPN probability',
  none: 'Nothing',
};
