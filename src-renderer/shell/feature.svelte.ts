/**
 * What a feature is: the one declaration in its folder. `app/features.ts` lists them all; whatever shows pages, tabs,
 * dialogs, banners or commands reads the {@link Registry} made of that list, so adding one changes nothing else.
 */
import { createContext, type Component } from 'svelte';
import type { ProcedureName } from '../../src-shared/contract/procedures.ts';
import type { Act, GivingUp, Grip } from './commands.svelte.ts';
import { keymapOf, type Binding, type Gesture } from './keymap.ts';
import type { DialogId, DockId, PageId } from './names.ts';

/** A page of an open project, in the header by `order`. Its command is {@link pageCommand}'s. */
export interface Page {
  readonly id: PageId;
  readonly words: string;
  readonly order: number;
  readonly component: Component;
  /** Who may not call this does not see it. */
  readonly needs?: ProcedureName;
}

/** A tab of the dock under the panes, by `order`. Its command is {@link tabCommand}'s. */
export interface Tab {
  readonly id: DockId;
  readonly words: string;
  readonly order: number;
  readonly component: Component;
  /** The dock takes more of the page while it is shown. */
  readonly tall?: boolean;
  /** Who may not call this does not see it. */
  readonly needs?: ProcedureName;
}

export type DialogComponent = Component<{ onclose: () => void }>;

/** One line of the command palette that is no command. */
export interface PaletteItem {
  readonly id: string;
  readonly words: string;
  readonly key: string | null;
  run(): void;
}

/** Work of a person that is not saved yet. */
export interface Unsaved {
  waiting(): number;
  /** Sends what is only typed. */
  flush?(): void;
}

/** The commands that a feature itself says what to do for; pages and tabs are shown by whoever shows them. */
type Own<C extends readonly Binding[]> = Exclude<C[number]['command'], `page-${string}` | `dock-${string}`>;

/** What a feature does once its state is made. */
export interface Begun<C extends readonly Binding[] = readonly Binding[]> {
  readonly acts: Readonly<Record<Own<C>, Act | (() => void)>>;
  /** What Esc gives up. Earlier features are asked first. */
  readonly givesUp?: readonly GivingUp[];
  /** What Space holds. */
  readonly grip?: Grip;
  /** More lines for the palette, as things are now. */
  offers?(): PaletteItem[];
  readonly unsaved?: Unsaved;
  /** Another project, before anything of it is drawn or asked for. */
  enter?(path: string): void;
  /** Another project is shown. */
  entered?(path: string): void;
  /** Called while a page is made, as its own effects are; they end with it. */
  readonly onPage?: Readonly<Partial<Record<PageId, () => void>>>;
}

export interface Declared<C extends readonly Binding[] = readonly Binding[]> {
  /** The folder's. */
  readonly name: string;
  /** Its commands with their keys and places in the menu. */
  readonly commands: C;
  /** Gestures that are no commands, for the key sheet. */
  readonly gestures?: readonly Gesture[];
  readonly pages?: readonly Page[];
  readonly tabs?: readonly Tab[];
  readonly dialogs?: Readonly<Partial<Record<DialogId, DialogComponent>>>;
  /** Said over the page of an open project. */
  readonly banners?: readonly Component[];
  /** Laid over the pages of an open project. */
  readonly overProject?: readonly Component[];
  /** Laid over everything. */
  readonly overAll?: readonly Component[];
  /**
   * Makes the feature's state and puts it where its components find it (`setContext`); the parts it needs are those of
   * earlier features. Called once, while the page's root component is made.
   */
  begin(): Begun<C>;
}

export type Feature = Omit<Declared, 'begin'> & { begin(): Begun };

/** Declares a feature: its commands and what they do are checked against each other. */
export function feature<const C extends readonly Binding[]>(declared: Declared<C>): Feature {
  return declared;
}

const byOrder = (a: { readonly order: number }, b: { readonly order: number }): number => a.order - b.order;

/** All that the features declare, for whoever shows it. */
export class Registry {
  readonly #begun: Begun[] = [];
  readonly keymap: readonly Binding[];
  readonly gestures: readonly Gesture[];
  readonly pages: readonly Page[];
  readonly tabs: readonly Tab[];
  readonly dialogs: Readonly<Partial<Record<DialogId, DialogComponent>>>;
  readonly banners: readonly Component[];
  readonly overProject: readonly Component[];
  readonly overAll: readonly Component[];

  constructor(features: readonly Feature[]) {
    this.keymap = keymapOf(features.map(({ commands }) => commands));
    this.gestures = features.flatMap(({ gestures = [] }) => gestures);
    this.pages = features.flatMap(({ pages = [] }) => pages).sort(byOrder);
    this.tabs = features.flatMap(({ tabs = [] }) => tabs).sort(byOrder);
    this.dialogs = Object.assign({}, ...features.map(({ dialogs = {} }) => dialogs));
    this.banners = features.flatMap(({ banners = [] }) => banners);
    this.overProject = features.flatMap(({ overProject = [] }) => overProject);
    this.overAll = features.flatMap(({ overAll = [] }) => overAll);
  }

  began(begun: Begun): void {
    this.#begun.push(begun);
  }

  /** More lines for the palette, as things are now. */
  offers(): PaletteItem[] {
    return this.#begun.flatMap((begun) => begun.offers?.() ?? []);
  }

  /** How much of a person's work is not saved yet. */
  waiting(): number {
    return this.#begun.reduce((sum, { unsaved }) => sum + (unsaved?.waiting() ?? 0), 0);
  }

  /** Sends what is only typed. */
  flush(): void {
    for (const { unsaved } of this.#begun) unsaved?.flush?.();
  }

  enter(path: string): void {
    for (const begun of this.#begun) begun.enter?.(path);
  }

  entered(path: string): void {
    for (const begun of this.#begun) begun.entered?.(path);
  }

  /** Call it while a page is made. */
  onPage(page: PageId): void {
    for (const begun of this.#begun) begun.onPage?.[page]?.();
  }
}

export const [getRegistry, setRegistry] = createContext<Registry>();
