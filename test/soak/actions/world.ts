/** Everything that an action or a fault may touch: the project's files, its model, the windows, the host they talk to. */
import type { BrowserApp } from '../../e2e/support/browser-host.ts';
import type { StoreModel } from './model.ts';
import type { Player } from './player.ts';

export const WAIT = { timeout: 30_000 };

export interface World {
  readonly project: string;
  readonly store: StoreModel;
  readonly players: readonly Player[];
  /** Whether the project lies on a disk of its own, which may be filled. */
  readonly ownDisk: boolean;
  /** What can be ended and begun again; null: Electron. */
  readonly host: BrowserApp | null;
}

/** Something that happens under the hands of `player`. */
export type Fault = (world: World, player: Player) => Promise<void>;

/** Loads every window anew; that of `player` is in front afterwards. */
export async function reloadAll({ players }: World, player: Player): Promise<void> {
  for (const each of players) {
    await each.page.bringToFront();
    await each.reload();
  }
  await player.page.bringToFront();
}

/** One to three decisions, each as the model says. */
export async function decideSome(player: Player): Promise<void> {
  for (let n = player.below(3); n >= 0; n--) {
    await player.decide(player.below(2) === 0 ? 'Enter' : 'x');
    await player.agrees();
  }
}
