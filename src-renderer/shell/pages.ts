/** The pages of an open project, in the order of the header's tabs. */
export const PAGES = [
  { id: 'review', words: 'Review' },
  { id: 'gallery', words: 'Gallery' },
  { id: 'dashboard', words: 'Dashboard' },
  { id: 'models', words: 'Models' },
] as const;

export type PageId = (typeof PAGES)[number]['id'];
