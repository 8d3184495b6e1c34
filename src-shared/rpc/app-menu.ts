/**
 * The application menu as the page wants it: the page alone knows its commands and the keys a person chose, so it says
 * what the menu holds, and main draws it. Parsed in main: a page is never trusted.
 */
import { z } from 'zod';

/** In the order of the menu bar; what main adds of its own goes into the same ones. */
export const MENUS = ['File', 'Edit', 'View', 'Review', 'Find', 'Gallery', 'Compare', 'Go', 'Help'] as const;

const menuEntrySchema = z.object({
  menu: z.enum(MENUS),
  /** What main sends back when it is chosen. */
  command: z.string().regex(/^[a-zA-Z][a-zA-Z-]{0,39}$/),
  words: z.string().min(1).max(100),
  /** A chord of the page's keymap such as `Ctrl+Shift+Z`; main shows it and leaves acting on it to the page. */
  key: z.string().max(40).nullable(),
  enabled: z.boolean(),
});
export type MenuEntry = z.infer<typeof menuEntrySchema>;

export const menuEntriesSchema = z.array(menuEntrySchema).max(200);
