/** Dark, light, or whatever the system prefers, which is what the page starts with. */
import { createContext } from 'svelte';
import { readChoice, store } from './stored.dom.ts';

export const THEMES = ['dark', 'light', 'system'] as const;
export type ThemeChoice = (typeof THEMES)[number];

export class Theme {
  choice = $state<ThemeChoice>(readChoice('theme', THEMES, 'system'));
  #prefersLight = $state(false);

  /** What is shown. */
  readonly shown = $derived<'dark' | 'light'>(
    this.choice === 'system' ? (this.#prefersLight ? 'light' : 'dark') : this.choice,
  );

  constructor() {
    const query = matchMedia('(prefers-color-scheme: light)');
    this.#prefersLight = query.matches;
    query.addEventListener('change', () => (this.#prefersLight = query.matches));
  }

  cycle(): void {
    this.choose(THEMES[(THEMES.indexOf(this.choice) + 1) % THEMES.length]!);
  }

  choose(theme: ThemeChoice): void {
    this.choice = theme;
    store('theme', theme);
  }
}

export const [getTheme, setTheme] = createContext<Theme>();
