/** The tabs of the dock under the panes: what is known of the sample on screen, and what can be tried on it. */
export const DOCK = [
  { id: 'sample', words: 'Sample' },
  { id: 'recipe', words: 'Recipe' },
  { id: 'heads', words: 'Heads' },
  { id: 'tokens', words: 'Tokens' },
  { id: 'try', words: 'Ask and check' },
] as const;

export type DockId = (typeof DOCK)[number]['id'];
