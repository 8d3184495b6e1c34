/**
 * The names that features add: pages, tabs of the dock, dialogs, commands. Each feature adds its own to these
 * interfaces in its `commands.ts`, so that a name that no feature has is a type error wherever it is used.
 */
/* eslint-disable @typescript-eslint/no-empty-object-type -- filled by the features */

/** The pages of an open project. */
export interface Pages {}
/** The tabs under the panes: what is known of the sample on screen, and what can be tried on it. */
export interface DockTabs {}
export interface Dialogs {}
export interface Commands {}

export type PageId = keyof Pages;
export type DockId = keyof DockTabs;
export type DialogId = keyof Dialogs;
export type CommandId = keyof Commands;
