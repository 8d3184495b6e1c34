/** The gallery: how large tiles are and what tints them. Its list is the queue's, and so is what is chosen of it. */
import { createContext } from 'svelte';
import type { HeatKind } from '../../src-shared/contract/procedures.ts';
import { TILE_MAX, TILE_MIN } from './gallery-grid.ts';
import { readChoice, readFlag, readNumber, store } from '../shell/stored.dom.ts';
import { TINTS, type Tint } from '../canvas/tints.ts';

export class Gallery {
  size = $state(Math.min(TILE_MAX, Math.max(TILE_MIN, readNumber('tileSize', 168))));
  tint = $state<Tint>(readChoice('tint', TINTS, 'label'));

  /** Whether the column with the filters is there. */
  filters = $state(readFlag('galleryFilters', true));

  get heatKind(): HeatKind | null {
    return this.tint === 'none' ? null : this.tint;
  }

  setSize(size: number): void {
    this.size = size;
    store('tileSize', size);
  }

  showFilters(on: boolean): void {
    this.filters = on;
    store('galleryFilters', on);
  }

  setTint(tint: Tint): void {
    this.tint = tint;
    store('tint', tint);
  }
}

export const [getGallery, setGallery] = createContext<Gallery>();
