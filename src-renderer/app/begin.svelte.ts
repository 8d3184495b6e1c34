/** Makes the page's state: what everybody needs first, then each feature's own, in their order. */
import { tick } from 'svelte';
import type { RpcClient } from '../../src-shared/contract/procedures.ts';
import { setView, View } from '../canvas/view.svelte.ts';
import { Commands, setCommands } from '../shell/commands.svelte.ts';
import { Registry, setRegistry, type Feature } from '../shell/feature.svelte.ts';
import { Frame, setFrame } from '../shell/frame.svelte.ts';
import { Keys, setKeys } from '../shell/keys.svelte.ts';
import { Notices, setNotices } from '../shell/notices.svelte.ts';
import { Session, setSession } from '../shell/session.svelte.ts';
import { setTheme, Theme } from '../shell/theme.svelte.ts';

/** Call it while the page's root component is made: its components find every part in Svelte's context. */
export function begin(features: readonly Feature[], client: RpcClient): void {
  const registry = setRegistry(new Registry(features));
  const notices = setNotices(new Notices());
  setTheme(new Theme());
  setKeys(new Keys(registry.keymap));
  setView(new View());
  const session = setSession(new Session(client, notices));
  const frame = setFrame(new Frame());
  const commands = setCommands(new Commands());
  commands.guard((command) => {
    const { needs } = registry.keymap.find((binding) => binding.command === command) ?? {};
    return needs !== undefined && session.refuses(needs);
  });
  for (const { id } of registry.pages) commands.add({ [`page-${id}`]: () => void (frame.page = id) });
  // The keyboard goes along, so that Tab leads into what is shown; keys of the page mean there what they do elsewhere.
  for (const { id } of registry.tabs) {
    commands.add({
      [`dock-${id}`]: () => {
        frame.dock = id;
        void tick().then(() => document.querySelector<HTMLElement>('#dock-panel')?.focus());
      },
    });
  }
  for (const feature of features) {
    const begun = feature.begin();
    commands.add(begun.acts);
    commands.addGivingUp(...(begun.givesUp ?? []));
    if (begun.grip) commands.addGrip(begun.grip);
    registry.began(begun);
  }
}
