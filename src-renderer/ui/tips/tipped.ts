/** For a control that a tip explains: the tip, which screen readers have as the control's description. */
export function tipped(words: string | undefined): Record<string, string | undefined> {
  // Svelte's types do not know `aria-description` yet.
  return { 'data-tip': words, 'aria-description': words };
}
